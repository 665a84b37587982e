//! The desk's mail: who it writes as, and through which channel.

use std::collections::BTreeMap;
use std::sync::Arc;

use notify::{
    BreakerChannel, BreakerPolicy, Desk, EmailChannel, EmlFolder, SmtpChannel, SmtpSettings,
    SmtpUrlError,
};
use settings::Config;
use shared_kernel::Clock;
use support_domain::Category;

use crate::events::notifications::category as notify_category;

/// Why no mail can be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("SMTP_URL: {0}")]
    Url(#[from] SmtpUrlError),
    #[error("TLS for SMTP cannot be set up: {0}")]
    Tls(String),
}

/// The desk `[mail]` and `[shop]` describe.
pub fn desk(config: &Config) -> Desk {
    let mail = &config.mail;
    let support_by_category: BTreeMap<_, _> = Category::ALL
        .into_iter()
        .filter_map(|category| {
            Some((
                notify_category(category),
                mail.support_for(category)?.clone(),
            ))
        })
        .collect();
    Desk {
        shop_name: config.shop.name.clone(),
        staff_name: config.desk.staff_name.as_str().into(),
        from: mail.from.clone().unwrap_or_else(|| mail.support.clone()),
        support: mail.support.clone(),
        support_by_category,
        escalation: mail.escalation.clone(),
        public_url: config.http.link_base(),
        time_zone: config.shop.time_zone,
    }
}

/// SMTP where it is configured, behind a breaker; else files in the data folder.
///
/// # Errors
/// [`MailError`].
pub fn channel(config: &Config, clock: Arc<dyn Clock>) -> Result<Arc<dyn EmailChannel>, MailError> {
    let Some(url) = config.mail.smtp_url.given() else {
        return Ok(Arc::new(EmlFolder::new(
            config.storage.data_dir.join("mail"),
        )));
    };
    let mut settings = SmtpSettings::from_url(url)?;
    settings.conversation_timeout = config.mail.conversation();
    let smtp = SmtpChannel::new(settings).map_err(|error| MailError::Tls(error.to_string()))?;
    Ok(Arc::new(BreakerChannel::new(
        Arc::new(smtp),
        clock,
        BreakerPolicy::default(),
    )))
}
