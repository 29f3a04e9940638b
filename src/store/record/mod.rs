//! What of a person, a pairing and a sent letter is on disk: versioned JSON that names its fields.
//!
//! The types of `lunch` are not serialized themselves; each has a record here that mirrors it, so
//! that the domain can change without the disk noticing. Promises: what was written once is read
//! always; an unknown field is passed over; nothing in an error or a `{:?}` shows what people wrote.
//! A field added to version 1 later must have a default. The fields that version 1 began with are
//! required, unless they are lists, pages or optional: a lost "stopped" must not become "go on".
//! Not here: sealing, keys, and where the bytes lie.

mod letter;
mod pairing;
mod person;
mod written;

pub use letter::{LetterRecord, letter_from_bytes, letter_to_bytes};
pub use pairing::{pairing_from_bytes, pairing_to_bytes};
pub use person::{person_from_bytes, person_to_bytes};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use written::Misread;

/// The version that is written, and the newest one that is read.
pub const VERSION: u64 = 1;

/// Why a record could not be read or written. Holds no content, only names and places.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecordError {
    /// The version is one that came after this program.
    #[error(
        "the stored {record} has version {version}, and this postlunch knows versions up to {VERSION}: \
         it was written by a newer postlunch. Run that one again, or restore a backup that is older"
    )]
    Newer {
        /// Person, pairing or letter.
        record: &'static str,
        /// The version found.
        version: u64,
    },
    /// No JSON, or JSON with a required field missing or of another type.
    #[error(
        "the stored {record} is damaged near octet {octet}: {fault}. \
         Try `postlunch store rebuild`, then put a backup of the store's folder back"
    )]
    Damaged {
        /// Person, pairing or letter.
        record: &'static str,
        /// Where reading stopped, counted in octets from 1; 0 if unknown.
        octet: usize,
        /// What is wrong, in general words.
        fault: &'static str,
    },
    /// One field holds something that it cannot mean.
    #[error(
        "the stored {record} has a {field} that makes no sense. \
         Try `postlunch store rebuild`, then put a backup of the store's folder back"
    )]
    Field {
        /// Person, pairing or letter.
        record: &'static str,
        /// The path of the field, such as `lunches[3].slot`.
        field: String,
    },
    /// JSON could not be made of it.
    #[error("the {record} could not be put into a record; this is a fault of postlunch, report it")]
    Unwritable {
        /// Person, pairing or letter.
        record: &'static str,
    },
}

/// How a record of version 1 begins.
const FIRST: &[u8] = b"{\"v\":1,";

/// A mirror of one domain type.
trait Record: Serialize + DeserializeOwned {
    /// The domain type.
    type Mirrored;
    /// What errors call it.
    const NAME: &'static str;

    fn of(mirrored: &Self::Mirrored) -> Self;
    fn read(self) -> Result<Self::Mirrored, Misread>;
}

/// The one field that is looked at before anything else, so that a newer record with other fields
/// is called newer and not damaged.
#[derive(Deserialize)]
struct VersionOnly {
    v: u64,
}

fn to_bytes<R: Record>(mirrored: &R::Mirrored) -> Result<Vec<u8>, RecordError> {
    serde_json::to_vec(&R::of(mirrored)).map_err(|_| RecordError::Unwritable { record: R::NAME })
}

fn from_bytes<R: Record>(bytes: &[u8]) -> Result<R::Mirrored, RecordError> {
    // Most records say it first: no need to read those twice.
    let version = match bytes.starts_with(FIRST) {
        true => 1,
        false => parse::<VersionOnly>(R::NAME, bytes)?.v,
    };
    if version > VERSION {
        return Err(RecordError::Newer {
            record: R::NAME,
            version,
        });
    }
    let nonsense = |field| RecordError::Field {
        record: R::NAME,
        field,
    };
    if version == 0 {
        return Err(nonsense("v".to_owned()));
    }
    let record: R = parse(R::NAME, bytes)?;
    record.read().map_err(|misread| nonsense(misread.field))
}

/// serde_json's own message may quote the text it stumbled over; so only the place is kept.
fn parse<T: DeserializeOwned>(record: &'static str, bytes: &[u8]) -> Result<T, RecordError> {
    use serde_json::error::Category;
    serde_json::from_slice(bytes).map_err(|error| RecordError::Damaged {
        record,
        octet: octet_of(bytes, error.line(), error.column()),
        fault: match error.classify() {
            Category::Eof => "it ends too early",
            Category::Syntax => "it is not JSON",
            Category::Data => "a field is missing, given twice or of another type",
            Category::Io => "it could not be read",
        },
    })
}

/// Octets up to and with that line (from 1) and column (from 1) of the text; 0 for no line.
fn octet_of(bytes: &[u8], line: usize, column: usize) -> usize {
    let Some(lines_before) = line.checked_sub(1) else {
        return 0;
    };
    let lines = bytes.split(|b| *b == b'\n').take(lines_before);
    lines
        .map(|text| text.len().saturating_add(1))
        .sum::<usize>()
        .saturating_add(column)
}
