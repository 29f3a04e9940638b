//! Every file of a store cut short, flipped, overwritten or taken away, by a seed: the store is
//! refused with the remedy, and the remedy helps; or it is made whole by itself. Never does it open as
//! something else than it was.
//!
//! `POSTLUNCH_TEST_SEED` plays one seed alone; `POSTLUNCH_LONG=1` plays 3,000.

#[allow(dead_code, reason = "each test program uses its own part of it")]
#[path = "support/dice.rs"]
mod dice;

use dice::Dice;
use postlunch::keyring::{Owner, Purpose, StoreKey};
use postlunch::store::{Batch, Key, Keys, Options, Shelf, Store, StoreError};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

type Records = Vec<(Key, Vec<u8>)>;

fn key() -> StoreKey {
    StoreKey::from_octets(&[7; 32]).unwrap()
}

fn options() -> Options {
    Options {
        segment_octets: 6000,
        ballast_octets: 4096,
        ..Options::new(Purpose::Real)
    }
}

fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open(path, &key(), options())
}

fn everything(store: &Store) -> Result<Records, StoreError> {
    let shelves = [Shelf::Meta, Shelf::Person, Shelf::Notes, Shelf::Due];
    let all = shelves.map(|shelf| store.scan(&Key::on(shelf)).collect::<Result<Records, _>>());
    all.into_iter().try_fold(Vec::new(), |mut told, shelf| {
        told.extend(shelf?);
        Ok(told)
    })
}

/// A store with several segments, people who came, changed and were forgotten; closed.
fn lived_in(path: &Path) -> Records {
    let mut store = open(path).unwrap();
    let mut dice = Dice(1);
    for step in 0..150 {
        let mut batch = Batch::new();
        let number = dice.below(40) as u64;
        let owner = match dice.below(3) {
            0 => Owner::House,
            1 => Owner::Person(number % 7),
            _ => Owner::Pairing(number % 5),
        };
        match dice.below(12) {
            0 => batch.delete(Key::on(Shelf::Notes).number(number)),
            1 if step > 20 => batch.forget(Owner::Person(number % 7)),
            _ => batch.put(
                Key::on(Shelf::Notes).number(number),
                owner,
                vec![step; 20 + dice.below(200)],
            ),
        }
        store.commit(vec![batch]).unwrap();
    }
    assert!(store.segments().unwrap().len() > 2);
    let records = everything(&store).unwrap();
    assert!(records.len() > 20);
    store.close().unwrap();
    records
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
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

/// Damages one file; what was done to it.
fn damage(path: &Path, dice: &mut Dice) -> String {
    let mut all = Vec::new();
    files(path, &mut all);
    all.retain(|file| fs::metadata(file).unwrap().len() > 0);
    all.sort();
    // sled's file is long and mostly empty; each kind of file has its turn.
    let kind = ["journal", "index", "keyring", ""][dice.below(4)];
    let some: Vec<_> = all
        .iter()
        .filter(|file| file.strip_prefix(path).unwrap().starts_with(kind) || kind.is_empty())
        .collect();
    let file = some[dice.below(some.len())];
    let name = file.strip_prefix(path).unwrap().display().to_string();
    let mut octets = fs::read(file).unwrap();
    let written = octets.iter().rposition(|o| *o != 0).map_or(1, |at| at + 1);
    let at = dice.below(written);
    let what = match dice.below(5) {
        0 => {
            fs::remove_file(file).unwrap();
            return format!("{name} taken away");
        }
        1 => {
            octets.truncate(at);
            format!("{name} cut off at {at}")
        }
        2 => {
            let bit = dice.below(8);
            octets[at] ^= 1 << bit;
            format!("{name} flipped at {at}, bit {bit}")
        }
        3 => {
            let end = octets.len().min(at + 512);
            octets[at..end].fill(0);
            format!("{name} zeros from {at} to {end}")
        }
        _ => {
            let end = octets.len().min(at + 1 + dice.below(300));
            for octet in &mut octets[at..end] {
                *octet = dice.below(256) as u8;
            }
            format!("{name} rubbish from {at} to {end}")
        }
    };
    fs::write(file, octets).unwrap();
    what
}

/// What a damaged store came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// It opened as it was.
    Whole,
    /// Refused, and the rebuilt store is as it was.
    Rebuilt,
    /// Refused, and the rebuild too, with the backup as the remedy; it was put back.
    BackupNeeded,
}

fn told_well(error: &StoreError, what: &str) {
    let text = error.to_string();
    assert!(error.needs_a_person(), "{what}: exit code 78: {text}");
    let remedies = [
        "store rebuild",
        "backup back there",
        "put a backup",
        "newest copy back",
        "use that one",
    ];
    assert!(
        remedies.iter().any(|remedy| text.contains(remedy)),
        "{what}: no remedy in {text}"
    );
}

fn fate(path: &Path, records: &Records, what: &str) -> Fate {
    let read = |store: Store| {
        let found = everything(&store).unwrap_or_else(|error| panic!("{what}: {error}"));
        let differs = found.iter().zip(records).position(|(a, b)| a != b);
        assert!(
            found == *records,
            "{what}: {} records of {}, differing at {differs:?}",
            found.len(),
            records.len()
        );
        store.close().unwrap();
    };
    let refused = match open(path) {
        Ok(store) => {
            read(store);
            return Fate::Whole;
        }
        Err(error) => error,
    };
    told_well(&refused, what);
    match Store::rebuild(path, &key(), options()) {
        Ok((mut store, _)) => {
            store
                .verify()
                .unwrap_or_else(|error| panic!("{what}: {error}"));
            read(store);
            read(open(path).unwrap_or_else(|error| panic!("{what}: {error}")));
            Fate::Rebuilt
        }
        Err(error) => {
            told_well(&error, what);
            Fate::BackupNeeded
        }
    }
}

#[test]
fn a_damaged_store_is_refused_or_made_whole_and_never_another() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    let records = lived_in(&whole);
    let (backup, keys) = (folder.path().join("backup"), folder.path().join("keys"));
    let mut store = open(&whole).unwrap();
    store.backup(&backup, &keys).unwrap();
    store.close().unwrap();
    let long = std::env::var_os("POSTLUNCH_LONG").is_some();
    let one = std::env::var("POSTLUNCH_TEST_SEED").map(|seed| seed.parse().expect("a seed"));
    let seeds = match one {
        Ok(seed) => seed..=seed,
        Err(_) => 1..=if long { 3000 } else { 150 },
    };
    let mut fates: BTreeMap<Fate, usize> = BTreeMap::new();
    std::panic::set_hook(Box::new(|panic| {
        // sled's own assertions are caught, and are no news here.
        let here = panic
            .location()
            .is_some_and(|at| at.file().contains("damage.rs"));
        if here {
            eprintln!("{panic}");
        }
    }));
    for seed in seeds {
        let path = folder.path().join("damaged");
        copy(&whole, &path);
        let what = format!("seed {seed}: {}", damage(&path, &mut Dice(seed)));
        let fate = fate(&path, &records, &what);
        if fate == Fate::BackupNeeded {
            Store::restore(
                &path,
                &key(),
                options(),
                &backup,
                Keys::These(&keys),
                |_, _| Ok(()),
            )
            .unwrap_or_else(|error| panic!("{what}: {error}"));
            let store = open(&path).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(everything(&store).unwrap() == records, "{what}");
        }
        *fates.entry(fate).or_default() += 1;
        fs::remove_dir_all(&path).unwrap();
    }
    println!("{fates:?}");
    assert!(one.is_ok() || fates.len() == 3, "{fates:?}");
}
