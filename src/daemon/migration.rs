//! Migrations: a store says which version it has; a newer one is refused, whole, before anything in it is
//! touched.
//!
//! | version | what is so |
//! | --- | --- |
//! | 1 | a letter that waits is a field of its outbox row |
//! | 2 | it stands on a shelf of its own (`Shelf::OutboxMessage`) |
//!
//! A step from one to the next is one commit together with the new mark, so that a stop leaves either the
//! old store or the new one. Each record also says its own version (`store/record`, `store/row`), and what
//! version 1 of it wrote is read always (`tests/stores`).

use crate::daemon::ledger::Ledger;
use crate::store::key::{Key, Shelf};
use crate::store::outbox::OutboxRow;
use crate::store::{Batch, Store, StoreError};

/// The version of a store that is written now.
pub const VERSION: u64 = 2;

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
            for found in store.scan(&Key::on(Shelf::Outbox)) {
                let (key, record) = found?;
                OutboxRow::take_apart(&record, &mut batch)
                    .map_err(|_| StoreError::DamagedRecord(key))?;
            }
            Ledger::put_counter(&mut batch, RECORDS, VERSION);
            store.commit(vec![batch]).map(|_| ())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::{Owner, Purpose, StoreKey};
    use crate::store::{Options, outbox};

    /// A letter that waits, as version 1 wrote it.
    const WAITING: &str = r#"{"v":1,"row":7,"state":{"is":"queued"},"kind":"reminder","person":5,"pairing":9,
        "recipient":"ben@example.com","reverse_path":"lunch@example.com","message":"U3ViamVjdDogbHVuY2g=",
        "message_id":"abc@example.com","effect_key":"reminder|9|5","consent":"meeting","queued_at":1700000000,
        "use_by":1800000000,"not_before":1700000000,"attempts":2,"last_reply":451}"#;

    #[test]
    fn a_letter_that_waits_is_taken_out_of_its_row_and_is_the_same_to_its_last_octet() {
        let folder = tempfile::tempdir().unwrap();
        let key = StoreKey::from_octets(&[7; 32]).unwrap();
        let mut store = Store::open(folder.path(), &key, Options::new(Purpose::Real)).unwrap();
        let mut batch = Batch::new();
        Ledger::put_counter(&mut batch, RECORDS, 1);
        let owner = Owner::Pairing(9);
        batch.put(outbox::live(7), owner, WAITING.as_bytes().to_vec());
        store.commit(vec![batch]).unwrap();
        migrate(&mut store).unwrap();
        let record = store.get(&outbox::live(7)).unwrap().unwrap();
        assert!(!record.windows(9).any(|part| part == b"\"message\""));
        let ledger = Ledger::new(store);
        let row = ledger.outbox_row(7).unwrap().unwrap();
        assert_eq!((row.attempts, row.last_reply), (2, Some(451)));
        let message = ledger.outbox_message(7).unwrap().unwrap();
        assert_eq!(message.reveal(), b"Subject: lunch");
        // Once it has left, its octets are gone.
        let mut batch = Batch::new();
        let now = chrono::DateTime::UNIX_EPOCH;
        let withdrawn = row.withdrawn(outbox::Withdrawal::Late, now).unwrap();
        withdrawn.write(&mut batch).unwrap();
        let mut store = ledger.store;
        store.commit(vec![batch]).unwrap();
        assert_eq!(store.get(&outbox::message(7)).unwrap(), None);
        assert_eq!(store.get(&outbox::live(7)).unwrap(), None);
    }

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
            told.contains("newer postlunch") && told.contains("version 3"),
            "{told}"
        );
        assert_eq!(store.sequence(), before + 1, "nothing was touched");
    }
}
