//! The keyring as it is kept, lost, confused and forgotten.

use super::*;
use std::os::unix::fs::PermissionsExt;

fn key(octet: u8) -> StoreKey {
    StoreKey::from_octets(&[octet; 32]).unwrap()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyring");
    Keyring::create(&path, &key(1), Purpose::Real).unwrap();
    (folder, path)
}

fn open(path: &Path) -> Keyring {
    Keyring::open(path, &key(1), Purpose::Real).unwrap()
}

const BEN: Owner = Owner::Person(5);
const CARA: Owner = Owner::Person(6);

#[test]
fn what_was_sealed_opens_after_a_restart_and_only_at_its_record() {
    let (_folder, path) = folder();
    let mut keyring = open(&path);
    keyring.welcome(&BTreeSet::from([BEN, CARA])).unwrap();
    let sealed = keyring.seal(BEN, b"here", b"a note").unwrap();
    let house = keyring.seal(Owner::House, b"h", b"ours").unwrap();
    drop(keyring);
    let keyring = open(&path);
    assert_eq!(
        keyring.open_sealed(b"here", &sealed),
        Opened::Value(b"a note".to_vec())
    );
    assert_eq!(
        keyring.open_sealed(b"h", &house),
        Opened::Value(b"ours".to_vec())
    );
    assert_eq!(keyring.open_sealed(b"there", &sealed), Opened::Damaged);
    for at in 0..sealed.len() {
        let mut bent = sealed.clone();
        bent[at] ^= 1;
        assert!(
            !matches!(keyring.open_sealed(b"here", &bent), Opened::Value(_)),
            "octet {at} may be changed unseen"
        );
    }
}

#[test]
fn a_forgotten_key_is_gone_from_the_file_and_its_slot_serves_the_next() {
    let (_folder, path) = folder();
    let mut keyring = open(&path);
    keyring.welcome(&BTreeSet::from([BEN, CARA])).unwrap();
    let sealed = keyring.seal(BEN, b"here", b"a note").unwrap();
    let before = fs::read(&path).unwrap();
    let old = keyring.key_id(BEN).unwrap();
    assert!(keyring.forget(BEN, old).unwrap());
    assert_eq!(keyring.open_sealed(b"here", &sealed), Opened::Forgotten);
    let after = fs::read(&path).unwrap();
    assert!(
        after[SLOT_OCTETS..2 * SLOT_OCTETS]
            .iter()
            .all(|octet| *octet == 0)
    );
    // Ben comes back and gets another key in the same slot; his old words stay noise.
    keyring.welcome(&BTreeSet::from([BEN])).unwrap();
    assert_eq!(fs::read(&path).unwrap().len(), before.len());
    let keyring = &mut open(&path);
    assert_ne!(keyring.key_id(BEN), Some(old));
    assert_eq!(keyring.open_sealed(b"here", &sealed), Opened::Forgotten);
    // The old forgetting, replayed, does not take the new key.
    assert!(!keyring.forget(BEN, old).unwrap());
    assert!(keyring.key_id(BEN).is_some());
}

#[test]
fn another_key_another_purpose_and_no_keyring_are_told_apart() {
    let (folder, path) = folder();
    let wrong = Keyring::open(&path, &key(2), Purpose::Real).unwrap_err();
    assert!(matches!(wrong, KeyringError::WrongKey(_)), "{wrong}");
    let other = Keyring::open(&path, &key(1), Purpose::Rehearsal).unwrap_err();
    assert!(other.to_string().contains("real store"), "{other}");
    let none = Keyring::open(&folder.path().join("none"), &key(1), Purpose::Real).unwrap_err();
    assert!(matches!(none, KeyringError::Missing(_)), "{none}");
    assert!(Keyring::create(&path, &key(1), Purpose::Real).is_err());
}

#[test]
fn a_bent_octet_is_noticed_and_an_unfinished_slot_is_not() {
    let (_folder, path) = folder();
    open(&path).welcome(&BTreeSet::from([BEN])).unwrap();
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bent = whole.clone();
        bent[at] ^= 0x40;
        fs::write(&path, &bent).unwrap();
        assert!(
            Keyring::open(&path, &key(1), Purpose::Real).is_err(),
            "octet {at}"
        );
    }
    for unfinished in 1..SLOT_OCTETS {
        let mut torn = whole.clone();
        torn.extend(std::iter::repeat_n(7, unfinished));
        fs::write(&path, &torn).unwrap();
        let mut keyring = open(&path);
        assert!(keyring.key_id(BEN).is_some());
        keyring.welcome(&BTreeSet::from([CARA])).unwrap();
        assert!(open(&path).key_id(CARA).is_some());
    }
}

#[test]
fn the_key_file_is_made_once_and_is_nobody_elses_to_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.key");
    assert!(
        StoreKey::read(&path)
            .unwrap_err()
            .to_string()
            .contains("missing")
    );
    let made = StoreKey::create(&path).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(StoreKey::read(&path).unwrap().derive("x"), made.derive("x"));
    assert!(StoreKey::create(&path).is_err());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(
        StoreKey::read(&path)
            .unwrap_err()
            .to_string()
            .contains("chmod 600")
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, [1; 33]).unwrap();
    assert!(
        StoreKey::read(&path)
            .unwrap_err()
            .to_string()
            .contains("32 octets")
    );
}

#[test]
fn rehearsal_tokens_prove_nothing_in_real_life() {
    let ben = crate::words::address::Address::parse("ben@example.com").unwrap();
    let rehearsed = key(1).token_key(Purpose::Rehearsal).mint(1, &ben);
    assert!(!key(1).token_key(Purpose::Real).proves(&rehearsed, &ben));
    assert_ne!(
        key(1).digest_key().digest("ben@example.com"),
        key(2).digest_key().digest("ben@example.com")
    );
}
