//! The store in every weather: kills, torn tails, flipped octets, lost folders, wrong keys,
//! forgotten people. What was committed is there, or the store says why not and what to do.

use postlunch::keyring::{Keyring, Owner, Purpose, StoreKey};
use postlunch::store::{Batch, Key, Keys, Options, Rebuilt, Shelf, Store, StoreError};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

const BEN: Owner = Owner::Person(5);
const PAIR: Owner = Owner::Pairing(9);
const CANARY: &str = "the slides came late again";

type Records = Vec<(Key, Vec<u8>)>;

fn key() -> StoreKey {
    StoreKey::from_octets(&[7; 32]).unwrap()
}

fn options() -> Options {
    Options {
        segment_octets: 1 << 20,
        ballast_octets: 4096,
        ..Options::new(Purpose::Real)
    }
}

fn open(path: &Path) -> Store {
    Store::open(path, &key(), options()).unwrap()
}

fn refused(path: &Path) -> StoreError {
    Store::open(path, &key(), options()).expect_err("the store should stay closed")
}

fn note(number: u64) -> Key {
    Key::on(Shelf::Notes).number(number)
}

fn write(store: &mut Store, number: u64, owner: Owner, text: &str) {
    let mut batch = Batch::new();
    batch.put(note(number), owner, text.into());
    store.commit(vec![batch]).unwrap();
}

fn everything(store: &Store) -> Records {
    let mut all = Vec::new();
    for shelf in [Shelf::Meta, Shelf::Person, Shelf::Notes, Shelf::Due] {
        all.extend(store.scan(&Key::on(shelf)).map(Result::unwrap));
    }
    all
}

/// A few commits of every kind, closed again.
fn lived_in() -> (TempDir, PathBuf, Records) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let mut store = open(&path);
    for number in 0..20 {
        write(
            &mut store,
            number,
            [BEN, PAIR, Owner::House][number as usize % 3],
            CANARY,
        );
    }
    let mut batch = Batch::new();
    batch.delete(note(3));
    batch.put(note(4), PAIR, b"corrected".to_vec());
    let mut second = Batch::new();
    second.put(
        Key::on(Shelf::Due).moment(-5).owner(PAIR),
        Owner::House,
        vec![1],
    );
    store.commit(vec![batch, second]).unwrap();
    let records = everything(&store);
    assert_eq!(records.len(), 20);
    store.close().unwrap();
    (folder, path, records)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn segment(path: &Path, number: u64) -> PathBuf {
    path.join(format!("journal/{number:08}.seg"))
}

fn flip(file: &Path, at: usize) {
    let mut octets = fs::read(file).unwrap();
    octets[at] ^= 0x10;
    fs::write(file, octets).unwrap();
}

#[test]
fn what_was_committed_is_there_after_a_restart() {
    let (_folder, path, records) = lived_in();
    let mut store = open(&path);
    assert_eq!(everything(&store), records);
    assert_eq!(store.get(&note(4)).unwrap().unwrap(), b"corrected");
    assert_eq!(store.get(&note(3)).unwrap(), None);
    assert_eq!(store.sequence(), 21);
    let some: Vec<_> = store
        .range(&note(5), &note(8))
        .map(|r| r.unwrap().0)
        .collect();
    assert_eq!(some, [note(5), note(6), note(7)]);
    assert_eq!(store.range(&note(8), &note(5)).count(), 0);
    assert_eq!(
        store
            .scan(&Key::on(Shelf::Notes))
            .next_back()
            .unwrap()
            .unwrap()
            .0,
        note(19)
    );
    assert_eq!(store.verify().unwrap().sequence, 21);
}

