//! How rows are written: one line of JSON that says its version.
//!
//! Fields are only ever added, with a default; anything else is a new version and a migration.
//! Moments are whole seconds since 1970, octets are base64.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use thiserror::Error;

/// The version written now.
pub const VERSION: u32 = 1;

/// Why a record is no row.
#[derive(Debug, Error)]
pub enum RowError {
    /// It is no JSON of the expected shape.
    #[error("a row is damaged at column {0}; run `postlunch store verify`")]
    Damaged(usize),
    /// A newer postlunch wrote it.
    #[error("a row has version {0}, which a newer postlunch wrote; use that one")]
    Newer(u32),
}

#[derive(Serialize)]
struct Versioned<T> {
    v: u32,
    #[serde(flatten)]
    row: T,
}

#[derive(Deserialize)]
struct VersionOnly {
    v: u32,
}

/// A row as octets.
///
/// # Errors
/// None that plain fields can cause.
pub fn write<T: Serialize>(row: &T) -> Result<Vec<u8>, RowError> {
    serde_json::to_vec(&Versioned { v: VERSION, row }).map_err(damaged)
}

/// A row from octets.
///
/// # Errors
/// If it has another shape, or a newer version.
pub fn read<T: DeserializeOwned>(record: &[u8]) -> Result<T, RowError> {
    // Most rows say it first: no need to read those twice.
    if !record.starts_with(b"{\"v\":1,") {
        let VersionOnly { v } = serde_json::from_slice(record).map_err(damaged)?;
        if v > VERSION {
            return Err(RowError::Newer(v));
        }
    }
    // A row has no field of that name, and steps over what it does not know.
    serde_json::from_slice(record).map_err(damaged)
}

/// serde's own words quote what stands there, so only the place is kept.
fn damaged(error: serde_json::Error) -> RowError {
    RowError::Damaged(error.column())
}

/// A moment as whole seconds since 1970.
pub mod moment {
    use chrono::{DateTime, Utc};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes it.
    ///
    /// # Errors
    /// The serializer's own.
    pub fn serialize<S: Serializer>(at: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(at.timestamp())
    }

    /// Reads it.
    ///
    /// # Errors
    /// If it lies outside of what a calendar holds.
    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<DateTime<Utc>, D::Error> {
        let seconds = i64::deserialize(from)?;
        DateTime::from_timestamp(seconds, 0).ok_or_else(|| D::Error::custom("no such moment"))
    }
}

/// Confidential octets as base64, as rows of a store of version 1 hold them.
pub mod octets {
    use crate::words::confidential::Confidential;
    use data_encoding::BASE64;
    use serde::{Deserialize, Deserializer, de::Error};

    type Octets = Option<Confidential<Vec<u8>>>;

    /// Reads them.
    ///
    /// # Errors
    /// If it is no base64.
    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Octets, D::Error> {
        let Some(text) = Option::<String>::deserialize(from)? else {
            return Ok(None);
        };
        let octets = BASE64
            .decode(text.as_bytes())
            .map_err(|_| D::Error::custom("no base64"))?;
        Ok(Some(Confidential::new(octets)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_row_is_refused_and_an_odd_one_does_not_show_itself() {
        let newer = read::<Vec<u8>>(b"{\"v\":2,\"what\":1}").unwrap_err();
        assert!(newer.to_string().contains("newer postlunch"), "{newer}");
        #[derive(Debug, Deserialize)]
        struct Count {
            #[allow(dead_code)]
            count: u32,
        }
        let odd = read::<Count>(b"{\"v\":1,\"count\":\"a secret\"}").unwrap_err();
        assert!(!odd.to_string().contains("secret"), "{odd}");
    }
}
