//! `postlunch store …`: looks after the store itself, while no daemon has it open.

use crate::cli::args::{Common, Store as Asked};
use crate::cli::ending::{Code, Failure};
use crate::cli::{place, show};
use crate::daemon::store_of;
use crate::store::{Rebuilt, Store, StoreError};
use serde_json::json;

/// Verifies or rebuilds.
///
/// # Errors
/// If the daemon runs, the key is wrong, or something is not whole; with exit code 78 where no
/// second try helps.
pub fn store(common: &Common, asked: &Asked) -> Result<(), Failure> {
    let config = place::load(common.config.as_deref())?;
    let rehearsal = match asked {
        Asked::Verify { rehearsal } | Asked::Rebuild { rehearsal } => *rehearsal,
    };
    let (path, key, options) = store_of(&config, rehearsal).map_err(|error| Failure {
        code: error.exit_code(),
        message: error.to_string(),
    })?;
    match asked {
        Asked::Verify { .. } => {
            let store = Store::open(&path, &key, options).map_err(failure)?;
            let found = store.verify().map_err(failure)?;
            if common.json {
                return show::json(&json!({
                    "records": found.records,
                    "segments": found.segments,
                    "sequence": found.sequence,
                }));
            }
            show::print(&format!(
                "whole: {} records, {} journal segments, {} commits\n",
                found.records, found.segments, found.sequence
            ))
        }
        Asked::Rebuild { .. } => {
            let (store, rebuilt) = Store::rebuild(&path, &key, options).map_err(failure)?;
            store.close().map_err(failure)?;
            let what = match rebuilt {
                Rebuilt::Index => "the index was made again from the journal",
                Rebuilt::Journal => "the journal was begun again from the index",
            };
            if common.json {
                return show::json(&json!({ "rebuilt": what }));
            }
            show::print(&format!("{what}\n"))
        }
    }
}

fn failure(error: StoreError) -> Failure {
    let code = if error.needs_a_person() {
        78
    } else {
        Code::Failed as u8
    };
    Failure {
        code,
        message: error.to_string(),
    }
}