#[test]
fn a_commit_torn_at_any_octet_is_cut_off_and_nothing_before_it() {
    let (folder, path, records) = lived_in();
    let before = folder.path().join("before");
    copy(&path, &before);
    let whole = fs::metadata(segment(&path, 1)).unwrap().len();
    let mut store = open(&path);
    write(&mut store, 99, PAIR, "never heard of");
    drop(store);
    let octets = fs::read(segment(&path, 1)).unwrap();
    let index = before.join("index");
    for end in whole as usize..octets.len() {
        fs::write(segment(&before, 1), &octets[..end]).unwrap();
        if end % 3 == 0 {
            fs::remove_dir_all(&index).unwrap(); // and once in a while the index is gone too
        }
        let store = open(&before);
        assert_eq!(everything(&store), records, "cut at {end}");
        store.close().unwrap();
        assert_eq!(fs::metadata(segment(&before, 1)).unwrap().len(), whole);
    }
    // A power cut may leave the length without the content.
    let mut zeros = octets[..whole as usize].to_vec();
    zeros.resize(octets.len(), 0);
    fs::write(segment(&before, 1), zeros).unwrap();
    assert_eq!(everything(&open(&before)), records);
    // The commit whole on the disk, the index killed before it heard: it counts.
    fs::write(segment(&before, 1), &octets).unwrap();
    let mut store = open(&before);
    assert_eq!(everything(&store).len(), records.len() + 1);
    // And life goes on behind a cut.
    write(&mut store, 100, BEN, "next");
    drop(store);
    assert_eq!(open(&before).get(&note(100)).unwrap().unwrap(), b"next");
}

/// Set for a child process: the store that it writes to until it is killed.
const WRITER: &str = "POSTLUNCH_TEST_WRITER";

/// Writes notes and says the number of each once it is committed.
fn write_until_killed(path: &Path) {
    let small = Options {
        segment_octets: 20_000,
        ..options()
    };
    let mut store = Store::open(path, &key(), small).unwrap();
    for number in store.sequence().. {
        write(&mut store, number, [BEN, PAIR][number as usize % 2], CANARY);
        eprintln!("committed {number}");
    }
}

#[test]
fn a_killed_process_loses_nothing_it_told_of() {
    if let Ok(path) = std::env::var(WRITER) {
        return write_until_killed(Path::new(&path));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let mut told = 0;
    for round in 0..12_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "a_killed_process_loses_nothing_it_told_of",
                "--nocapture",
            ])
            .env(WRITER, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let numbers = lines.map_while(Result::ok).filter_map(|line| {
            let number = line.strip_prefix("committed ")?.parse::<u64>();
            number.ok()
        });
        let mut heard = 0;
        for number in numbers {
            told = number;
            heard += 1;
            if heard == 20 + 17 * round {
                child.kill().unwrap(); // what is still in the pipe is heard, and counts
            }
        }
        child.wait().unwrap();
        assert!(heard > 0, "the writer wrote nothing in round {round}");
        let mut store = open(&path);
        for number in 0..=told {
            let note = store.get(&note(number)).unwrap();
            assert_eq!(
                note.as_deref(),
                Some(CANARY.as_bytes()),
                "lost {number} of {told}"
            );
        }
        store.verify().unwrap();
    }
}

#[test]
fn the_index_may_vanish_or_rot_and_is_made_again() {
    let (_folder, path, records) = lived_in();
    let index = path.join("index");
    let spoil: [&dyn Fn(); 5] = [
        &|| fs::remove_dir_all(&index).unwrap(),
        &|| fs::write(index.join("snap.00000000000000FF.generating"), b"").unwrap(),
        &|| fs::write(index.join("snap.00000000000FFFFF.generating"), [1; 8000]).unwrap(),
        &|| fs::write(index.join("snap.00000000000FFFFF"), [3; 800]).unwrap(),
        &|| fs::write(index.join("conf"), b"not sled's").unwrap(),
    ];
    for (number, spoil) in spoil.iter().enumerate() {
        spoil();
        let mut store = open(&path);
        assert_eq!(everything(&store), records, "spoilt in way {number}");
        store.verify().unwrap();
        store.close().unwrap();
    }
}

