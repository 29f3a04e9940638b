//! Mail to many: newsletters, list digests, posts to a list and our own among them.
//!
//! Lists and gateways mark the mail of people too, so the marks add up with how the text ends, and
//! a mail that names what it answers weighs against them. Such mail answers nothing: "unsubscribe"
//! below a newsletter is no wish of its sender's.

use super::phrases::{self, Sign};
use super::witness::{Sender, Witness};
use crate::reading::message::Message;
use crate::reading::visible::{self, Own};
use crate::words::address::Address;

/// What witnesses must weigh together.
const ENOUGH: i32 = 4;
/// What the end of a text can add to that.
const BY_ENDINGS_MAX: i32 = 4;
/// Longest text, in words, that is somebody's short answer unless it ends as newsletters do.
const SHORT_WORDS_MAX: usize = 25;
/// Most octets that are searched, from either end of the text.
const TEXT_OCTETS_MAX: usize = 8_000;

/// What kind of mail to many it is, if it is one.
pub(super) fn kind(message: &Message, own: &Own, witness: &Witness) -> Option<&'static str> {
    let answers = witness.answered && witness.threaded;
    let marked = witness.list || witness.unsubscribe || witness.mass;
    if answers || witness.auto_replied || (witness.threaded && !marked) {
        return None;
    }
    if is_digest(message, witness) {
        return Some("a digest of a mailing list");
    }
    let mut weight = 0;
    let mut add = |told: bool, by: i32| weight += if told { by } else { 0 };
    let to_list = witness.list && !witness.answered && is_to_its_list(message);
    add(witness.list, 2);
    add(to_list, 3);
    add(witness.unsubscribe, 2);
    add(witness.one_click, 1);
    add(witness.mass, 2);
    add(witness.bulk || witness.precedence, 1);
    add(matches!(witness.sender, Sender::NoReply | Sender::Role), 1);
    // Who answers is mostly a person, and so is who says little.
    add(witness.threaded, -4);
    add(witness.answered, -2);
    if weight + BY_ENDINGS_MAX < ENOUGH {
        return None; // most mail: its text need not be searched
    }
    let own_text = own.text();
    let endings = endings(message, witness, &own_text);
    let mut add = |told: bool, by: i32| weight += if told { by } else { 0 };
    add(endings > 0, 2);
    add(endings > 1, 1);
    add(endings > 2, 1);
    let short = own_text.split_whitespace().count() <= SHORT_WORDS_MAX;
    add(short && endings == 0 && !to_list, -1);
    // "I want to unsubscribe" is a wish, whatever a gateway put into the header.
    let wishes = short && !own_text.contains("http") && phrases::speaks_of_itself(&own_text);
    add(wishes && !witness.list && !witness.one_click, -4);
    (weight >= ENOUGH).then_some(if to_list {
        "a post to a mailing list"
    } else {
        "a newsletter or a notice to many"
    })
}

/// How many turns of phrase there are that newsletters end with. Without any mark only the own
/// words are searched: what else stands there may be quoted.
fn endings(message: &Message, witness: &Witness, own: &str) -> usize {
    let marked = witness.list || witness.unsubscribe || witness.mass || witness.bulk;
    let mut text = own.to_owned();
    if marked {
        let body = visible::body_text(message);
        let unquoted = body.lines().filter(|line| !line.starts_with('>'));
        text = unquoted.collect::<Vec<_>>().join("\n");
    }
    let folded = phrases::fold(&both_ends(&text));
    let link = (witness.one_click || witness.mass || witness.list) && has_link(message);
    phrases::count(&phrases::phrases().find(&folded), Sign::BulkText) + usize::from(link)
}

/// Whether HTML ends with a link that is called after its use.
fn has_link(message: &Message) -> bool {
    const NAMES: &[&str] = &[
        "unsubscribe</a",
        "abmelden</a",
        "abbestellen</a",
        "désabonner</a",
        "désinscrire</a",
        "darse de baja</a",
        "disiscriviti</a",
        "descadastrar</a",
        "afmelden</a",
        "uitschrijven</a",
        "avregistrera</a",
        "отписаться</a",
        "配信停止</a",
        "退订</a",
    ];
    message.html.iter().any(|html| {
        let ends = both_ends(html).to_lowercase();
        NAMES.iter().any(|name| ends.contains(name))
    })
}

fn both_ends(text: &str) -> String {
    if text.len() <= 2 * TEXT_OCTETS_MAX {
        return text.to_owned();
    }
    let mut first = TEXT_OCTETS_MAX;
    while !text.is_char_boundary(first) {
        first -= 1;
    }
    let mut last = text.len() - TEXT_OCTETS_MAX;
    while !text.is_char_boundary(last) {
        last += 1;
    }
    let (first, last) = (text.get(..first), text.get(last..));
    format!(
        "{}\n{}",
        first.unwrap_or_default(),
        last.unwrap_or_default()
    )
}

/// Several posts in one mail.
fn is_digest(message: &Message, witness: &Witness) -> bool {
    let by_list = witness.list || matches!(witness.sender, Sender::Role | Sender::NoReply);
    let parts = message.part_types.iter();
    let by_form = message.root_type == "multipart/digest"
        || (by_list && parts.clone().any(|kind| kind == "multipart/digest"));
    let subject = &witness.subject;
    let by_subject = [
        " digest, vol",
        " digest vol",
        "digest for ",
        "abridged summary of",
    ]
    .iter()
    .any(|sign| subject.contains(sign));
    by_form || (by_subject && by_list)
}

/// Whether the mail went to the list itself, and not to us.
fn is_to_its_list(message: &Message) -> bool {
    let from = message.from.as_ref().map(|from| &from.address);
    let is_list = |address: &Address| {
        let dotted = format!("{}.{}", address.local(), address.domain()).to_ascii_lowercase();
        let plain = address.as_str().to_ascii_lowercase();
        let named = |field: &str| {
            let mut values = message.all(field).take(3);
            values.any(|value| {
                let value = value.to_ascii_lowercase();
                words(&value).any(|word| word == dotted || word == plain)
            })
        };
        [
            "list-id",
            "list-post",
            "mailing-list",
            "x-mailing-list",
            "x-beenthere",
        ]
        .iter()
        .any(|field| named(field))
    };
    let mut to = message.recipients.iter().take(20);
    to.any(|address| Some(address) == from || is_list(address))
}

/// Addresses and ids in a field: what stands between brackets, colons, commas and blanks.
fn words(value: &str) -> impl Iterator<Item = &str> {
    value.split(|c: char| c.is_whitespace() || "<>,;:?".contains(c))
}
