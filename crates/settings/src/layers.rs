//! Defaults, file and environment, laid over each other.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use shared_kernel::file_text;
use toml::{Table, Value};

use super::log_format::LogFormat;
use super::spelling::{self, is_blank, tidied};

const DEFAULTS: &str = include_str!("../config.default.toml");

/// Variables with a name of their own, and the keys they stand for.
const SHORT_NAMES: [(&str, &str, &str); 7] = [
    ("GUICHET_BIND", "http", "bind"),
    ("PUBLIC_URL", "http", "public_url"),
    ("GUICHET_DATA_DIR", "storage", "data_dir"),
    ("DATABASE_URL", "storage", "database_url"),
    ("JWT_SECRET", "auth", "secret"),
    ("SMTP_URL", "mail", "smtp_url"),
    ("SUPPORT_EMAIL", "mail", "support"),
];

/// Of these the value may stand in a file, which `<name>_FILE` names: so containers are given secrets.
const IN_FILES: [&str; 3] = ["DATABASE_URL", "JWT_SECRET", "SMTP_URL"];

/// Settings that name a file or folder: there `~/` is the home of who runs the server.
const PATHS: [(&str, &str); 3] = [
    ("storage", "data_dir"),
    ("auth", "public_key_file"),
    ("auth", "jwks_file"),
];

/// Why the configuration was refused. One line each, without secrets.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Nothing is called that.
    #[error("unknown setting {0}")]
    Unknown(String),
    /// It is called that, but cannot hold this.
    #[error("bad value: {0}")]
    Value(String),
    /// The file named by `GUICHET_CONFIG` cannot be read.
    #[error("cannot read {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

pub(super) fn load<T: DeserializeOwned>(
    environment: &BTreeMap<String, String>,
) -> Result<T, ConfigError> {
    let defaults: Table = DEFAULTS.parse().map_err(|error| one_line(&error))?;
    let mut table = defaults.clone();
    if let Some(path) = filled(environment, "GUICHET_CONFIG") {
        lay_file(&mut table, path)?;
    }
    for (name, section, key) in SHORT_NAMES {
        if let Some(text) = short_value(environment, name)? {
            set(&mut table, &defaults, section, key, &text)?;
        }
    }
    for (name, text) in environment {
        let Some(path) = name.strip_prefix("GUICHET__") else {
            continue;
        };
        let path = path.to_lowercase();
        let (section, key) = path
            .split_once("__")
            .ok_or_else(|| ConfigError::Unknown(path.clone()))?;
        set(&mut table, &defaults, section, key, text)?;
    }
    if let Some(home) = environment.get("HOME") {
        lead_home(&mut table, home);
    }
    Value::Table(table)
        .try_into()
        .map_err(|error| one_line(&error))
}

/// A short variable's value, or what stands in the file that is named in its place.
fn short_value(
    environment: &BTreeMap<String, String>,
    name: &str,
) -> Result<Option<String>, ConfigError> {
    let file = IN_FILES
        .contains(&name)
        .then(|| filled(environment, &format!("{name}_FILE")))
        .flatten();
    match (filled(environment, name), file) {
        (Some(_), Some(_)) => Err(ConfigError::Value(format!(
            "{name} and {name}_FILE are both set"
        ))),
        (None, Some(path)) => content(path).map(Some),
        (_, None) => Ok(environment.get(name).cloned()),
    }
}

/// What a variable names; nothing where it is empty, as whoever hands on what is not set writes it.
fn filled<'e>(environment: &'e BTreeMap<String, String>, name: &str) -> Option<&'e str> {
    let text = environment.get(name).map(|text| tidied(text));
    text.filter(|text| !text.is_empty())
}

fn content(path: &str) -> Result<String, ConfigError> {
    let failed = |reason: String| ConfigError::File {
        path: path.to_owned(),
        reason,
    };
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    file_text(bytes).map_err(|error| failed(error.to_string()))
}

fn lead_home(table: &mut Table, home: &str) {
    for (section, key) in PATHS {
        if let Ok(Value::String(path)) = slot(table, section, key)
            && let Some(below) = tidied(path).strip_prefix("~/")
        {
            *path = format!("{}/{below}", home.trim_end_matches('/'));
        }
    }
}

fn parsed_file(path: &str) -> Result<Table, ConfigError> {
    content(path)?
        .parse()
        .map_err(|error: toml::de::Error| ConfigError::File {
            path: path.to_owned(),
            reason: error.message().to_owned(),
        })
}