#[test]
fn after_a_power_cut_the_index_is_not_trusted() {
    let (_folder, path, records) = lived_in();
    fs::write(path.join("index.open"), "another boot").unwrap();
    let store = open(&path);
    assert_eq!(everything(&store), records);
    assert!(path.join("index.aside").exists());
    store.close().unwrap();
    assert!(!path.join("index.open").exists());
}

#[test]
fn a_flipped_octet_anywhere_is_refused_and_mended_from_the_index() {
    let (folder, path, records) = lived_in();
    let length = fs::metadata(segment(&path, 1)).unwrap().len() as usize;
    for at in (0..length).step_by(61).chain([length - 1]) {
        let spoilt = folder.path().join(format!("spoilt-{at}"));
        copy(&path, &spoilt);
        flip(&segment(&spoilt, 1), at);
        let error = refused(&spoilt);
        let text = error.to_string();
        assert!(
            text.contains("store rebuild") && text.contains(".seg"),
            "{at}: {text}"
        );
        assert!(error.needs_a_person());
        let (mut store, rebuilt) = Store::rebuild(&spoilt, &key(), options()).unwrap();
        assert_eq!(rebuilt, Rebuilt::Journal);
        assert_eq!(everything(&store), records);
        store.verify().unwrap();
        store.close().unwrap();
        assert_eq!(everything(&open(&spoilt)), records);
        fs::remove_dir_all(&spoilt).unwrap();
    }
}

#[test]
fn with_the_index_gone_too_only_a_backup_helps() {
    let (_folder, path, _) = lived_in();
    let middle = fs::metadata(segment(&path, 1)).unwrap().len() as usize / 2;
    flip(&segment(&path, 1), middle);
    fs::remove_dir_all(path.join("index")).unwrap();
    assert!(refused(&path).to_string().contains("damaged"));
    let error = Store::rebuild(&path, &key(), options()).unwrap_err();
    assert!(error.to_string().contains("put a backup"), "{error}");
}

#[test]
fn a_journal_that_lost_acknowledged_commits_is_noticed() {
    let (folder, path, records) = lived_in();
    let older = folder.path().join("older");
    copy(&path, &older);
    let mut store = open(&path);
    write(&mut store, 60, BEN, "later");
    store.close().unwrap();
    fs::copy(segment(&older, 1), segment(&path, 1)).unwrap();
    let error = refused(&path);
    assert!(
        matches!(
            error,
            StoreError::JournalShort {
                journal: 21,
                index: 22,
                ..
            }
        ),
        "{error}"
    );
    let (store, rebuilt) = Store::rebuild(&path, &key(), options()).unwrap();
    assert_eq!(rebuilt, Rebuilt::Journal);
    assert_eq!(everything(&store).len(), records.len() + 1);
    drop(store);
    fs::remove_dir_all(path.join("journal")).unwrap();
    assert!(matches!(
        refused(&path),
        StoreError::JournalShort { journal: 0, .. }
    ));
    fs::remove_dir_all(path.join("index")).unwrap();
    assert!(matches!(refused(&path), StoreError::JournalMissing(_)));
}

#[test]
fn segments_turn_with_a_snapshot_and_old_ones_may_go() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let small = Options {
        segment_octets: 4000,
        ..options()
    };
    let mut store = Store::open(&path, &key(), small).unwrap();
    for round in 0..400_u64 {
        write(&mut store, round % 30, PAIR, &format!("round {round}"));
    }
    let records = everything(&store);
    assert!(store.segments().unwrap().len() > 3);
    store.verify().unwrap();
    assert!(store.retire(1).unwrap() > 2);
    assert_eq!(store.segments().unwrap().len(), 1);
    let newest = store.segments().unwrap().remove(0).path;
    store.close().unwrap();
    fs::remove_dir_all(path.join("index")).unwrap();
    let store = Store::open(&path, &key(), small).unwrap();
    assert_eq!(everything(&store), records);
    assert_eq!(store.sequence(), 400);
    store.close().unwrap();
    // A segment that never got its name is not read; a snapshot cut short is never taken for a tail.
    fs::write(path.join("journal/00000999.new"), b"half").unwrap();
    Store::open(&path, &key(), small).unwrap().close().unwrap();
    assert!(!path.join("journal/00000999.new").exists());
    fs::remove_dir_all(path.join("index")).unwrap();
    let octets = fs::read(&newest).unwrap();
    fs::write(&newest, &octets[..600]).unwrap();
    assert!(
        Store::open(&path, &key(), small)
            .unwrap_err()
            .to_string()
            .contains("damaged")
    );
}

