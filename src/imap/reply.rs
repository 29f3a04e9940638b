//! IMAP responses (RFC 3501 section 7) as imap-proto read them, cut to what we have a use for.
//!
//! What it leaves undone is done here: response codes that it does not know stand in its text, and
//! quoted strings keep their escapes. Everything is owned; nothing here waits.

use super::fault::clean_words;
use super::guard::Frame;
use async_imap::imap_proto::{
    self, AttributeValue, Capability, MailboxDatum, MailboxListData, NameAttribute, Outcome,
    ResponseCode, Status, StatusAttribute, rfc4315::UidSetMember,
};
use chrono::{DateTime, FixedOffset};

/// A response code (RFC 3501 section 7.1, RFC 4315).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Code {
    #[default]
    None,
    UidValidity(u32),
    UidNext(u32),
    /// The flags that can be set for good, in small letters.
    PermanentFlags(Vec<String>),
    /// The UID of the first message added.
    AppendUid(u32),
    /// The name of any other, in capitals.
    Other(String),
}

/// A status with its response code and cleaned text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub status: Status,
    pub code: Code,
    pub words: String,
}

/// What one FETCH response tells of a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub size: Option<u32>,
    pub internal_date: Option<DateTime<FixedOffset>>,
    pub flags: Vec<String>,
    /// The octets, and whether that is all of them.
    pub body: Option<(Vec<u8>, bool)>,
}

impl Parts {
    /// Adds what another response tells of the same message.
    pub fn add(&mut self, more: Self) {
        self.size = more.size.or(self.size);
        self.internal_date = more.internal_date.or(self.internal_date);
        if !more.flags.is_empty() {
            self.flags = more.flags;
        }
        if more.body.is_some() {
            self.body = more.body;
        }
    }
}

/// A whole response.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Response {
    /// The end of a command.
    Done { tag: String, verdict: Verdict },
    /// `* OK`, `* BYE` and their like.
    Told(Verdict),
    /// `+`: the server waits for more of the command.
    Continue,
    /// Capabilities, in capitals.
    Capabilities(Vec<String>),
    /// A mailbox: attributes in small letters, delimiter, name.
    Listed(Vec<String>, Option<char>, String),
    /// Numbers that a search found.
    Found(Vec<u32>),
    /// How many messages a mailbox holds that is not selected.
    Counted(u32),
    /// A message by its UID.
    Fetched(u32, Parts),
    /// How many messages there are.
    Exists(u32),
    /// There is one message less.
    Expunged,
    /// Something else.
    Other,
}

impl Response {
    /// What imap-proto read, and the guard knows beside.
    pub fn of(read: &imap_proto::Response<'_>, frame: Frame) -> Self {
        use imap_proto::Response as Read;
        match read {
            Read::Done {
                tag,
                status,
                outcome,
            } => Self::Done {
                tag: tag.0.clone(),
                verdict: verdict(status, outcome),
            },
            Read::Data { status, outcome } => Self::Told(verdict(status, outcome)),
            Read::Continue(_) => Self::Continue,
            Read::Capabilities(all) => Self::Capabilities(all.iter().map(capability).collect()),
            Read::MailboxData(MailboxDatum::List(list)) => listed(list, frame),
            Read::MailboxData(MailboxDatum::Search(numbers)) => Self::Found(numbers.clone()),
            Read::MailboxData(MailboxDatum::Exists(count)) => Self::Exists(*count),
            Read::MailboxData(MailboxDatum::Status { status, .. }) => counted(status),
            Read::Expunge(_) => Self::Expunged,
            Read::Fetch(_, values) => fetched(values, frame),
            _ => Self::Other,
        }
    }
}

fn counted(told: &[StatusAttribute]) -> Response {
    let messages = told.iter().find_map(|attribute| match attribute {
        StatusAttribute::Messages(count) => Some(*count),
        _ => None,
    });
    messages.map_or(Response::Other, Response::Counted)
}

fn verdict(status: &Status, outcome: &Outcome<'_>) -> Verdict {
    let text = outcome.information.as_deref().unwrap_or_default();
    let (code, words) = match &outcome.code {
        Some(code) => (known_code(code), text),
        None => unknown_code(text),
    };
    Verdict {
        // It cannot be copied.
        status: match status {
            Status::Ok => Status::Ok,
            Status::No => Status::No,
            Status::Bad => Status::Bad,
            Status::PreAuth => Status::PreAuth,
            Status::Bye => Status::Bye,
        },
        code,
        words: clean_words(words),
    }
}

fn known_code(code: &ResponseCode<'_>) -> Code {
    match code {
        ResponseCode::UidValidity(number) => Code::UidValidity(*number),
        ResponseCode::UidNext(number) => Code::UidNext(*number),
        ResponseCode::AppendUid(_, uids) => match uids.first() {
            Some(UidSetMember::Uid(uid)) => Code::AppendUid(*uid),
            Some(UidSetMember::UidRange(uids)) => Code::AppendUid(*uids.start()),
            None => Code::None,
        },
        ResponseCode::PermanentFlags(flags) => {
            Code::PermanentFlags(flags.iter().map(|f| f.to_ascii_lowercase()).collect())
        }
        ResponseCode::ReadOnly => Code::Other("READ-ONLY".to_owned()),
        ResponseCode::TryCreate => Code::Other("TRYCREATE".to_owned()),
        _ => Code::None,
    }
}

