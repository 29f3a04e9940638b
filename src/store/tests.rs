//! What only an insider can arrange: an index that loses a record, a disk that fails under a commit.

use super::*;
use crate::keyring::Owner;

fn open(path: &Path, segment_octets: u64) -> Store {
    let key = StoreKey::from_octets(&[7; 32]).unwrap();
    let options = Options {
        segment_octets,
        ballast_octets: 0,
        ..Options::new(Purpose::Real)
    };
    Store::open(path, &key, options).unwrap()
}

fn write(store: &mut Store, number: u64) -> Result<u64, StoreError> {
    let mut batch = Batch::new();
    batch.put(
        Key::on(Shelf::Goal).number(number),
        Owner::Person(1),
        vec![7; 100],
    );
    store.commit(vec![batch])
}

#[test]
fn what_the_index_lost_is_noticed_and_never_becomes_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 10_000);
    for number in 0..20 {
        write(&mut store, number).unwrap();
    }
    let lost = Key::on(Shelf::Goal).number(3);
    store
        .index
        .apply(&[lost.clone().change(None)], None)
        .unwrap();
    assert_eq!(store.get(&lost).unwrap(), None);
    let error = store.verify().unwrap_err();
    assert!(matches!(error, StoreError::Differs(1)), "{error}");
    while store.segments().unwrap().len() == 1 {
        write(&mut store, 100).unwrap();
    }
    assert_eq!(store.get(&lost).unwrap().unwrap(), [7; 100]);
    store.verify().unwrap();
}

#[test]
fn a_commit_that_the_disk_refuses_says_so_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 10_000);
    write(&mut store, 1).unwrap();
    store.journal.write_to(Path::new("/dev/full"));
    let error = write(&mut store, 2).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("disk is full") && !error.needs_a_person(),
        "{text}"
    );
    assert_eq!(store.get(&Key::on(Shelf::Goal).number(2)).unwrap(), None);
    // This file cannot even be cut back, so nobody knows how it ends: no commit until a new start.
    let error = write(&mut store, 3).unwrap_err();
    assert!(
        matches!(error, StoreError::Journal(JournalError::Stopped)),
        "{error}"
    );
    drop(store);
    let mut store = open(folder.path(), 10_000);
    assert_eq!(store.sequence(), 1);
    assert_eq!(write(&mut store, 2).unwrap(), 2);
}

#[test]
fn the_store_may_move_to_its_own_thread() {
    fn moves<T: Send + 'static>(_: &T) {}
    let folder = tempfile::tempdir().unwrap();
    moves(&open(folder.path(), 10_000));
}

#[test]
fn a_lock_that_a_child_process_still_holds_for_a_moment_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path(), 10_000));
    let held = std::fs::File::open(folder.path().join("index/db")).unwrap();
    held.try_lock().unwrap();
    let later = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(200));
        drop(held);
    });
    assert_eq!(open(folder.path(), 10_000).sequence(), 0);
    later.join().unwrap();
}