#[test]
fn an_index_far_behind_is_caught_up_across_segments() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let small = Options {
        segment_octets: 3000,
        ..options()
    };
    let mut store = Store::open(&path, &key(), small).unwrap();
    write(&mut store, 1, BEN, "first");
    store.close().unwrap();
    let stale = folder.path().join("stale");
    copy(&path.join("index"), &stale);
    let mut store = Store::open(&path, &key(), small).unwrap();
    for round in 0..100 {
        write(&mut store, round, BEN, "later");
    }
    let records = everything(&store);
    store.close().unwrap();
    for retire in [false, true] {
        fs::remove_dir_all(path.join("index")).unwrap();
        copy(&stale, &path.join("index"));
        let store = Store::open(&path, &key(), small).unwrap();
        assert_eq!(
            everything(&store),
            records,
            "older segments retired: {retire}"
        );
        store.retire(1).unwrap();
        store.close().unwrap();
    }
}

#[test]
fn nothing_stands_in_any_file_in_clear() {
    let (_folder, path, _) = lived_in();
    let mut store = open(&path);
    let digest = store.digest("ben@example.com");
    let mut batch = Batch::new();
    batch.put(
        Key::on(Shelf::AddressHash).digest(digest),
        BEN,
        b"ben@example.com".to_vec(),
    );
    store.commit(vec![batch]).unwrap();
    store.close().unwrap();
    let mut files = 0;
    let mut folders = vec![path];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            files += 1;
            let octets = fs::read(entry.path()).unwrap();
            for secret in [CANARY, "ben@example.com", "corrected"] {
                let found = octets.windows(secret.len()).any(|w| w == secret.as_bytes());
                assert!(!found, "{secret:?} stands in {:?}", entry.path());
            }
        }
    }
    assert!(files >= 5);
}

#[test]
fn the_forgotten_stay_forgotten_in_every_copy() {
    let (folder, path, _) = lived_in();
    let copied = folder.path().join("copied");
    copy(&path, &copied);
    let mut store = open(&path);
    let mut batch = Batch::new();
    batch.forget(PAIR);
    batch.put(
        Key::on(Shelf::Suppressed).digest([1; 16]),
        Owner::House,
        vec![],
    );
    store.commit(vec![batch]).unwrap();
    let left = everything(&store);
    assert_eq!(store.get(&note(1)).unwrap(), None);
    assert_eq!(left.len(), 13, "only what is Ben's and the house's");
    // The pairing's number is taken again: old words stay noise, new ones are read.
    write(&mut store, 70, PAIR, "a new start");
    store.verify().unwrap();
    store.close().unwrap();

    // Made again from the journal, in which the forgetting stands before the new key.
    fs::remove_dir_all(path.join("index")).unwrap();
    let store = open(&path);
    assert_eq!(store.get(&note(1)).unwrap(), None);
    assert_eq!(store.get(&note(70)).unwrap().unwrap(), b"a new start");
    store.close().unwrap();

    // An older journal under today's keyring is refused, and a backup of it is not: nobody may only
    // seem forgotten.
    let today = folder.path().join("today");
    copy(&path, &today);
    fs::remove_dir_all(today.join("index")).unwrap();
    fs::remove_dir_all(today.join("journal")).unwrap();
    copy(&copied.join("journal"), &today.join("journal"));
    let text = refused(&today).to_string();
    assert!(text.contains("keys of 1 people"), "{text}");
    let (file, keys) = (folder.path().join("copy"), folder.path().join("keys"));
    let mut older = open(&copied);
    older.backup(&file, &keys).unwrap();
    older.close().unwrap();
    // Whether that key was lost or destroyed nobody can tell but the operator.
    let error = restore(&today, &file, &keys).unwrap_err();
    assert!(matches!(error, StoreError::WhichKeyring(_)), "{error}");
    let own = today.join("keyring");
    let own = Keys::These(&own);
    let restored = Store::restore(&today, &key(), options(), &file, own, |_, _| Ok(()));
    assert_eq!(restored.unwrap().forgotten, 1);
    let store = open(&today);
    assert_eq!(store.get(&note(1)).unwrap(), None);
    assert_eq!(store.get(&note(0)).unwrap().unwrap(), CANARY.as_bytes());
    store.close().unwrap();

    // An older keyring from a backup, under today's journal: the key goes again.
    fs::copy(copied.join("keyring"), path.join("keyring")).unwrap();
    fs::remove_dir_all(path.join("index")).unwrap();
    assert!(matches!(
        refused(&path),
        StoreError::KeysMissing { owners: 1, .. }
    ));
    let (store, given_up) = Store::give_up_keys(&path, &key(), options()).unwrap();
    assert_eq!((given_up, store.get(&note(70)).unwrap()), (1, None));
    assert_eq!(store.get(&note(1)).unwrap(), None);
    drop(store);
    let keyring = Keyring::open(&path.join("keyring"), &key(), Purpose::Real).unwrap();
    assert_eq!(keyring.key_id(PAIR), None);
}

