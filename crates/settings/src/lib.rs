//! Configuration: every key is in `config.default.toml`.
//!
//! - `layers`: defaults, file and environment, laid over each other;
//! - `sections`, and `http` of them: what there is, and what its values may be; `values`: values that are more than a text;
//! - `spelling`: how people write values; `origin`: web pages' origins; `log_format`: how lines look.
//!
//! The default file is parsed first, a file named by `GUICHET_CONFIG` and the environment are laid
//! over it, and only then is it read into types: so the default file cannot fall behind the code,
//! and a key that is not in it is refused wherever it comes from. To add a setting: the key with a
//! comment in `config.default.toml`, a field in its section.

mod http;
mod layers;
mod limits;
mod log_format;
mod origin;
mod sections;
mod spelling;
mod values;

pub use http::HttpSection;
pub use layers::{ConfigError, is_setting, log_format, misspelt};
pub use limits::LimitsSection;
pub use log_format::LogFormat;
pub use sections::{
    AuthSection, DeskSection, JobsSection, LogSection, MailSection, RealtimeSection, ShopSection,
    StorageSection,
};

pub use values::{Secret, TrustedKey};

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
    pub desk: DeskSection,
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
        config.check_lease()?;
        Ok(config)
    }

    /// A worker whose lease ends before the mail server has answered delivers nothing, ever.
    fn check_lease(&self) -> Result<(), ConfigError> {
        let conversation = self.mail.conversation();
        if conversation <= self.jobs.work_limit() {
            return Ok(());
        }
        Err(ConfigError::Value(format!(
            "jobs.lease_seconds must be at least {}, since one mail may take {} s (mail.conversation_seconds)",
            JobsSection::shortest_lease_for(conversation),
            conversation.as_secs(),
        )))
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
