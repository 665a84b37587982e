//! Whose fault a refusal is: the recipient's, this mail's, or the channel's.
//!
//! Only what the server says of the recipient is final. What it says of us (login, sender, quota,
//! relaying, its own state) would meet any other mail too, so the channel is down and nothing is
//! lost. What may be either, and what filters say of a text, is tried again for a day.
//!
//! The table is [`judge`]; enhanced codes are those of RFC 3463 and its registry, as the large
//! providers use them. To add a case: its line there, and its row in the tests.

/// How far the conversation had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Greeting, EHLO, STARTTLS, login: the server does not know the mail yet.
    Session,
    /// MAIL FROM: the same sender in every mail.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, and the answer to the text.
    Content,
}

/// A server's answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reply<'a> {
    /// Three digits.
    pub(super) code: u16,
    /// Class, subject and detail; zeros where the server gave none.
    pub(super) enhanced: [u8; 3],
    /// In words.
    pub(super) text: &'a str,
}

/// What becomes of the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nobody takes it, however often it is tried.
    Refused,
    /// This mail later.
    PutOff,
    /// Any mail later.
    ChannelDown,
}

/// Words by which servers say that they refuse us where they name the recipient. Many ask about
/// client and sender only at RCPT TO, and answer with a general code.
const ABOUT_US: [&str; 11] = [
    "relay",
    "sender address",
    "sender not ",
    "sender is not ",
    "to send as ",
    "client host",
    "helo command",
    "authenticat",
    "logged in",
    "sending limit",
    "sending quota",
];

/// Whose fault an answer is. Says nothing of a positive one.
pub(super) fn judge(stage: Stage, reply: Reply<'_>) -> Verdict {
    let found = match stage {
        Stage::Session => Verdict::ChannelDown,
        Stage::Sender => sender(reply),
        Stage::Recipient | Stage::Content if is_about_us(reply) => Verdict::ChannelDown,
        Stage::Recipient => recipient(reply),
        Stage::Content => content(reply),
    };
    match found {
        // 4xx: the server itself expects it to pass.
        Verdict::Refused if reply.code < 500 => Verdict::PutOff,
        other => other,
    }
}

/// Only an address that needs SMTPUTF8 is the mail's own here.
fn sender(reply: Reply<'_>) -> Verdict {
    match reply.enhanced {
        [_, 6, 7] => Verdict::Refused,
        _ => Verdict::ChannelDown,
    }
}

/// What is said of the way, of the login or of the sender, at whatever stage.
fn is_about_us(reply: Reply<'_>) -> bool {
    let by_code = match reply.enhanced {
        // Addressing: the sender's.
        [_, 1, 7 | 8]
        // The system is full or takes nothing now; the way is congested (a day's limit is used up).
        | [_, 3, 1 | 2 | 5] | [_, 4, 5]
        // Commands out of order, too many recipients.
        | [_, 5, 1 | 3] => true,
        [_, 7, detail] => is_policy_about_us(detail),
        _ => false,
    };
    let by_code = by_code || matches!(reply.code, 421 | 454 | 502..=504 | 530 | 534 | 535 | 538);
    // A code that names the recipient needs no words, and words that are a name mean nothing:
    // nobody stops all mail by calling themselves `relay@relay.example`.
    let says_little = matches!(reply.enhanced, [_, 0 | 7, _]);
    let text = without_names(reply.text).to_ascii_lowercase();
    by_code || says_little && ABOUT_US.iter().any(|words| text.contains(words))
}

/// Without addresses and domains, which strangers choose.
fn without_names(text: &str) -> String {
    let is_name = |word: &str| {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        word.contains(['@', '.'])
    };
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !is_name(word))
        .collect();
    words.join(" ")
}

/// Of X.7: what is left is refused for a reason that may be the recipient's or the text's.
///
/// 0 and 1 say anything; 2 and 7 are the recipient's settings, 17 and 18 an owner that changed;
/// 110 to 199 are what one provider says of senders a mailbox does not take.
fn is_policy_about_us(detail: u8) -> bool {
    !matches!(detail, 0 | 1 | 2 | 7 | 17 | 18 | 110..=199)
}

fn recipient(reply: Reply<'_>) -> Verdict {
    match reply.enhanced {
        // Full, now.
        [_, 2, 2] => Verdict::PutOff,
        [_, 1 | 2 | 6, _]
        // Too big; no way to that domain; not an address; the owner changed.
        | [_, 3, 4] | [_, 4, 1 | 4 | 6] | [_, 5, 2 | 4] | [_, 7, 17 | 18] => Verdict::Refused,
        [_, 0, _] => recipient_without_a_code(reply.code),
        _ => Verdict::PutOff,
    }
}

fn recipient_without_a_code(code: u16) -> Verdict {
    match code {
        501 | 511 | 513 | 521 | 525 | 550 | 551 | 553 | 555 | 556 => Verdict::Refused,
        _ => Verdict::PutOff,
    }
}

