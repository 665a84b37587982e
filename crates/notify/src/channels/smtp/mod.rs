//! Mail by SMTP: one connection a mail, bounded in time whatever the other side does.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mail_send::smtp::AssertReply as _;
use mail_send::smtp::message::Parameters;
use mail_send::smtp::tls::build_tls_connector;
use mail_send::{Credentials, SmtpClient, SmtpClientBuilder};
use smtp_proto::{EXT_SMTP_UTF8, EXT_START_TLS, EhloResponse};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::channel::{DeliveryError, EmailChannel};
use crate::message::{RenderedEmail, one_line, wire_address};

mod settings;
mod verdict;

pub use settings::{SmtpSettings, SmtpUrlError, TlsPolicy};
use verdict::{Reply, Stage, Verdict, judge};

/// How long we wait for the answer to QUIT: the mail is taken by then.
const QUIT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a mail waits that met a refusal meant for us: no haste where a quota is used up.
const REFUSED_PAUSE: Duration = Duration::from_secs(30);
const NO_ACCENTS: &str = "the server does not take addresses with accents (SMTPUTF8)";
/// How much of a server's answer is kept.
const MAX_REPLY_CHARS: usize = 300;

/// Delivers mail to one SMTP server.
pub struct SmtpChannel {
    settings: SmtpSettings,
    connector: TlsConnector,
    credentials: Option<Arc<Credentials<String>>>,
    own_name: String,
}

/// The TLS configuration cannot be built, for instance because the system has no root certificates.
#[derive(Debug, thiserror::Error)]
#[error("TLS for SMTP cannot be set up: {0}")]
pub struct TlsSetupError(String);

impl SmtpChannel {
    /// Builds the TLS configuration once; connects to nothing yet.
    ///
    /// # Errors
    /// [`TlsSetupError`].
    pub fn new(settings: SmtpSettings) -> Result<Self, TlsSetupError> {
        // Already installed in the server; an error only says so.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        // Where plain text would do, an unknown certificate is still better than none.
        let any_certificate = settings.tls == TlsPolicy::Opportunistic;
        let connector = build_tls_connector(any_certificate).map_err(TlsSetupError)?;
        let builder = SmtpClientBuilder::new_with_tls_connector(
            settings.host.as_str(),
            settings.port,
            connector.clone(),
        );
        let own_name = builder
            .local_host
            .chars()
            .filter(char::is_ascii_graphic)
            .collect();
        let credentials = settings
            .credentials
            .as_ref()
            .map(|login| Arc::new(Credentials::new(login.user.clone(), login.password.clone())));
        Ok(Self {
            settings,
            connector,
            credentials,
            own_name,
        })
    }

    async fn deliver(&self, email: &RenderedEmail) -> Result<(), Failure> {
        let client = self.connect().await?;
        match self.settings.tls {
            TlsPolicy::Implicit => {
                let mut client = client
                    .into_tls(&self.connector, &self.settings.host)
                    .await?;
                client.read().await?.assert_positive_completion()?;
                self.introduce_and_transfer(client, email).await
            }
            TlsPolicy::Required | TlsPolicy::Opportunistic | TlsPolicy::Never => {
                self.deliver_from_plain(client, email).await
            }
        }
    }

    async fn connect(&self) -> Result<SmtpClient<TcpStream>, Failure> {
        let address = (self.settings.host.as_str(), self.settings.port);
        let stream = timeout(self.settings.connect_timeout, TcpStream::connect(address))
            .await
            .map_err(|_| Failure::Connection("no connection in time".to_owned()))?
            .map_err(mail_send::Error::Io)?;
        Ok(SmtpClient {
            stream,
            timeout: self.settings.conversation_timeout,
        })
    }

    async fn deliver_from_plain(
        &self,
        mut client: SmtpClient<TcpStream>,
        email: &RenderedEmail,
    ) -> Result<(), Failure> {
        client.read().await?.assert_positive_completion()?;
        let offered = client.ehlo(&self.own_name).await?;
        let offers_tls = offered.has_capability(EXT_START_TLS);
        if offers_tls && self.settings.tls != TlsPolicy::Never {
            let client = client
                .start_tls(&self.connector, &self.settings.host)
                .await?;
            return Box::pin(self.introduce_and_transfer(client, email)).await;
        }
        if self.settings.tls == TlsPolicy::Required {
            return Err(Failure::Connection(
                "the server offers no STARTTLS".to_owned(),
            ));
        }
        self.transfer(client, &offered, email).await
    }

