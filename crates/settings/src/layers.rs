//! Defaults, file and environment, laid over each other.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use toml::{Table, Value};

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
    let mut table: Table = DEFAULTS.parse().map_err(|error| one_line(&error))?;
    if let Some(path) = environment.get("GUICHET_CONFIG") {
        lay_file(&mut table, path)?;
    }
    for (name, section, key) in SHORT_NAMES {
        if let Some(text) = environment.get(name) {
            set(&mut table, section, key, text)?;
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
        set(&mut table, section, key, text)?;
    }
    Value::Table(table)
        .try_into()
        .map_err(|error| one_line(&error))
}

fn lay_file(table: &mut Table, path: &str) -> Result<(), ConfigError> {
    let failed = |reason: String| ConfigError::File {
        path: path.to_owned(),
        reason,
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let file: Table = text
        .parse()
        .map_err(|error: toml::de::Error| failed(error.message().to_owned()))?;
    for (section, value) in file {
        let Value::Table(keys) = value else {
            return Err(ConfigError::Unknown(section));
        };
        for (key, value) in keys {
            *slot(table, &section, &key)? = value;
        }
    }
    Ok(())
}

fn slot<'t>(table: &'t mut Table, section: &str, key: &str) -> Result<&'t mut Value, ConfigError> {
    table
        .get_mut(section)
        .and_then(Value::as_table_mut)
        .and_then(|keys| keys.get_mut(key))
        .ok_or_else(|| ConfigError::Unknown(format!("{section}.{key}")))
}

/// Reads a variable's text as the kind of value its default is.
fn set(table: &mut Table, section: &str, key: &str, text: &str) -> Result<(), ConfigError> {
    let slot = slot(table, section, key)?;
    let bad = |expected: &str| ConfigError::Value(format!("{section}.{key} must be {expected}"));
    *slot = match slot {
        Value::Integer(_) => {
            Value::Integer(text.trim().parse().map_err(|_| bad("a whole number"))?)
        }
        Value::Boolean(_) => Value::Boolean(text.trim().parse().map_err(|_| bad("true or false"))?),
        Value::Array(_) => Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Value::String(item.to_owned()))
                .collect(),
        ),
        _ => Value::String(text.to_owned()),
    };
    Ok(())
}

/// With the key, which the error's bare message leaves out.
fn one_line(error: &toml::de::Error) -> ConfigError {
    ConfigError::Value(error.to_string().lines().collect::<Vec<_>>().join(" "))
}
