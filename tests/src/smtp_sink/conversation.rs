//! One client's conversation with the server, and the ways it can go wrong.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::received_mail::decode_base64;
use super::{Behaviour, ReceivedMail, Shared, lock};

const EXTENSIONS: &str = "250-sink\r\n250-AUTH PLAIN LOGIN\r\n250-SMTPUTF8\r\n250 8BITMIME";

/// One client; an error ends it, as a hang-up does.
pub(super) struct Conversation {
    pub(super) stream: BufReader<TcpStream>,
    pub(super) shared: Arc<Shared>,
    pub(super) mail: ReceivedMail,
}

fn hang_up() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

impl Conversation {
    pub(super) async fn run(mut self) -> io::Result<()> {
        if let Some(reply) = self.scripted("GREETING") {
            return self.say(&reply).await;
        }
        match self.behaviour() {
            Behaviour::Refuse => return Ok(()),
            Behaviour::Tarpit => self.tarpit().await?,
            _ => self.say("220 sink ESMTP").await?,
        }
        loop {
            let line = self.line().await?;
            let verb = line
                .split([' ', ':'])
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            if let Some(reply) = self.scripted(&verb) {
                self.say(&reply).await?;
                continue;
            }
            match verb.as_str() {
                "EHLO" => self.say(EXTENSIONS).await?,
                "HELO" | "NOOP" => self.say("250 sink").await?,
                "AUTH" => self.auth(&line).await?,
                "MAIL" => {
                    self.mail = ReceivedMail {
                        mail_from: path(&line),
                        ..ReceivedMail::default()
                    };
                    self.say("250 2.1.0 OK").await?;
                }
                "RCPT" => self.rcpt(&line).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.mail = ReceivedMail::default();
                    self.say("250 2.0.0 OK").await?;
                }
                "QUIT" => return self.say("221 2.0.0 bye").await,
                _ => self.say("500 5.5.2 unknown command").await?,
            }
        }
    }

    fn behaviour(&self) -> Behaviour {
        *lock(&self.shared.behaviour)
    }

    fn scripted(&self, at: &str) -> Option<String> {
        lock(&self.shared.answers).get(at).cloned()
    }

    fn refuses(&self, recipient: &str) -> bool {
        lock(&self.shared.refused)
            .iter()
            .any(|refused| refused == recipient)
    }

    async fn say(&mut self, reply: &str) -> io::Result<()> {
        self.stream
            .write_all(format!("{reply}\r\n").as_bytes())
            .await
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        if self.stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(hang_up());
        }
        Ok(String::from_utf8_lossy(&line)
            .trim_end_matches(['\r', '\n'])
            .to_owned())
    }

    async fn tarpit(&mut self) -> io::Result<()> {
        for byte in b"220-patience\r\n".iter().cycle() {
            self.stream.write_all(&[*byte]).await?;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Ok(())
    }

    async fn auth(&mut self, line: &str) -> io::Result<()> {
        let mut words = line.split_whitespace().skip(1);
        let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
        let first = match words.next() {
            Some(word) => word.to_owned(),
            None => {
                self.ask(if mechanism == "LOGIN" {
                    "VXNlcm5hbWU6"
                } else {
                    ""
                })
                .await?
            }
        };
        let login = if mechanism == "LOGIN" {
            let password = self.ask("UGFzc3dvcmQ6").await?;
            (plain(&first), plain(&password))
        } else {
            let text = plain(&first);
            let mut fields = text.split('\0').skip(1).map(str::to_owned);
            (
                fields.next().unwrap_or_default(),
                fields.next().unwrap_or_default(),
            )
        };
        lock(&self.shared.logins).push(login);
        self.say("235 2.7.0 welcome").await
    }

    async fn ask(&mut self, prompt: &str) -> io::Result<String> {
        self.say(&format!("334 {prompt}")).await?;
        self.line().await
    }

    async fn rcpt(&mut self, line: &str) -> io::Result<()> {
        match self.behaviour() {
            Behaviour::Reject451 => self.say("451 4.7.1 greylisted, try again later").await,
            _ if self.behaviour() == Behaviour::Reject550 || self.refuses(&path(line)) => {
                self.say("550 5.1.1 no such mailbox").await
            }
            _ => {
                self.mail.rcpt_to.push(path(line));
                self.say("250 2.1.5 OK").await
            }
        }
    }

    async fn data(&mut self) -> io::Result<()> {
        if self.mail.rcpt_to.is_empty() {
            return self.say("503 5.5.1 no recipient").await;
        }
        self.say("354 go on").await?;
        let mut line = Vec::new();
        loop {
            line.clear();
            if self.stream.read_until(b'\n', &mut line).await? == 0
                || self.behaviour() == Behaviour::DropDuringData
            {
                return Err(hang_up());
            }
            if line == b".\r\n" {
                break;
            }
            self.mail
                .data
                .extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        if let Some(reply) = self.scripted(".") {
            self.mail = ReceivedMail::default();
            return self.say(&reply).await;
        }
        lock(&self.shared.mails).push(std::mem::take(&mut self.mail));
        self.shared.changed.notify_waiters();
        if self.behaviour() == Behaviour::DropAfterAccept {
            return Err(hang_up());
        }
        self.say("250 2.0.0 taken").await
    }
}

fn path(line: &str) -> String {
    let inside = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or_else(String::new, |(path, _)| path.to_owned())
}

fn plain(base64: &str) -> String {
    String::from_utf8_lossy(&decode_base64(base64)).into_owned()
}