    async fn introduce_and_transfer<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &self,
        mut client: SmtpClient<S>,
        email: &RenderedEmail,
    ) -> Result<(), Failure> {
        let offered = client.ehlo(&self.own_name).await?;
        self.transfer(client, &offered, email).await
    }

    async fn transfer<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &self,
        mut client: SmtpClient<S>,
        offered: &EhloResponse<String>,
        email: &RenderedEmail,
    ) -> Result<(), Failure> {
        if let Some(credentials) = &self.credentials {
            client.authenticate(credentials, offered).await?;
        }
        let (from, to) = (wire_address(&email.from), wire_address(&email.to));
        let mut parameters = Parameters::new();
        let of_sender = if from.is_ascii() {
            Stage::Sender
        } else {
            // Our own accents, in every mail.
            Stage::Session
        };
        if !(from.is_ascii() && to.is_ascii()) {
            if !offered.has_capability(EXT_SMTP_UTF8) {
                return Err(Failure::no_accents(of_sender));
            }
            parameters.add("SMTPUTF8");
        }
        client
            .mail_from(&from, &parameters)
            .await
            .map_err(Failure::at(of_sender))?;
        client
            .rcpt_to(&to, &Parameters::new())
            .await
            .map_err(Failure::at(Stage::Recipient))?;
        client
            .data(email.to_bytes())
            .await
            .map_err(Failure::at(Stage::Content))?;
        // The mail is taken: a server that hangs up without a goodbye changes nothing.
        let _ = timeout(QUIT_TIMEOUT, client.quit()).await;
        Ok(())
    }
}

#[async_trait]
impl EmailChannel for SmtpChannel {
    async fn send(&self, email: &RenderedEmail) -> Result<(), DeliveryError> {
        let limit = self.settings.conversation_timeout;
        match timeout(limit, Box::pin(self.deliver(email))).await {
            Ok(outcome) => outcome.map_err(DeliveryError::from),
            Err(_) => Err(DeliveryError::channel_down(format!(
                "not finished within {} s",
                limit.as_secs_f32()
            ))),
        }
    }

    fn describe(&self) -> String {
        format!(
            "the mail server {}:{}",
            self.settings.host, self.settings.port
        )
    }
}

/// Where a delivery failed.
enum Failure {
    Connection(String),
    Conversation(Stage, mail_send::Error),
    Address,
}

impl Failure {
    /// The server does not offer SMTPUTF8.
    fn no_accents(needed_by: Stage) -> Self {
        match needed_by {
            Stage::Session => Self::Connection(NO_ACCENTS.to_owned()),
            _ => Self::Address,
        }
    }

    fn at(stage: Stage) -> impl Fn(mail_send::Error) -> Self {
        move |error| Self::Conversation(stage, error)
    }
}

impl From<mail_send::Error> for Failure {
    fn from(error: mail_send::Error) -> Self {
        Self::Conversation(Stage::Session, error)
    }
}

impl From<Failure> for DeliveryError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Connection(reason) => Self::channel_down(reason),
            Failure::Conversation(stage, error) => match verdict_of(stage, &error) {
                Verdict::Refused => Self::permanent(reason(&error)),
                Verdict::PutOff => Self::put_off(reason(&error)),
                Verdict::ChannelDown => Self::Temporary {
                    reason: reason(&error),
                    retry_after: matches!(error, mail_send::Error::UnexpectedReply(_))
                        .then_some(REFUSED_PAUSE),
                    channel_down: true,
                },
            },
            Failure::Address => Self::permanent(NO_ACCENTS),
        }
    }
}

/// A conversation that broke off says nothing of the mail.
fn verdict_of(stage: Stage, error: &mail_send::Error) -> Verdict {
    match error {
        mail_send::Error::UnexpectedReply(reply) => {
            let (code, enhanced, text) = (reply.code, reply.esc, reply.message.as_str());
            judge(
                stage,
                Reply {
                    code,
                    enhanced,
                    text,
                },
            )
        }
        _ => Verdict::ChannelDown,
    }
}

fn reason(error: &mail_send::Error) -> String {
    let text = match error {
        mail_send::Error::UnexpectedReply(reply) => {
            let [class, subject, detail] = reply.esc;
            format!(
                "the server answered {} {class}.{subject}.{detail} {}",
                reply.code, reply.message
            )
        }
        // The words are left out: a server may repeat the login in them.
        mail_send::Error::AuthenticationFailed(reply) => {
            format!("the server refused the login ({})", reply.code)
        }
        mail_send::Error::Auth(_) | mail_send::Error::Base64(_) => "the login failed".to_owned(),
        other => other.to_string(),
    };
    let text = without_addresses(&one_line(&text));
    text.chars().take(MAX_REPLY_CHARS).collect()
}

/// Servers like to repeat the recipient; the reason is logged, and logs name nobody.
fn without_addresses(text: &str) -> String {
    let shown = |word| {
        if str::contains(word, '@') {
            "…"
        } else {
            word
        }
    };
    text.split(' ').map(shown).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_the_server_repeats_is_left_out() {
        assert_eq!(
            without_addresses("550 5.1.1 <jean@example.com>: no such mailbox"),
            "550 5.1.1 … no such mailbox"
        );
    }
}
