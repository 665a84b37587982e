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
mod values;

use std::collections::BTreeMap;

use faq_domain::category::{CategoryName, Description, Icon};
use faq_domain::use_cases::{Base, BaseArticle, CreateCategory};
use faq_domain::{ArticleFile, CategoryDetails, CategoryFile, Content};
use request_text::strict_json::Strict;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared_kernel::{FaqId, file_text};

pub use self::faults::Faults;
use self::member::{Member, Words};
use self::values::{TextEntry, read_category, read_order, read_tags, read_texts};

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
pub fn read_bytes(bytes: Vec<u8>) -> Result<Base, Faults> {
    read(&file_text(bytes).map_err(|error| Faults::of_file(&error))?)
}

/// Reads the file's text.
///
/// # Errors
/// What is wrong, all of it, with its place: `articles[3].texts.fr.question: at least 10
/// characters`.
pub fn read(text: &str) -> Result<Base, Faults> {
    let Strict(value) = serde_json::from_str(text).map_err(|error| Faults::of_file(&error))?;
    let file: Entries = serde_json::from_value(value).map_err(|error| Faults::of_file(&error))?;
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
        let id = id.and_then(|Words(id)| read_category(&id, place, "id", wrong));
        if let Some(id) = &id {
            wrong.has_category(id);
        }
        let name = wrong.typed(place, "name", self.name.0);
        let name =
            name.and_then(|Words(name)| wrong.typed(place, "name", CategoryName::parse(name)));
        let about = wrong.typed(place, "description", self.description.0);
        let about =
            about.and_then(|about| wrong.typed(place, "description", Description::parse(about)));
        let icon = wrong.typed(place, "icon", self.icon.0);
        let icon = icon.and_then(|icon| {
            let icon = icon.map(Icon::parse).transpose();
            wrong.typed(place, "icon", icon)
        });
        let order = wrong.typed(place, "order", self.order.0);
        let order = order.and_then(|order| read_order(order, place, wrong));
        let published = wrong.typed(place, "published", self.published.0);
        Some(CreateCategory {
            id: id?,
            details: CategoryDetails {
                name: name?,
                description: about?,
                icon: icon?,
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
        let id = id.and_then(|Words(id)| wrong.typed(place, "id", FaqId::typed(&id)));
        let category = wrong.typed(place, "category", self.category.0);
        let category = category.and_then(|Words(id)| read_category(&id, place, "category", wrong));
        if let Some(category) = &category {
            wrong.names_category(place, category);
        }
        let order = wrong.typed(place, "order", self.order.0);
        let order = order.and_then(|order| read_order(order, place, wrong));
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

#[cfg(test)]
mod tests;