/// A code that imap-proto does not know (RFC 5530), and the text behind it.
fn unknown_code(text: &str) -> (Code, &str) {
    let coded = text.strip_prefix('[').and_then(|t| t.split_once(']'));
    coded.map_or((Code::None, text), |(code, words)| {
        let name = code.split(' ').next().unwrap_or_default();
        (Code::Other(name.to_ascii_uppercase()), words)
    })
}

fn capability(capability: &Capability<'_>) -> String {
    match capability {
        Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
        Capability::Auth(mechanism) => format!("AUTH={}", mechanism.to_ascii_uppercase()),
        Capability::Atom(name) => name.to_ascii_uppercase(),
    }
}

fn listed(list: &MailboxListData<'_>, frame: Frame) -> Response {
    let attributes = list
        .name_attributes
        .iter()
        .map(|attribute| match attribute {
            NameAttribute::Extension(name) => name.to_ascii_lowercase(),
            // The names of the variants are those of the RFCs, in mixed case.
            known => format!("\\{known:?}").to_ascii_lowercase(),
        });
    let delimiter = list.delimiter.as_deref().unwrap_or_default();
    let name = unescaped(list.name.as_bytes(), frame);
    Response::Listed(
        attributes.collect(),
        delimiter.chars().next(),
        String::from_utf8_lossy(&name).into_owned(),
    )
}

fn fetched(values: &[AttributeValue<'_>], frame: Frame) -> Response {
    let mut uid = None;
    let mut parts = Parts::default();
    for value in values {
        match value {
            AttributeValue::Uid(number) => uid = Some(*number),
            AttributeValue::Rfc822Size(size) => parts.size = Some(*size),
            AttributeValue::InternalDate(date) => {
                let date = DateTime::parse_from_str(date.trim(), "%d-%b-%Y %H:%M:%S %z");
                parts.internal_date = date.ok();
            }
            AttributeValue::Flags(flags) => {
                parts.flags = flags.iter().map(ToString::to_string).collect();
            }
            AttributeValue::BodySection {
                data: Some(octets), ..
            } => parts.body = Some((unescaped(octets, frame), !frame.is_cut)),
            _ => {}
        }
    }
    uid.map_or(Response::Other, |uid| Response::Fetched(uid, parts))
}

/// A string without the escapes of a quoted one (RFC 3501 section 4.3); a literal has none.
fn unescaped(string: &[u8], frame: Frame) -> Vec<u8> {
    if frame.has_literals {
        return string.to_vec();
    }
    let mut out = Vec::with_capacity(string.len());
    let mut escaped = false;
    for octet in string {
        escaped = *octet == b'\\' && !escaped;
        if !escaped {
            out.push(*octet);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, frame: Frame) -> Response {
        let text = format!("{text}\r\n");
        let (rest, response) = imap_proto::Response::parse(text.as_bytes()).expect("a response");
        assert_eq!(rest, b"", "{text}");
        Response::of(&response, frame)
    }

    fn line(text: &str) -> Response {
        read(text, Frame::default())
    }

    fn told(text: &str) -> Verdict {
        match line(text) {
            Response::Told(verdict) | Response::Done { verdict, .. } => verdict,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn codes_are_found_whether_they_are_known_or_not() {
        for (text, code, words) in [
            ("* OK [UIDVALIDITY 7] set", Code::UidValidity(7), "set"),
            ("* OK [UIDNEXT 10]", Code::UidNext(10), ""),
            ("a1 OK [APPENDUID 7 55:56] x", Code::AppendUid(55), "x"),
            (
                "a1 NO [TRYCREATE] no",
                Code::Other("TRYCREATE".to_owned()),
                "no",
            ),
            (
                "a1 NO [limit 4] later",
                Code::Other("LIMIT".to_owned()),
                "later",
            ),
            ("a1 BAD what {5}", Code::None, "what {5}"),
            ("a1 OK", Code::None, ""),
        ] {
            let verdict = told(text);
            assert_eq!(
                (verdict.code, verdict.words.as_str()),
                (code, words),
                "{text}"
            );
        }
    }

    #[test]
    fn names_and_attributes_of_mailboxes_are_plain() {
        let name = "a \"b\" \\c".to_owned();
        let attributes = vec![
            "\\sent".to_owned(),
            "\\noselect".to_owned(),
            "\\x".to_owned(),
        ];
        assert_eq!(
            line(r#"* LIST (\Sent \NoSelect \X) "\\" "a \"b\" \\c""#),
            Response::Listed(attributes, Some('\\'), name)
        );
        let frame = Frame {
            has_literals: true,
            is_cut: false,
        };
        assert_eq!(
            read("* LIST () NIL {3}\r\na\\b", frame),
            Response::Listed(Vec::new(), None, "a\\b".to_owned())
        );
    }

    #[test]
    fn a_cut_body_is_not_whole() {
        let frame = Frame {
            has_literals: true,
            is_cut: true,
        };
        let Response::Fetched(4, parts) = read("* 1 FETCH (UID 4 BODY[] {2}\r\nab)", frame) else {
            panic!("no message");
        };
        assert_eq!(parts.body, Some((b"ab".to_vec(), false)));
        assert_eq!(line("* 1 FETCH (FLAGS (\\Seen))"), Response::Other);
    }
}
