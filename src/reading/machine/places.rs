//! Where a bounce in prose names its recipients and codes: addresses, SMTP reply codes (RFC 5321),
//! enhanced codes (RFC 3463), and the line below which the returned mail stands.
//!
//! It rests on the shape of lines, not on their language.

use crate::words::address::Address;

/// Most addresses of one line.
const ADDRESSES_MAX: usize = 20;
/// Most lines of a bounce's own text.
const LINES_MAX: usize = 400;

/// The addresses in a line, however they are wrapped: `<a@b>:`, `'a@b'`, `(mailto:a@b)`.
pub(super) fn addresses_in(line: &str) -> Vec<Address> {
    let inside = |c: char| c.is_alphanumeric() || "!#$%&*+-./=?^_{|}~@".contains(c);
    let mut found: Vec<Address> = Vec::new();
    for word in line.split(|c| !inside(c)).filter(|word| word.contains('@')) {
        let word = word.strip_prefix("mailto:").unwrap_or(word);
        let word = word.trim_matches(['.', '/', '=', '?', '!', '*', '-', '|', '%', '&']);
        if let Ok(address) = Address::parse(word)
            && address.domain().len() > 1
            && !found.contains(&address)
        {
            found.push(address);
        }
        if found.len() >= ADDRESSES_MAX {
            break;
        }
    }
    found
}

/// An enhanced status code in a text: `5.1.1`, `#5.1.1`, also behind a reply code. Numbers that are
/// parts of longer ones (addresses of hosts, versions) are none.
pub(super) fn status_code(text: &str) -> Option<String> {
    let words = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    for word in words.take(6_000) {
        let word = word.trim_matches('.');
        let parts: Vec<&str> = word.split('.').take(5).collect();
        if let [class, subject, detail] = parts.as_slice()
            && matches!(*class, "2" | "4" | "5")
            && (1..=2).contains(&subject.len())
            && (1..=3).contains(&detail.len())
        {
            return Some(word.to_owned());
        }
    }
    None
}

/// The class of the first SMTP reply code in a text: '4' or '5' where three digits stand alone and
/// a word, a dash or an enhanced code follows.
pub(super) fn reply_class(text: &str) -> Option<char> {
    let bytes = text.as_bytes();
    for (at, window) in bytes.windows(3).enumerate() {
        let [class, subject, detail] = window else {
            continue;
        };
        let is_code = matches!(class, b'4' | b'5')
            && (b'0'..=b'7').contains(subject)
            && detail.is_ascii_digit();
        if !is_code {
            continue;
        }
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        let after = bytes.get(at + 3);
        let alone = before.is_none_or(|b| {
            !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'@' | b'/' | b':'))
        }) || before == Some(&b':');
        let goes_on = after.is_none_or(|b| {
            matches!(
                b,
                b' ' | b'-'
                    | b'\r'
                    | b'\n'
                    | b':'
                    | b'#'
                    | b'>'
                    | b']'
                    | b')'
                    | b'"'
                    | b'\''
                    | b','
            )
        });
        if alone && goes_on {
            return Some(char::from(*class));
        }
    }
    None
}

/// What stands above the returned mail.
pub(super) fn head_of(text: &str) -> String {
    let mut head = String::new();
    for line in text.lines().take(LINES_MAX) {
        if opens_returned(line) && !head.trim().is_empty() {
            break;
        }
        head.push_str(line);
        head.push('\n');
    }
    head
}

/// Whether the returned mail or its header begins at this line.
fn opens_returned(line: &str) -> bool {
    let lower = line.trim_start_matches(['>', ' ', '|']).to_lowercase();
    if [
        "return-path:",
        "received: from",
        "received: by",
        "received: (",
        "dkim-signature:",
        "x-received:",
    ]
    .iter()
    .any(|start| lower.starts_with(start))
    {
        return true;
    }
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    [
        "below this line is a copy",
        "this is a copy of the message",
        "this is a copy of your message",
        "original message follows",
        "original message header",
        "the header of the original",
        "message header follows",
        "message headers follow",
        "header of the original",
        "unsent message below",
        "unsent message follows",
        "returned message follows",
        "the original message follows",
        "enclosed is the original",
        "your original message",
        "original message",
        "returned message",
        "returned mail",
        "mail headers",
        "beginning of message text",
        "copy of the original",
        "undelivered message",
        "kopfzeilen der nachricht",
        "es folgt die originalnachricht",
        "ursprungliche nachricht",
        "ursprüngliche nachricht",
        "ursprüngliche kopfzeilen",
        "message d'origine",
        "mensaje original",
        "messaggio originale",
        "mensagem original",
        "oorspronkelijk bericht",
    ]
    .iter()
    .any(|start| bare.starts_with(start) && bare.len() < start.len() + 60)
}

/// How many names of header fields begin unquoted lines: what a returned mail shows.
pub(super) fn header_names(text: &str) -> usize {
    const NAMES: &[&str] = &[
        "received:",
        "return-path:",
        "message-id:",
        "from:",
        "to:",
        "subject:",
        "date:",
        "mime-version:",
        "content-type:",
        "content-transfer-encoding:",
        "x-mailer:",
        "reply-to:",
        "dkim-signature:",
        "auto-submitted:",
        "x-postlunch-id:",
    ];
    let mut seen = [false; 15];
    for line in text.lines().take(LINES_MAX * 4) {
        let start: String = line
            .trim_start()
            .chars()
            .take(30)
            .collect::<String>()
            .to_ascii_lowercase();
        for (mark, name) in seen.iter_mut().zip(NAMES) {
            *mark |= start.starts_with(name);
        }
    }
    seen.iter().filter(|mark| **mark).count()
}