#[test]
fn a_keyring_older_than_the_store_is_told_of() {
    let (folder, path, records) = lived_in();
    let older = folder.path().join("keyring");
    fs::copy(path.join("keyring"), &older).unwrap();
    let mut store = open(&path);
    let newcomer = Owner::Person(77);
    let mut batch = Batch::new();
    batch.put(note(90), newcomer, vec![]);
    store.stage(batch).unwrap(); // the key is made here,
    store.unstage();
    write(&mut store, 91, newcomer, "hello"); // and told of with its first use
    store.verify().unwrap();
    store.close().unwrap();
    fs::copy(&older, path.join("keyring")).unwrap();
    let error = refused(&path);
    assert!(error.needs_a_person());
    let text = error.to_string();
    assert!(
        text.contains("newest copy back") && text.contains("--give-up-keys"),
        "{text}"
    );
    let (store, given_up) = Store::give_up_keys(&path, &key(), options()).unwrap();
    assert_eq!((given_up, everything(&store)), (1, records.clone()));
    store.close().unwrap();
    let mut store = open(&path);
    assert_eq!(everything(&store), records);
    store.verify().unwrap();
}

#[test]
fn a_forgetting_cut_short_by_a_crash_is_carried_out_at_the_next_start() {
    let (folder, path, _) = lived_in();
    let before = folder.path().join("before");
    copy(&path, &before);
    let mut store = open(&path);
    let mut batch = Batch::new();
    batch.forget(PAIR);
    store.commit(vec![batch]).unwrap();
    store.close().unwrap();
    // The journal has it; the crash came before keyring and index.
    fs::copy(segment(&path, 1), segment(&before, 1)).unwrap();
    let store = open(&before);
    assert_eq!(store.get(&note(1)).unwrap(), None);
    drop(store);
    let keyring = Keyring::open(&before.join("keyring"), &key(), Purpose::Real).unwrap();
    assert_eq!(keyring.key_id(PAIR), None);
}

#[test]
fn nothing_is_written_for_somebody_behind_their_forgetting() {
    let (_folder, path, records) = lived_in();
    let mut store = open(&path);
    let mut batch = Batch::new();
    batch.forget(PAIR);
    let mut second = Batch::new();
    second.put(note(80), PAIR, vec![]);
    let error = store.commit(vec![batch, second]).unwrap_err();
    assert!(
        matches!(error, StoreError::AfterForgetting(PAIR)),
        "{error}"
    );
    assert_eq!(everything(&store), records, "and nothing was forgotten");
}

