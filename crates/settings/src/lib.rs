//! Configuration: every key is in `config.default.toml`.
//!
//! - `layers`: defaults, file and environment, laid over each other;
//! - `sections`: what there is, and what its values may be; `values`: values that are more than a text.
//!
//! The default file is parsed first, a file named by `GUICHET_CONFIG` and the environment are laid
//! over it, and only then is it read into types: so the default file cannot fall behind the code,
//! and a key that is not in it is refused wherever it comes from. To add a setting: the key with a
//! comment in `config.default.toml`, a field in its section.

mod layers;
mod sections;
mod values;

pub use layers::ConfigError;
pub use sections::{
    AuthSection, HttpSection, JobsSection, LimitsSection, LogFormat, LogSection, MailSection,
    RealtimeSection, ShopSection, StorageSection,
};

pub use values::Secret;

use garde::Validate;
use serde::Deserialize;

/// The whole configuration.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[garde(dive)]
    pub http: HttpSection,
    #[garde(dive)]
    pub storage: StorageSection,
    #[garde(dive)]
    pub auth: AuthSection,
    #[garde(dive)]
    pub shop: ShopSection,
    #[garde(dive)]
    pub mail: MailSection,
    #[garde(dive)]
    pub limits: LimitsSection,
    #[garde(dive)]
    pub realtime: RealtimeSection,
    #[garde(dive)]
    pub jobs: JobsSection,
    #[garde(dive)]
    pub log: LogSection,
}

impl Config {
    /// Reads the defaults, the file named by `GUICHET_CONFIG`, and the environment.
    ///
    /// # Errors
    /// [`ConfigError`] naming the key that is unknown or wrong.
    pub fn load(
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let config: Self = layers::load(&environment.into_iter().collect())?;
        config
            .validate()
            .map_err(|report| ConfigError::Value(first_line(&report.to_string())))?;
        Ok(config)
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::load(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn the_default_file_is_a_whole_configuration() {
        let config = load(&[]).unwrap();
        assert_eq!(config.http.bind.to_string(), "127.0.0.1:4000");
        assert!(config.limits.enabled);
    }

    #[test]
    fn short_variables_and_long_ones_reach_their_keys_and_the_long_one_wins() {
        let config = load(&[
            ("GUICHET_BIND", "127.0.0.1:1"),
            ("GUICHET__HTTP__BIND", "127.0.0.1:2"),
            ("SMTP_URL", "smtp://localhost:25"),
            ("GUICHET__LIMITS__ENABLED", "false"),
            (
                "GUICHET__HTTP__TRUSTED_PROXIES",
                "10.0.0.0/8, 192.168.0.1/32",
            ),
        ])
        .unwrap();
        assert_eq!(config.http.bind.port(), 2);
        assert_eq!(config.mail.smtp_url.expose(), "smtp://localhost:25");
        assert!(!config.limits.enabled);
        assert_eq!(config.http.trusted_proxies.len(), 2);
    }

    #[test]
    fn a_core_is_left_to_a_database_beside_unless_a_number_is_named() {
        let told = load(&[("GUICHET__HTTP__WORKERS", "3")]).unwrap().http;
        assert_eq!(
            (told.serving_threads(true), told.serving_threads(false)),
            (3, 3)
        );
        let untold = load(&[]).unwrap().http;
        let cores = untold.serving_threads(false);
        assert_eq!(untold.serving_threads(true), (cores - 1).max(1));
    }

    #[test]
    fn unknown_keys_and_bad_values_are_named() {
        for (name, value, named) in [
            ("GUICHET__HTTP__BINDD", "x", "http.bindd"),
            ("GUICHET__NOPE__KEY", "x", "nope.key"),
            ("GUICHET__HTTP__BIND", "nowhere", "bind"),
            ("GUICHET__STORAGE__POOL_SIZE", "many", "storage.pool_size"),
            ("GUICHET__STORAGE__POOL_SIZE", "0", "storage.pool_size"),
            ("GUICHET__SHOP__TIME_ZONE", "Mars/Olympus", "time_zone"),
            (
                "GUICHET__HTTP__TRUSTED_PROXIES",
                "10.0.0.0/99",
                "trusted_proxies",
            ),
            ("SUPPORT_EMAIL", "nobody", "support"),
            ("GUICHET__HTTP__ALLOWED_ORIGINS", "*", "allowed_origins"),
            ("GUICHET__HTTP__ADDRESS_HEADER", "X: y", "address_header"),
            ("GUICHET__HTTP__TRUSTED_KEYS", "short", "trusted_keys"),
        ] {
            let error = load(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(named), "{name}={value}: {error}");
            assert!(!error.contains('\n'), "one line: {error}");
        }
    }

    #[test]
    fn secrets_never_show() {
        let config = load(&[
            ("JWT_SECRET", "hunter2hunter2hunter2hunter2hunter2"),
            ("DATABASE_URL", "postgres://a:hunter2@h/d"),
            (
                "GUICHET__HTTP__TRUSTED_KEYS",
                "hunter2hunter2hunter2hunter2hunter2",
            ),
        ]);
        assert!(!format!("{:?}", config.unwrap()).contains("hunter2"));
    }
}
