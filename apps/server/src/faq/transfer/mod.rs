//! The whole knowledge base as one JSON file: `guichet faq export` writes it, `guichet faq import`
//! reads it.
//!
//! ```json
//! { "categories": [{ "id", "name", "description", "icon", "order", "published" }],
//!   "articles": [{ "id", "category", "order", "published", "tags", "texts": { "fr": { "question", "answer" } } }] }
//! ```
//!
//! Unknown members are refused, so that a slip of the pen is noticed; ids and tags may be numbers, and flags what systems
//! write for them. What readers did (views,
//! votes) and who wrote an article is not in it.

mod faults;
mod loose;

use std::collections::BTreeMap;

use faq_domain::category::{CategoryName, Description, Icon};
use faq_domain::use_cases::{Base, BaseArticle, CreateCategory};
use faq_domain::{
    Answer, ArticleFile, CategoryDetails, CategoryFile, CategoryId, Content, Locale, Order,
    Question, Tag, Tags, Text, Texts,
};
use serde::{Deserialize, Serialize};
use shared_kernel::{FaqId, file_text};

use self::faults::Faults;

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    categories: Vec<CategoryEntry>,
    articles: Vec<ArticleEntry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryEntry {
    #[serde(deserialize_with = "loose::text")]
    id: String,
    #[serde(deserialize_with = "loose::text")]
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    icon: Option<String>,
    #[serde(deserialize_with = "loose::whole")]
    order: i64,
    #[serde(deserialize_with = "loose::said")]
    published: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArticleEntry {
    #[serde(deserialize_with = "loose::text")]
    id: String,
    #[serde(deserialize_with = "loose::text")]
    category: String,
    #[serde(deserialize_with = "loose::whole")]
    order: i64,
    #[serde(deserialize_with = "loose::said")]
    published: bool,
    #[serde(default, deserialize_with = "loose::texts")]
    tags: Vec<String>,
    texts: BTreeMap<String, TextEntry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextEntry {
    question: String,
    answer: String,
}

/// Writes the file.
///
/// # Errors
/// When it cannot be written as JSON, which is a defect.
pub fn write(
    categories: &[CategoryFile],
    articles: &[ArticleFile],
) -> Result<String, serde_json::Error> {
    let file = File {
        categories: categories.iter().map(CategoryEntry::of).collect(),
        articles: articles.iter().map(ArticleEntry::of).collect(),
    };
    let mut text = serde_json::to_string_pretty(&file)?;
    text.push('\n');
    Ok(text)
}

/// Reads the file, whatever system wrote it.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(bytes: Vec<u8>) -> Result<Base, Vec<String>> {
    read(&file_text(bytes).map_err(|error| vec![error.to_string()])?)
}

/// Reads the file's text.
///
/// # Errors
/// What is wrong, a line each, with its place: `articles[3].texts.fr.question: at least 10
/// characters`.
pub fn read(text: &str) -> Result<Base, Vec<String>> {
    let file: File = serde_json::from_str(text).map_err(|error| vec![error.to_string()])?;
    let mut wrong = Faults::default();
    let categories = file
        .categories
        .into_iter()
        .enumerate()
        .filter_map(|(n, entry)| entry.read(&format!("categories[{n}]"), &mut wrong))
        .collect();
    let articles = file
        .articles
        .into_iter()
        .enumerate()
        .filter_map(|(n, entry)| entry.read(&format!("articles[{n}]"), &mut wrong))
        .collect();
    let base = Base {
        categories,
        articles,
    };
    wrong.repeated(
        "categories",
        base.categories.iter().map(|one| one.id.as_str()),
    );
    wrong.repeated("articles", base.articles.iter().map(|one| one.id.as_str()));
    wrong.none()?;
    Ok(base)
}

impl CategoryEntry {
    fn of(file: &CategoryFile) -> Self {
        let details = &file.category.details;
        Self {
            id: file.category.id.to_string(),
            name: details.name.as_str().to_owned(),
            description: details.description.as_str().to_owned(),
            icon: details.icon.as_ref().map(|icon| icon.as_str().to_owned()),
            order: details.order.get().into(),
            published: details.published,
        }
    }

    fn read(self, place: &str, wrong: &mut Faults) -> Option<CreateCategory> {
        let id = wrong.absent(place, "id", CategoryId::parse(&self.id));
        let name = wrong.text(place, "name", CategoryName::parse(self.name));
        let about = wrong.text(place, "description", Description::parse(self.description));
        let icon = self
            .icon
            .map(|icon| wrong.text(place, "icon", Icon::parse(icon)));
        let order = wrong.absent(place, "order", Order::new(self.order));
        Some(CreateCategory {
            id: id?,
            details: CategoryDetails {
                name: name?,
                description: about?,
                icon: match icon {
                    None => None,
                    Some(icon) => Some(icon?),
                },
                order: order?,
                published: self.published,
            },
        })
    }
}

impl ArticleEntry {
    fn of(file: &ArticleFile) -> Self {
        let (article, content) = (&file.article, &file.article.content);
        let texts = content.texts.all().iter().map(|(locale, text)| {
            let text = TextEntry {
                question: text.question.as_str().to_owned(),
                answer: text.answer.as_str().to_owned(),
            };
            (locale.to_string(), text)
        });
        Self {
            id: article.id.to_string(),
            category: content.category.to_string(),
            order: content.order.get().into(),
            published: content.published,
            tags: content.tags.iter().map(str::to_owned).collect(),
            texts: texts.collect(),
        }
    }

    fn read(self, place: &str, wrong: &mut Faults) -> Option<BaseArticle> {
        let id = wrong.absent(place, "id", FaqId::typed(&self.id).ok());
        let category = wrong.absent(place, "category", CategoryId::parse(&self.category));
        let order = wrong.absent(place, "order", Order::new(self.order));
        let tags: Vec<Option<Tag>> = self
            .tags
            .into_iter()
            .enumerate()
            .map(|(n, tag)| wrong.text(place, &format!("tags[{n}]"), Tag::parse(tag)))
            .collect();
        let tags = tags.into_iter().collect::<Option<Vec<Tag>>>();
        let tags = tags.and_then(|tags| wrong.absent(place, "tags", Tags::new(tags)));
        let count = self.texts.len();
        let mut texts = BTreeMap::new();
        for (tag, entry) in self.texts {
            let place = format!("{place}.texts.{tag}");
            let locale = wrong.absent(&place, "", Locale::parse(&tag));
            let question = wrong.text(&place, "question", Question::parse(entry.question));
            let answer = wrong.text(&place, "answer", Answer::parse(entry.answer));
            if let (Some(locale), Some(question), Some(answer)) = (locale, question, answer)
                && texts.insert(locale, Text { question, answer }).is_some()
            {
                wrong.add(&place, "", "this language is there twice");
            }
        }
        let texts = if texts.len() == count {
            wrong.absent(place, "texts", Texts::from_all(texts))
        } else {
            // What is wrong with one was said.
            None
        };
        Some(BaseArticle {
            id: id?,
            content: Content {
                category: category?,
                order: order?,
                published: self.published,
                tags: tags?,
                texts: texts?,
            },
        })
    }
}

#[cfg(test)]
mod tests;