#[test]
fn decisions_of_one_group_see_each_other_and_become_durable_together() {
    let (folder, path, records) = lived_in();
    let mut store = open(&path);
    let mut first = Batch::new();
    first.put(note(30), BEN, b"staged".to_vec());
    first.delete(note(0));
    first.forget(PAIR);
    store.stage(first).unwrap();
    assert_eq!(store.get(&note(30)).unwrap().unwrap(), b"staged");
    assert_eq!(store.get(&note(0)).unwrap(), None);
    assert_eq!(
        store.get(&note(1)).unwrap(),
        None,
        "who is about to be forgotten is gone"
    );
    let last = store.scan(&Key::on(Shelf::Notes)).next_back().unwrap();
    assert_eq!(last.unwrap().0, note(30));
    let seen = everything(&store);

    // A machine that stops here knows nothing of it.
    let stopped = folder.path().join("stopped");
    copy(&path, &stopped);
    fs::remove_dir_all(stopped.join("index")).unwrap(); // a file copied in use tells nothing
    assert_eq!(everything(&open(&stopped)), records);
    // Taken back, it never was; staged again and committed, it stays.
    store.unstage();
    assert_eq!(everything(&store), records);
    for number in 0..3 {
        let mut batch = Batch::new();
        batch.put(note(40 + number), BEN, vec![]);
        store.stage(batch).unwrap();
    }
    let mut last = Batch::new();
    last.put(note(30), BEN, b"staged".to_vec());
    last.delete(note(0));
    last.forget(PAIR);
    assert_eq!(
        store.commit(vec![last]).unwrap(),
        22,
        "one group, one commit"
    );
    store.close().unwrap();
    let kept = everything(&open(&path));
    assert_eq!(kept.len(), seen.len() + 3);
    assert!(seen.iter().all(|record| kept.contains(record)));
}

#[test]
fn a_journal_of_a_newer_version_is_left_alone() {
    let (_folder, path, _) = lived_in();
    let mut octets = fs::read(segment(&path, 1)).unwrap();
    octets[3] = 2;
    fs::write(segment(&path, 1), &octets).unwrap();
    assert!(refused(&path).to_string().contains("newer postlunch"));
    assert!(Store::rebuild(&path, &key(), options()).is_err());
    assert_eq!(fs::read(segment(&path, 1)).unwrap(), octets);
}

#[test]
fn only_a_place_where_nothing_was_kept_is_new() {
    let (folder, path, _) = lived_in();
    assert!(Store::is_new(&folder.path().join("nothing")));
    assert!(!Store::is_new(&path));
    for lost in ["keyring", "index"] {
        fs::rename(path.join(lost), folder.path().join(lost)).unwrap();
        assert!(!Store::is_new(&path));
    }
}

#[test]
fn the_wrong_key_a_lost_keyring_and_the_other_purpose_are_refused() {
    let (_folder, path, records) = lived_in();
    let wrong = StoreKey::from_octets(&[8; 32]).unwrap();
    let error = Store::open(&path, &wrong, options()).unwrap_err();
    assert!(error.to_string().contains("another store key"), "{error}");
    assert!(error.needs_a_person());

    let rehearsal = Options {
        purpose: Purpose::Rehearsal,
        ..options()
    };
    let error = Store::open(&path, &key(), rehearsal).unwrap_err();
    assert!(error.to_string().contains("real store"), "{error}");

    let kept = fs::read(path.join("keyring")).unwrap();
    fs::remove_file(path.join("keyring")).unwrap();
    let error = refused(&path);
    assert!(error.to_string().contains("keyring is missing"), "{error}");
    assert!(
        !path.join("keyring").exists(),
        "no new keyring over old records"
    );
    fs::write(path.join("keyring"), kept).unwrap();
    assert_eq!(everything(&open(&path)), records);
}

#[test]
fn a_second_process_is_refused_at_once() {
    let (_folder, path, _) = lived_in();
    let first = open(&path);
    let error = refused(&path);
    let text = error.to_string();
    assert!(text.contains("another postlunch (process"), "{text}");
    drop(first);
    open(&path);
}

