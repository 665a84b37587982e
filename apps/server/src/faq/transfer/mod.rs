//! The whole knowledge base as one JSON file: `guichet faq export` writes it, `guichet faq import`
//! reads it.
//!
//! ```json
//! { "categories": [{ "id", "name", "description", "icon", "order", "published" }],
//!   "articles": [{ "id", "category", "order", "published", "tags", "texts": { "fr": { "question", "answer" } } }] }
//! ```
//!
//! Unknown members are refused, so that a slip of the pen is noticed; ids, names and tags may be numbers, and flags what
//! systems write for them. What readers did (views,
//! votes) and who wrote an article is not in it.

mod faults;
mod member;

use std::collections::BTreeMap;

use faq_domain::category::{CategoryName, Description, Icon};
use faq_domain::use_cases::{Base, BaseArticle, CreateCategory};
use faq_domain::{
    Answer, ArticleFile, CategoryDetails, CategoryFile, CategoryId, Content, Locale, Order,
    Question, Tag, Tags, Text, Texts,
};
use request_text::strict_json::Strict;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared_kernel::{FaqId, file_text};

use self::faults::Faults;
use self::member::{Member, Readable, Words, by_type};

/// The file, as it is written.
#[derive(Debug, Serialize)]
struct File {
    categories: Vec<CategoryEntry>,
    articles: Vec<ArticleEntry>,
}

/// The file, as it is read: entry by entry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    categories: Member<Vec<Value>>,
    articles: Member<Vec<Value>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryEntry {
    id: Member<Words>,
    name: Member<Words>,
    #[serde(default)]
    description: Member<String>,
    #[serde(default)]
    icon: Member<Option<String>>,
    order: Member<i64>,
    published: Member<bool>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArticleEntry {
    id: Member<Words>,
    category: Member<Words>,
    order: Member<i64>,
    published: Member<bool>,
    #[serde(default)]
    tags: Member<Vec<Member<Words>>>,
    texts: Member<BTreeMap<String, Member<TextEntry>>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextEntry {
    question: Member<String>,
    answer: Member<String>,
}

impl Readable for TextEntry {
    fn read(value: Value) -> Result<Self, String> {
        by_type(value)
    }
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
    let told = |error: serde_json::Error| vec![error.to_string()];
    let Strict(value) = serde_json::from_str(text).map_err(told)?;
    let file: Entries = serde_json::from_value(value).map_err(told)?;
    let mut wrong = Faults::default();
    let base = Base {
        categories: all(
            &mut wrong,
            "categories",
            file.categories,
            CategoryEntry::read,
        ),
        articles: all(&mut wrong, "articles", file.articles, ArticleEntry::read),
    };
    wrong.repeated(
        "categories",
        base.categories.iter().map(|one| one.id.as_str()),
    );
    wrong.repeated("articles", base.articles.iter().map(|one| one.id.as_str()));
    wrong.none()?;
    Ok(base)
}

/// Reads the entries of a list, each for itself.
fn all<E: DeserializeOwned, T>(
    wrong: &mut Faults,
    list: &str,
    entries: Member<Vec<Value>>,
    read: impl Fn(E, &str, &mut Faults) -> Option<T>,
) -> Vec<T> {
    let entries = wrong.typed(list, "", entries.0).unwrap_or_default();
    let mut all = Vec::new();
    for (n, entry) in entries.into_iter().enumerate() {
        let place = format!("{list}[{n}]");
        let entry = serde_json::from_value(entry).map_err(|error| error.to_string());
        let entry = wrong.typed(&place, "", entry);
        all.extend(entry.and_then(|entry| read(entry, &place, wrong)));
    }
    all
}

impl CategoryEntry {
    fn of(file: &CategoryFile) -> Self {
        let details = &file.category.details;
        Self {
            id: Words(file.category.id.to_string()).into(),
            name: Words(details.name.as_str().to_owned()).into(),
            description: details.description.as_str().to_owned().into(),
            icon: details
                .icon
                .as_ref()
                .map(|icon| icon.as_str().to_owned())
                .into(),
            order: i64::from(details.order.get()).into(),
            published: details.published.into(),
        }
    }

    fn read(self, place: &str, wrong: &mut Faults) -> Option<CreateCategory> {
        let id = wrong.typed(place, "id", self.id.0);
        let id = id.and_then(|Words(id)| wrong.absent(place, "id", CategoryId::parse(&id)));
        let name = wrong.typed(place, "name", self.name.0);
        let name =
            name.and_then(|Words(name)| wrong.text(place, "name", CategoryName::parse(name)));
        let about = wrong.typed(place, "description", self.description.0);
        let about =
            about.and_then(|about| wrong.text(place, "description", Description::parse(about)));
        let icon = wrong.typed(place, "icon", self.icon.0);
        let icon = icon?.map(|icon| wrong.text(place, "icon", Icon::parse(icon)));
        let order = wrong.typed(place, "order", self.order.0);
        let order = order.and_then(|order| wrong.absent(place, "order", Order::new(order)));
        let published = wrong.typed(place, "published", self.published.0);
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
                published: published?,
            },
        })
    }
}

