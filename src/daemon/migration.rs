//! Migrations: a store says which version its records have; a newer one is refused, whole, before
//! anything in it is touched.
//!
//! Each record also says its own version (`store/record`), and what version 1 wrote is read always
//! (`tests/stores`). A version 2 begins here: with the step that makes it of version 1, in one commit
//! together with the new mark, so that a stop leaves either the old store or the new one.

use crate::daemon::ledger::Ledger;
use crate::store::record::VERSION;
use crate::store::{Batch, Store, StoreError};

/// The counter that says it; 0 where nobody has written it yet.
const RECORDS: &str = "record-version";

/// Brings a store that was just opened to the version that is written now.
///
/// # Errors
/// If a newer postlunch has written it, or the store fails.
pub fn migrate(store: &mut Store) -> Result<(), StoreError> {
    match Ledger::counter_of(store, RECORDS)? {
        VERSION => Ok(()),
        newer if newer > VERSION => Err(StoreError::Newer {
            path: store.path().to_owned(),
            version: newer,
            known: VERSION,
        }),
        _ => {
            let mut batch = Batch::new();
            Ledger::put_counter(&mut batch, RECORDS, VERSION);
            store.commit(vec![batch]).map(|_| ())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::{Purpose, StoreKey};
    use crate::store::Options;

    #[test]
    fn the_mark_is_written_once_and_a_newer_one_needs_a_person() {
        let folder = tempfile::tempdir().unwrap();
        let key = StoreKey::from_octets(&[7; 32]).unwrap();
        let open = || Store::open(folder.path(), &key, Options::new(Purpose::Real)).unwrap();
        let mut store = open();
        migrate(&mut store).unwrap();
        let before = store.sequence();
        migrate(&mut store).unwrap();
        assert_eq!(store.sequence(), before);
        let mut batch = Batch::new();
        Ledger::put_counter(&mut batch, RECORDS, VERSION + 1);
        store.commit(vec![batch]).unwrap();
        store.close().unwrap();
        let mut store = open();
        let refused = migrate(&mut store).unwrap_err();
        assert!(refused.needs_a_person());
        let told = refused.to_string();
        assert!(
            told.contains("newer postlunch") && told.contains("version 2"),
            "{told}"
        );
        assert_eq!(store.sequence(), before + 1, "nothing was touched");
    }
}