/// The records as a backup, and the keyring's copy beside it.
fn backup(path: &Path, name: &str) -> (PathBuf, PathBuf) {
    let mut store = open(path);
    let (file, keys) = (path.with_extension(name), path.with_extension("keys"));
    let _ = fs::remove_file(&keys);
    let copied = store.backup(&file, &keys).unwrap();
    assert_eq!(copied.sequence, store.sequence());
    store.close().unwrap();
    (file, keys)
}

fn restore(
    path: &Path,
    file: &Path,
    keys: &Path,
) -> Result<postlunch::store::Restored, StoreError> {
    let keys = Keys::Beside(keys);
    Store::restore(path, &key(), options(), file, keys, |store, refused| {
        let mut batch = Batch::new();
        batch.put(Key::on(Shelf::Meta).word("hold"), Owner::House, vec![1]);
        for (key, value) in refused {
            batch.put(key.clone(), Owner::House, value.clone());
        }
        store.commit(vec![batch]).map(|_| ())
    })
}

#[test]
fn a_backup_is_put_back_on_an_empty_machine() {
    let (folder, path, records) = lived_in();
    let (file, keys) = backup(&path, "backup");
    let elsewhere = folder.path().join("elsewhere");
    let restored = restore(&elsewhere, &file, &keys).unwrap();
    assert_eq!((restored.sequence, restored.forgotten), (21, 0));
    assert_eq!(restored.aside, None);
    let mut store = open(&elsewhere);
    let hold = (Key::on(Shelf::Meta).word("hold"), vec![1]);
    assert_eq!(everything(&store), [vec![hold], records].concat());
    assert_eq!(store.verify().unwrap().sequence, 22);
    store.close().unwrap();
    let left: Vec<_> = fs::read_dir(&elsewhere).unwrap().collect();
    assert!(!elsewhere.join("restoring").exists(), "{left:?}");
}

#[test]
fn whoever_was_forgotten_since_the_backup_stays_forgotten() {
    let (_folder, path, records) = lived_in();
    let (file, keys) = backup(&path, "backup");
    let mut store = open(&path);
    let refused_address = Key::on(Shelf::Suppressed).digest([3; 16]);
    let mut batch = Batch::new();
    batch.forget(BEN);
    batch.put(refused_address.clone(), Owner::House, vec![]);
    batch.put(note(77), PAIR, b"lost with the restoring".to_vec());
    store.commit(vec![batch]).unwrap();
    store.close().unwrap();
    let restored = restore(&path, &file, &keys).unwrap();
    assert_eq!((restored.sequence, restored.forgotten), (21, 1));
    let store = open(&path);
    assert!(store.get(&refused_address).unwrap().is_some());
    assert_eq!(store.get(&note(0)).unwrap(), None, "Ben's");
    assert_eq!(store.get(&note(77)).unwrap(), None);
    assert_eq!(store.get(&note(1)).unwrap().unwrap(), CANARY.as_bytes());
    let left = everything(&store).len() - 1; // the hold
    assert!(left < records.len() && left > 0);
    store.close().unwrap();
    let keyring = Keyring::open(&path.join("keyring"), &key(), Purpose::Real).unwrap();
    assert_eq!(keyring.key_id(BEN), None);
    let before = restored.aside.expect("the journal before");
    assert!(before.join("00000001.seg").exists());
}