impl ArticleEntry {
    fn of(file: &ArticleFile) -> Self {
        let (article, content) = (&file.article, &file.article.content);
        let texts = content.texts.all().iter().map(|(locale, text)| {
            let text = TextEntry {
                question: text.question.as_str().to_owned().into(),
                answer: text.answer.as_str().to_owned().into(),
            };
            (locale.to_string(), Member::from(text))
        });
        let tags = content
            .tags
            .iter()
            .map(|tag| Member::from(Words(tag.to_owned())));
        Self {
            id: Words(article.id.to_string()).into(),
            category: Words(content.category.to_string()).into(),
            order: i64::from(content.order.get()).into(),
            published: content.published.into(),
            tags: tags.collect::<Vec<_>>().into(),
            texts: texts.collect::<BTreeMap<_, _>>().into(),
        }
    }

    fn read(self, place: &str, wrong: &mut Faults) -> Option<BaseArticle> {
        let id = wrong.typed(place, "id", self.id.0);
        let id = id.and_then(|Words(id)| wrong.absent(place, "id", FaqId::typed(&id).ok()));
        let category = wrong.typed(place, "category", self.category.0);
        let category =
            category.and_then(|Words(id)| wrong.absent(place, "category", CategoryId::parse(&id)));
        let order = wrong.typed(place, "order", self.order.0);
        let order = order.and_then(|order| wrong.absent(place, "order", Order::new(order)));
        let published = wrong.typed(place, "published", self.published.0);
        let tags = wrong.typed(place, "tags", self.tags.0);
        let tags = tags.and_then(|tags| read_tags(tags, place, wrong));
        let texts = wrong.typed(place, "texts", self.texts.0);
        let texts = texts.and_then(|texts| read_texts(texts, place, wrong));
        Some(BaseArticle {
            id: id?,
            content: Content {
                category: category?,
                order: order?,
                published: published?,
                tags: tags?,
                texts: texts?,
            },
        })
    }
}

fn read_tags(tags: Vec<Member<Words>>, place: &str, wrong: &mut Faults) -> Option<Tags> {
    let read: Vec<Option<Tag>> = tags
        .into_iter()
        .enumerate()
        .map(|(n, tag)| {
            let member = format!("tags[{n}]");
            let Words(tag) = wrong.typed(place, &member, tag.0)?;
            wrong.text(place, &member, Tag::parse(tag))
        })
        .collect();
    let tags = read.into_iter().collect::<Option<Vec<Tag>>>()?;
    wrong.absent(place, "tags", Tags::new(tags))
}

fn read_texts(
    entries: BTreeMap<String, Member<TextEntry>>,
    place: &str,
    wrong: &mut Faults,
) -> Option<Texts> {
    let count = entries.len();
    let mut texts = BTreeMap::new();
    for (tag, entry) in entries {
        let place = format!("{place}.texts.{tag}");
        let locale = wrong.absent(&place, "", Locale::parse(&tag));
        let Some(entry) = wrong.typed(&place, "", entry.0) else {
            continue;
        };
        let question = wrong.typed(&place, "question", entry.question.0);
        let question =
            question.and_then(|text| wrong.text(&place, "question", Question::parse(text)));
        let answer = wrong.typed(&place, "answer", entry.answer.0);
        let answer = answer.and_then(|text| wrong.text(&place, "answer", Answer::parse(text)));
        if let (Some(locale), Some(question), Some(answer)) = (locale, question, answer)
            && texts.insert(locale, Text { question, answer }).is_some()
        {
            wrong.add(&place, "", "this language is there twice");
        }
    }
    // Otherwise what is wrong with one was said.
    (texts.len() == count)
        .then(|| wrong.absent(place, "texts", Texts::from_all(texts)))
        .flatten()
}

#[cfg(test)]
mod tests;