fn lay_file(table: &mut Table, path: &str) -> Result<(), ConfigError> {
    let defaults = table.clone();
    for (section, value) in parsed_file(path)? {
        let Value::Table(keys) = value else {
            return Err(ConfigError::Unknown(section));
        };
        for (key, value) in keys {
            match value {
                Value::String(text) => set(table, &defaults, &section, &key, &text)?,
                value => *slot(table, &section, &key)? = value,
            }
        }
    }
    Ok(())
}

/// Whether a variable is one of ours. One that is, and no text, must not be passed over.
pub fn is_setting(name: &str) -> bool {
    let name = IN_FILES
        .iter()
        .find(|short| name.strip_suffix("_FILE") == Some(short))
        .map_or(name, |short| *short);
    name == "GUICHET_CONFIG"
        || name.starts_with("GUICHET__")
        || SHORT_NAMES.iter().any(|(short, _, _)| *short == name)
}

/// Variables that look like settings and are none, each with the name that is meant: nothing reads
/// `GUICHET_SHOP_NAME`. What only begins as ours do is somebody else's: orchestrators set `GUICHET_SERVICE_HOST`.
pub fn misspelt<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<(&'a str, String)> {
    let known = known_names();
    let ours = |name: &&String| name.to_ascii_uppercase().starts_with("GUICHET_");
    let unread = names.into_iter().filter(ours);
    let unread = unread.filter(|name| !is_setting(name));
    unread
        .filter_map(|name| {
            let whole = letters(name);
            let bare = whole.strip_prefix("guichet");
            let is_meant = |(name, key): &&(String, String)| {
                letters(name) == whole || bare == Some(letters(key).as_str())
            };
            let (meant, _) = known.iter().find(is_meant)?;
            Some((name.as_str(), meant.clone()))
        })
        .collect()
}

fn letters(name: &str) -> String {
    name.replace('_', "").to_ascii_lowercase()
}

/// The names of all variables, the short ones first, each with what is left of it without its section.
fn known_names() -> Vec<(String, String)> {
    let defaults: Table = DEFAULTS.parse().unwrap_or_default();
    let long = defaults.iter().flat_map(|(section, keys)| {
        let keys = keys.as_table().into_iter().flat_map(Table::keys);
        keys.map(move |key| {
            let name = format!("GUICHET__{section}__{key}").to_ascii_uppercase();
            (name, key.clone())
        })
    });
    let short = SHORT_NAMES.iter();
    let short = short.map(|(name, ..)| ((*name).to_owned(), (*name).to_owned()));
    short.chain(long).collect()
}

/// How a refusal of the configuration itself is to be written: what can be read of `log.format`
/// when the rest cannot.
pub fn log_format(environment: &BTreeMap<String, String>) -> LogFormat {
    let in_file = || {
        let file = parsed_file(filled(environment, "GUICHET_CONFIG")?).ok()?;
        let format = file.get("log")?.get("format")?.as_str()?;
        LogFormat::parse(format)
    };
    environment
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("GUICHET__LOG__FORMAT"))
        .and_then(|(_, format)| LogFormat::parse(format))
        .or_else(in_file)
        .unwrap_or(LogFormat::Text)
}

fn slot<'t>(table: &'t mut Table, section: &str, key: &str) -> Result<&'t mut Value, ConfigError> {
    table
        .get_mut(section)
        .and_then(Value::as_table_mut)
        .and_then(|keys| keys.get_mut(key))
        .ok_or_else(|| ConfigError::Unknown(format!("{section}.{key}")))
}

/// Reads a text as the kind of value its default is. One with nothing in it says nothing: what is there stays.
fn set(
    table: &mut Table,
    defaults: &Table,
    section: &str,
    key: &str,
    text: &str,
) -> Result<(), ConfigError> {
    let slot = slot(table, section, key)?;
    if is_blank(text) {
        return Ok(());
    }
    let default = defaults.get(section).and_then(|keys| keys.get(key));
    let read = spelling::read(key, text, default.unwrap_or(slot));
    *slot =
        read.map_err(|expected| ConfigError::Value(format!("{section}.{key} must be {expected}")))?;
    Ok(())
}

/// With the key, which the error's bare message leaves out.
fn one_line(error: &toml::de::Error) -> ConfigError {
    ConfigError::Value(error.to_string().lines().collect::<Vec<_>>().join(" "))
}
