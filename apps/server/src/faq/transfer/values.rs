//! What entries of the file hold, and why it may not be what it is.

use std::collections::BTreeMap;

use faq_domain::{Answer, CategoryId, Locale, Order, Question, Tag, Tags, Text, Texts};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::faults::Faults;
use super::member::{Member, Readable, Words, by_type};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextEntry {
    pub(super) question: Member<String>,
    pub(super) answer: Member<String>,
}

impl Readable for TextEntry {
    fn read(value: Value) -> Result<Self, String> {
        by_type(value)
    }
}

pub(super) fn read_category(
    id: &str,
    place: &str,
    member: &str,
    wrong: &mut Faults,
) -> Option<CategoryId> {
    let most = CategoryId::MAX_CHARS;
    let form = format!("must be 1 to {most} of a-z, 0-9, - and _");
    wrong.meant(place, member, CategoryId::parse(id), &form)
}

pub(super) fn read_order(order: i64, place: &str, wrong: &mut Faults) -> Option<Order> {
    let bounds = if order < 0 {
        "must be 0 or more".to_owned()
    } else {
        format!("must be {} or less", i32::MAX)
    };
    wrong.meant(place, "order", Order::new(order), &bounds)
}

pub(super) fn read_tags(tags: Vec<Member<Words>>, place: &str, wrong: &mut Faults) -> Option<Tags> {
    let read: Vec<Option<Tag>> = tags
        .into_iter()
        .enumerate()
        .map(|(n, tag)| {
            let member = format!("tags[{n}]");
            let Words(tag) = wrong.typed(place, &member, tag.0)?;
            wrong.typed(place, &member, Tag::parse(tag))
        })
        .collect();
    let tags = read.into_iter().collect::<Option<Vec<Tag>>>()?;
    let most = format!("at most {} tags", Tags::MAX);
    wrong.meant(place, "tags", Tags::new(tags), &most)
}

pub(super) fn read_texts(
    entries: BTreeMap<String, Member<TextEntry>>,
    place: &str,
    wrong: &mut Faults,
) -> Option<Texts> {
    let count = entries.len();
    let mut texts = BTreeMap::new();
    for (tag, entry) in entries {
        let place = format!("{place}.texts.{tag}");
        let locale = Locale::parse(&tag);
        let locale = wrong.meant(&place, "", locale, "must be a language, as fr or en-us");
        let Some(entry) = wrong.typed(&place, "", entry.0) else {
            continue;
        };
        let question = wrong.typed(&place, "question", entry.question.0);
        let question =
            question.and_then(|text| wrong.typed(&place, "question", Question::parse(text)));
        let answer = wrong.typed(&place, "answer", entry.answer.0);
        let answer = answer.and_then(|text| wrong.typed(&place, "answer", Answer::parse(text)));
        if let (Some(locale), Some(question), Some(answer)) = (locale, question, answer)
            && texts.insert(locale, Text { question, answer }).is_some()
        {
            wrong.add(&place, "", "this language is there twice");
        }
    }
    let how_many = format!("must be in 1 to {} languages", Texts::MAX);
    // Otherwise what is wrong with one was said.
    (texts.len() == count)
        .then(|| wrong.meant(place, "texts", Texts::from_all(texts), &how_many))
        .flatten()
}