/// How an address stands in a bounce: the better the place, the surer it is a failed recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Somewhere in the prose.
    Prose,
    /// Near a reply code or behind a word such as "recipient".
    Cue,
    /// Alone on its line, or opening it with a colon behind.
    Alone,
}

/// The failed recipients in the prose of a bounce, and whether one stands beside a reply code or
/// alone on its line. `not_these` (our own addresses and the reporter's) are left out.
pub(super) fn recipients(head: &str, not_these: &dyn Fn(&Address) -> bool) -> (Vec<Address>, bool) {
    const NOT_HERE: &[&str] = &[
        "from:",
        "message-id",
        "reply-to:",
        "sender:",
        "return-path",
        "in-reply-to",
        "references:",
        "mail from:",
        "mail from <",
        "envelope-from",
        "date:",
        "contact ",
        "x-",
    ];
    const CUES: &[&str] = &[
        "recipient",
        "rcpt to",
        "to:",
        "addressed to",
        "user",
        "address",
        "mailbox",
        "account",
        "deliver",
        "for <",
        "empfänger",
        "destinat",
        "ontvanger",
        "mottagar",
        "modtager",
        "odbiorc",
        "příjemc",
        "vastaanottaj",
        "получател",
        "адресат",
        "宛先",
        "收件人",
        "alıcı",
    ];
    let mut found: Vec<(Address, Place)> = Vec::new();
    let mut beside_code = false;
    let lines: Vec<&str> = head.lines().take(LINES_MAX).collect();
    for (at, line) in lines.iter().enumerate() {
        if !line.contains('@') {
            continue;
        }
        let lower = line
            .trim_start_matches(['>', ' ', '\t', '|', '*', '-'])
            .to_lowercase();
        if NOT_HERE.iter().any(|start| lower.starts_with(start)) {
            continue;
        }
        let near = lines.iter().skip(at).take(4);
        let coded = near
            .clone()
            .any(|l| reply_class(l).is_some() || status_code(l).is_some());
        let alone = is_alone(line);
        for address in addresses_in(line) {
            if not_these(&address) {
                continue;
            }
            beside_code |= coded || alone;
            let place = if alone {
                Place::Alone
            } else if coded || CUES.iter().any(|cue| lower.contains(cue)) {
                Place::Cue
            } else {
                Place::Prose
            };
            match found.iter_mut().find(|(known, _)| *known == address) {
                Some((_, best)) => *best = place.max(*best),
                None => found.push((address, place)),
            }
        }
    }
    let best = found.iter().map(|(_, place)| *place).max();
    let floor = match best {
        Some(Place::Prose) | None => Place::Prose,
        Some(Place::Cue | Place::Alone) => best.unwrap_or(Place::Cue),
    };
    let kept: Vec<Address> = found
        .into_iter()
        .filter(|(_, place)| *place >= floor)
        .map(|(address, _)| address)
        .collect();
    (kept, beside_code)
}

/// Whether a line holds nothing but an address: bare, in brackets, repeated, with a colon behind,
/// or with a short reason in brackets.
fn is_alone(line: &str) -> bool {
    let bare = line
        .trim()
        .trim_start_matches(['>', ' ', '*', '-', '•', '|', '\t']);
    let opens_with_address = bare
        .split_whitespace()
        .next()
        .is_some_and(|word| word.contains('@') && !word.starts_with("http"));
    let words = bare.split_whitespace().count();
    let first = bare.split_whitespace().next().unwrap_or_default();
    opens_with_address
        && (words == 1 || first.ends_with(':') || (words <= 3 && !bare.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(head: &str) -> Vec<String> {
        let (found, _) = recipients(head, &|_| false);
        found.iter().map(|a| a.as_str().to_owned()).collect()
    }

    #[test]
    fn the_place_of_an_address_tells_whose_failure_it_is() {
        for (head, wanted) in [
            (
                "Hi. Write to help@x.org\n\n<ben@x.org>:\nno such user",
                "ben@x.org",
            ),
            ("  ben@x.org\n    Unrouteable address", "ben@x.org"),
            ("From: ana@y.org\nTo: ben@x.org\nwas refused", "ben@x.org"),
            ("550 5.1.1 <ben@x.org>... User unknown", "ben@x.org"),
            ("'Ben' (mailto:ben@x.org) is gone", "ben@x.org"),
            ("RCPT TO:<ben@x.org>", "ben@x.org"),
        ] {
            assert_eq!(found(head), [wanted], "{head}");
        }
    }

    #[test]
    fn codes_are_told_from_numbers() {
        assert_eq!(reply_class("said: 550 no"), Some('5'));
        assert_eq!(reply_class("host said:450-later"), Some('4'));
        assert_eq!(reply_class("+49 550 123"), Some('5'));
        for none in ["1550 x", "550km", "10.0.550.1", "2027"] {
            assert_eq!(reply_class(none), None, "{none}");
        }
        assert_eq!(
            status_code("from 10.5.1.1 at 5.7.1").as_deref(),
            Some("5.7.1")
        );
        assert_eq!(status_code("v5.1"), None);
    }
}
