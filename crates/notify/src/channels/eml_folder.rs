//! Mail as files in a folder: for development, and for a shop without a mail server yet.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use tokio::fs;
use tokio::io::AsyncWriteExt as _;

use crate::channel::{DeliveryError, EmailChannel};
use crate::fingerprint;
use crate::message::RenderedEmail;

/// Writes each mail as `<UTC time>-<template>-<ticket>-<short id>.eml`.
///
/// A mail delivered twice overwrites its own file, and a reader never sees half a file.
#[derive(Debug)]
pub struct EmlFolder {
    folder: PathBuf,
    writes: AtomicU64,
}

impl EmlFolder {
    /// Takes the folder, which is made when the first mail is written.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            writes: AtomicU64::new(0),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    async fn write(&self, email: &RenderedEmail) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        // Mails hold what customers wrote.
        #[cfg(unix)]
        builder.mode(0o700);
        builder.create(&self.folder).await?;
        let name = file_name(email);
        let write = self.writes.fetch_add(1, Ordering::Relaxed);
        let temporary = self
            .folder
            .join(format!(".{name}.{}-{write}", std::process::id()));
        let written = async {
            let mut file = fs::File::create(&temporary).await?;
            file.write_all(&email.to_bytes()).await?;
            file.flush().await?;
            fs::rename(&temporary, self.folder.join(&name)).await
        }
        .await;
        if written.is_err() {
            // The first failure is the one to report.
            let _ = fs::remove_file(&temporary).await;
        }
        written
    }
}

fn file_name(email: &RenderedEmail) -> String {
    format!(
        "{}-{}-{}-{}.eml",
        email.at.format("%Y%m%dT%H%M%SZ"),
        email.template.as_str(),
        fingerprint::ticket(&email.ticket_id),
        fingerprint::short_hash(&email.message_id, 4),
    )
}

#[async_trait]
impl EmailChannel for EmlFolder {
    async fn send(&self, email: &RenderedEmail) -> Result<(), DeliveryError> {
        self.write(email).await.map_err(|error| {
            DeliveryError::channel_down(format!("the mail folder cannot be written: {error}"))
        })
    }

    fn describe(&self) -> String {
        format!("the folder {}", self.folder.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{desk, notification};
    use crate::{Template, render};

    fn names(folder: &Path) -> Vec<String> {
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[tokio::test]
    async fn a_mail_delivered_twice_is_one_file_and_nothing_else_stays() {
        let data = tempfile::tempdir().unwrap();
        let channel = EmlFolder::new(data.path().join("mail"));
        let mail = render(&notification(Template::ContactConfirmation), &desk()).unwrap();
        let (first, second) = tokio::join!(channel.send(&mail), channel.send(&mail));
        first.unwrap();
        second.unwrap();
        let names = names(channel.folder());
        assert_eq!(names.len(), 1, "{names:?}");
        assert!(
            names[0].starts_with("20261123T130509Z-contact_confirmation-TICKET-ABCD1234-"),
            "{names:?}"
        );
    }

    #[tokio::test]
    async fn mails_to_two_people_are_two_files() {
        let data = tempfile::tempdir().unwrap();
        let channel = EmlFolder::new(data.path());
        let mut mail = notification(Template::TicketEscalated);
        channel
            .send(&render(&mail, &desk()).unwrap())
            .await
            .unwrap();
        mail.to = crate::testing::email("autre@shop.fr");
        channel
            .send(&render(&mail, &desk()).unwrap())
            .await
            .unwrap();
        assert_eq!(names(channel.folder()).len(), 2);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_a_temporary_failure() {
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join("mail");
        std::fs::write(&file, "in the way").unwrap();
        let mail = render(&notification(Template::StatusUpdated), &desk()).unwrap();
        assert!(matches!(
            EmlFolder::new(file).send(&mail).await,
            Err(DeliveryError::Temporary { .. })
        ));
    }
}
