//! `guichet token`

use std::process::ExitCode;

use chrono::TimeDelta;
use clap::Args;
use identity::{NewToken, sign, signing_secret};
use jsonwebtoken::Algorithm;
use settings::Config;
use shared_kernel::{Clock as _, EmailAddress, Role, UserId};

use super::output::{chain, fail, say};
use crate::process::clock::SystemClock;

#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    /// The user's id.
    #[arg(long, value_parser = user_id)]
    sub: UserId,
    /// customer, staff or admin.
    #[arg(long, value_parser = role)]
    role: Role,
    #[arg(long, value_parser = email)]
    email: Option<EmailAddress>,
    /// The name others see.
    #[arg(long)]
    name: Option<String>,
    /// How long it is good: 30s, 15m, 1h, 7d.
    #[arg(long, default_value = "1h", value_parser = duration)]
    ttl: TimeDelta,
}

fn user_id(text: &str) -> Result<UserId, String> {
    UserId::typed(text).map_err(|error| error.to_string())
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "customer, staff or admin".to_owned())
}

fn email(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::typed(text).map_err(|error| error.to_string())
}

fn duration(text: &str) -> Result<TimeDelta, String> {
    let form = || "a number and s, m, h or d, for example 15m".to_owned();
    let split = text.len().saturating_sub(1);
    let (number, unit) = text.split_at_checked(split).ok_or_else(form)?;
    let number: i64 = number.parse().map_err(|_| form())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(form()),
    };
    number
        .checked_mul(seconds)
        .and_then(TimeDelta::try_seconds)
        .filter(|ttl| ttl.num_days() <= 36_500)
        .ok_or_else(form)
}

pub(super) fn run(config: &Config, args: &TokenArgs) -> ExitCode {
    if config.auth.algorithm != Algorithm::HS256 {
        return fail(
            "tokens are signed elsewhere: auth.algorithm is not HS256",
            2,
        );
    }
    let secret = match signing_secret(config) {
        Ok(secret) => secret,
        Err(error) => return fail(&chain(&error), 2),
    };
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let token = NewToken {
        id: args.sub.clone(),
        role: args.role,
        email: args.email.as_ref().map(|mail| mail.as_str().to_owned()),
        name: args.name.clone(),
        issuer: given(&config.auth.issuer),
        audience: given(&config.auth.audience),
        lasts: args.ttl,
    };
    match sign(&token, &secret, SystemClock.now()) {
        Ok(token) => say(&token),
        Err(error) => fail(&chain(&error), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_a_number_and_a_unit() {
        assert_eq!(duration("15m"), Ok(TimeDelta::minutes(15)));
        assert_eq!(duration("7d"), Ok(TimeDelta::days(7)));
        for text in [
            "",
            "m",
            "15",
            "1y",
            "1.5h",
            "é",
            "99999999999999999999d",
            "9999999d",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