#[test]
fn what_is_no_whole_backup_leaves_the_store_as_it_was() {
    let (folder, path, records) = lived_in();
    let (file, keys) = backup(&path, "backup");
    let whole = fs::read(&file).unwrap();
    let spoilt = folder.path().join("spoilt");
    let half = whole[..whole.len() / 2].to_vec();
    let mut flipped = whole.clone();
    flipped[whole.len() / 3] ^= 1;
    for octets in [Vec::new(), b"a text".to_vec(), half, flipped] {
        fs::write(&spoilt, octets).unwrap();
        let error = restore(&path, &spoilt, &keys).unwrap_err();
        assert!(error.needs_a_person());
        assert!(error.to_string().contains("take another one"), "{error}");
        let store = open(&path);
        assert_eq!(everything(&store), records);
        store.close().unwrap();
    }
    let store = open(&path);
    let error = restore(&path, &file, &keys).unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    store.close().unwrap();
    // The keyring of another store is no help, and none at all is told of.
    let nowhere = folder.path().join("nowhere");
    let error = restore(&folder.path().join("new"), &file, &nowhere).unwrap_err();
    assert!(error.to_string().contains("keyring is missing"), "{error}");
}

/// A restoring that is cut short at any of its steps is either not begun or can be done again.
#[test]
fn a_broken_store_is_replaced_and_a_damaged_keyring_with_it() {
    let (_folder, path, records) = lived_in();
    let (file, keys) = backup(&path, "backup");
    flip(&segment(&path, 1), 300);
    flip(&path.join("keyring"), 200);
    fs::write(path.join("index/db"), b"rubbish").unwrap();
    fs::create_dir_all(path.join("restoring/journal")).unwrap(); // one that was cut short
    restore(&path, &file, &keys).unwrap();
    let mut store = open(&path);
    assert_eq!(everything(&store).split_off(1), records);
    store.verify().unwrap();
    assert!(path.join("keyring.damaged").exists());
}

/// A small generator, so that a year that fails is the same year tomorrow.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % limit
    }
}

#[test]
fn any_life_of_a_store_equals_a_plain_map() {
    let small = Options {
        segment_octets: 3000,
        ..options()
    };
    for seed in 0..6 {
        let folder = tempfile::tempdir().unwrap();
        let mut path = folder.path().join("store");
        let mut dice = Dice(seed);
        let mut store = Store::open(&path, &key(), small).unwrap();
        let mut map: BTreeMap<u64, (u64, Vec<u8>)> = BTreeMap::new();
        for step in 0..250_u64 {
            let mut batches = Vec::new();
            for _ in 0..=dice.below(3) {
                let mut batch = Batch::new();
                let (number, owner) = (dice.below(40), dice.below(4));
                match dice.below(12) {
                    0..8 => {
                        let value = format!("{step} {number}").into_bytes();
                        batch.put(note(number), Owner::Person(owner), value.clone());
                        map.insert(number, (owner, value));
                    }
                    8..11 => {
                        batch.delete(note(number));
                        map.remove(&number);
                    }
                    _ => {
                        batch.forget(Owner::Person(owner));
                        map.retain(|_, (whose, _)| *whose != owner);
                    }
                }
                let forgets = format!("{batch:?}").contains("Forget");
                batches.push(batch);
                if forgets {
                    break; // nothing for them behind it in one commit
                }
            }
            store.commit(batches).unwrap();
            match dice.below(25) {
                0 => store.close().unwrap(),
                1 => drop(store),
                2 => {
                    store.close().unwrap();
                    fs::remove_dir_all(path.join("index")).unwrap();
                }
                3 => {
                    store.retire(1).unwrap();
                    continue;
                }
                4 => {
                    // Stopped dead: what journal and keyring hold at this moment goes on elsewhere.
                    let next = folder.path().join(format!("store-{step}"));
                    copy(&path, &next);
                    fs::remove_dir_all(next.join("index")).unwrap();
                    drop(store);
                    path = next;
                }
                5 => {
                    drop(store);
                    let (again, rebuilt) = Store::rebuild(&path, &key(), small).unwrap();
                    assert_eq!(rebuilt, Rebuilt::Index);
                    drop(again);
                }
                _ => continue,
            }
            store = Store::open(&path, &key(), small).unwrap();
            store.verify().unwrap();
            let found: Vec<_> = everything(&store);
            let expected: Vec<_> = map
                .iter()
                .map(|(number, (_, value))| (note(*number), value.clone()))
                .collect();
            assert_eq!(found, expected, "seed {seed}, step {step}");
        }
    }
}