fn content(reply: Reply<'_>) -> Verdict {
    match reply.enhanced {
        // The recipient after all, or too big; a full mailbox is not.
        [_, 1, _] | [_, 2, 1 | 3] | [_, 3, 4] | [_, 6, 7] => Verdict::Refused,
        _ => Verdict::PutOff,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(stage: Stage, line: &str) -> Verdict {
        let (code, rest) = line.split_once(' ').unwrap();
        let (first, words) = rest.split_once(' ').unwrap_or((rest, ""));
        let digits: Vec<u8> = first
            .split('.')
            .filter_map(|digit| digit.parse().ok())
            .collect();
        let (enhanced, text) = match digits.as_slice() {
            [class, subject, detail] => ([*class, *subject, *detail], words),
            _ => ([0; 3], rest),
        };
        let code = code.parse().unwrap();
        judge(
            stage,
            Reply {
                code,
                enhanced,
                text,
            },
        )
    }

    #[test]
    fn only_what_is_said_of_the_recipient_is_final() {
        for line in [
            "550 5.1.1 no such mailbox",
            "550 5.1.10 the domain takes no mail",
            "550 5.2.1 mailbox disabled",
            "553 5.1.3 bad address syntax",
            "550 5.4.1 Recipient address rejected: Access denied",
            "550 5.7.17 the mailbox owner has changed",
            "550 5.1.1 <relay@relay.example>: no relay here",
            "550 <relay@relay.example>: unknown",
            "550 relay.example. is no domain",
            "550 5.6.7 non-ASCII addresses are not taken",
            "550 no such user here",
            "551 user not local",
            "556 domain takes no mail",
        ] {
            assert_eq!(at(Stage::Recipient, line), Verdict::Refused, "{line}");
        }
        for line in [
            "550 5.1.1 no such mailbox",
            "552 5.3.4 message too big",
            "550 5.2.1 disabled",
        ] {
            assert_eq!(at(Stage::Content, line), Verdict::Refused, "{line}");
        }
        assert_eq!(at(Stage::Sender, "553 5.6.7 address"), Verdict::Refused);
    }

    #[test]
    fn what_is_said_of_us_is_the_channels_whenever_it_is_said() {
        for line in [
            "550 5.4.5 Daily user sending limit exceeded",
            "452 4.5.3 too many recipients",
            "421 4.7.0 closing down",
            "530 5.7.0 authentication required",
            "535 5.7.8 credentials not accepted",
            "550 5.7.1 Unable to relay",
            "554 5.7.1 <jean@example.com>: Relay access denied",
            "553 5.7.1 <shop@shop.fr>: Sender address rejected: not owned by user",
            "553 5.7.1 Sender address rejected: not logged in",
            "554 5.7.1 <host[192.0.2.1]>: Client host rejected: Access denied",
            "550 5.1.8 sender's domain not found",
            "550 5.7.26 the domain's mail is not authenticated",
            "550 5.7.23 SPF check failed",
            "550 5.7.60 the client may not send as this sender",
            "550 5.7.1 sender not allowed",
            "550 5.7.1 the client has no permission to send as this sender",
            "550 5.7.255 tenant exceeded its threshold",
            "452 4.3.1 insufficient system storage",
            "550 Daily SMTP relay limit exceeded",
        ] {
            for stage in [
                Stage::Sender,
                Stage::Recipient,
                Stage::Content,
                Stage::Session,
            ] {
                assert_eq!(at(stage, line), Verdict::ChannelDown, "{stage:?} {line}");
            }
        }
    }

    #[test]
    fn whatever_is_said_of_the_session_or_the_sender_is_the_channels() {
        for line in [
            "554 5.7.1 no service here",
            "550 5.7.1 sender not allowed",
            "550 5.1.1 no such sender",
            "451 4.7.1 try again",
            "552 5.2.2 quota",
            "501 bad parameter",
        ] {
            for stage in [Stage::Session, Stage::Sender] {
                assert_eq!(at(stage, line), Verdict::ChannelDown, "{stage:?} {line}");
            }
        }
    }

    #[test]
    fn what_may_pass_or_may_be_the_text_s_is_tried_again() {
        for (stage, line) in [
            (Stage::Recipient, "451 4.7.1 greylisted"),
            (Stage::Recipient, "450 4.2.0 greylisted"),
            (
                Stage::Recipient,
                "450 4.1.1 the address cannot be verified now",
            ),
            (Stage::Recipient, "552 5.2.2 mailbox full"),
            (Stage::Recipient, "452 4.2.2 mailbox full"),
            (Stage::Recipient, "552 over quota"),
            (Stage::Recipient, "554 5.7.1 refused by policy"),
            (Stage::Recipient, "554 transaction failed"),
            (
                Stage::Recipient,
                "550 5.7.129 the mailbox takes mail of its own list only",
            ),
            (Stage::Content, "552 5.2.2 mailbox full"),
            (Stage::Content, "550 5.7.1 looks like spam"),
            (Stage::Content, "554 5.6.0 not RFC 5322"),
            (Stage::Content, "554 refused"),
            (Stage::Content, "451 4.3.0 local error"),
        ] {
            assert_eq!(at(stage, line), Verdict::PutOff, "{stage:?} {line}");
        }
    }

    #[test]
    fn no_4xx_is_final_and_every_answer_has_a_verdict() {
        for code in 400..600 {
            for subject in 0..=9 {
                for detail in 0..=u8::MAX {
                    let class = if code < 500 { 4 } else { 5 };
                    let enhanced = [class, subject, detail];
                    for stage in [
                        Stage::Session,
                        Stage::Sender,
                        Stage::Recipient,
                        Stage::Content,
                    ] {
                        let verdict = judge(
                            stage,
                            Reply {
                                code,
                                enhanced,
                                text: "",
                            },
                        );
                        assert!(
                            code >= 500 || verdict != Verdict::Refused,
                            "{code} {enhanced:?}"
                        );
                    }
                }
            }
        }
    }
}
