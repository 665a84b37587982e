//! `guichet doctor`

use std::process::ExitCode;
use std::time::Duration;

use notify::SmtpSettings;
use pg_embedded::Binaries;
use store_pg::{durability, pending_migrations};
use tokio::net::TcpStream;

use super::output::{chain, say};
use crate::auth::{TokenVerifier, signing_secret};
use crate::config::Config;

const PROBE: Duration = Duration::from_secs(5);

/// One line a check; fails if any of them does.
pub(super) async fn run(config: &Config) -> ExitCode {
    let mut findings = vec![data_dir(config), tokens(config)];
    match config.storage.database_url.given() {
        Some(url) => findings.extend(database(url).await),
        None => findings.push(private_database()),
    }
    findings.push(smtp(config).await);
    let mut sound = true;
    for finding in findings {
        sound &= finding.is_ok();
        match finding {
            Ok(line) => say(&format!("ok      {line}")),
            Err(line) => say(&format!("PROBLEM {line}")),
        };
    }
    if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

type Finding = Result<String, String>;

fn data_dir(config: &Config) -> Finding {
    let folder = &config.storage.data_dir;
    let probe = folder.join(".probe");
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&probe, b"probe"))
        .and_then(|()| std::fs::remove_file(&probe))
        .map(|()| format!("the data folder {} can be written", folder.display()))
        .map_err(|error| {
            format!(
                "the data folder {} cannot be written: {error}",
                folder.display()
            )
        })
}

fn tokens(config: &Config) -> Finding {
    let secret = signing_secret(config).map_err(|error| chain(&error))?;
    TokenVerifier::new(&config.auth, &secret).map_err(|error| chain(&error))?;
    Ok(format!(
        "tokens are checked with {:?}",
        config.auth.algorithm
    ))
}

fn private_database() -> Finding {
    match Binaries::find() {
        Ok(binaries) => Ok(format!(
            "PostgreSQL {} is at {}",
            binaries.version(),
            binaries.dir().display()
        )),
        Err(error) => Err(error.to_string()),
    }
}

async fn database(url: &str) -> Vec<Finding> {
    let kept = match tokio::time::timeout(PROBE, durability(url)).await {
        Ok(Ok(kept)) => kept,
        Ok(Err(error)) => {
            return vec![Err(format!(
                "DATABASE_URL cannot be used: {}",
                chain(&error)
            ))];
        }
        Err(_) => return vec![Err("the database does not answer within 5 s".to_owned())],
    };
    let durable = if kept.is_durable() {
        Ok(format!("PostgreSQL {} keeps what it commits", kept.version))
    } else {
        Err(format!(
            "PostgreSQL may lose commits: fsync = {}, full_page_writes = {}, synchronous_commit = {}",
            kept.fsync, kept.full_page_writes, kept.synchronous_commit
        ))
    };
    let migrations = match pending_migrations(url).await {
        Ok(0) => Ok("every migration has run".to_owned()),
        Ok(count) => Ok(format!("{count} migrations will run at the next start")),
        Err(error) => Err(chain(&error)),
    };
    vec![durable, migrations]
}

async fn smtp(config: &Config) -> Finding {
    let Some(url) = config.mail.smtp_url.given() else {
        return Ok(format!(
            "no SMTP_URL: mail is written to {}",
            config.storage.data_dir.join("mail").display()
        ));
    };
    let settings = SmtpSettings::from_url(url).map_err(|error| format!("SMTP_URL: {error}"))?;
    let (host, port) = (settings.host.as_str(), settings.port);
    match tokio::time::timeout(PROBE, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(format!("the mail server {host}:{port} answers")),
        Ok(Err(error)) => Err(format!(
            "the mail server {host}:{port} cannot be reached: {error}"
        )),
        Err(_) => Err(format!(
            "the mail server {host}:{port} does not answer within 5 s"
        )),
    }
}
