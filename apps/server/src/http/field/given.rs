//! What one declared field was given, before anybody knows of which type it is.

use serde_json::Value;

/// What one declared field was given.
#[derive(Debug, Default)]
pub(super) enum Given {
    #[default]
    Nothing,
    /// By one of its names, by several, or again in a query. Whether they say the same is known when they are read.
    Values(Vec<Value>),
    /// An object whose member, by this name, says two things.
    Contradiction(String),
    NotText,
    /// Under a name that is none, and must not be passed over.
    Slip(String),
}

impl Given {
    /// Takes a value besides what was given before.
    pub(super) fn besides(&mut self, value: Value, is_list: bool) {
        match self {
            Self::Nothing => *self = Self::Values(vec![value]),
            Self::Values(former) => besides(former, value, is_list),
            Self::Contradiction(_) | Self::NotText | Self::Slip(_) => {}
        }
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(super::is_blank)
}

/// One field, given again.
fn besides(former: &mut Vec<Value>, value: Value, is_list: bool) {
    match (former.last_mut(), value) {
        (Some(_), value) if is_empty(&value) => {}
        (Some(last), value) if is_empty(last) => *last = value,
        (Some(last), value) if *last == value => {}
        (Some(Value::String(last)), Value::String(more)) if is_list => {
            last.push(',');
            last.push_str(&more);
        }
        (_, value) => former.push(value),
    }
}
