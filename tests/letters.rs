//! Every letter as it leaves the house, compared with `tests/letters/<kind>.eml`, and the promises
//! that all of them keep.
//!
//! `POSTLUNCH_BLESS=1 cargo test --test letters` writes the files anew; read the difference aloud
//! before committing it.

use postlunch::writing::{Templates, samples, write};
use std::fs;
use std::path::PathBuf;

fn golden(kind: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/letters").join(format!("{kind}.eml"))
}

/// The names that `Body::name` can give, read from its source: a new variant cannot be forgotten.
fn kinds() -> Vec<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(root.join("src/lunch/letter.rs")).expect("readable");
    let (_, rest) = source.split_once("pub const fn name(&self)").expect("name");
    let (names, _) = rest
        .split_once("pub const fn answering")
        .expect("answering");
    names
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn difference(kept: &str, written: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (kept.lines().collect(), written.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let mut shown = format!("from line {}:\n", same + 1);
    for line in old.iter().skip(same).take(12) {
        shown += &format!("- {line}\n");
    }
    for line in new.iter().skip(same).take(12) {
        shown += &format!("+ {line}\n");
    }
    shown
}

#[test]
fn every_letter_is_as_it_was_agreed() {
    let templates = Templates::built_in().expect("built-in templates");
    let bless = std::env::var_os("POSTLUNCH_BLESS").is_some();
    let mut faults = Vec::new();
    for (kind, letter, posting) in samples::all() {
        let written =
            write(&letter, &posting, &templates).unwrap_or_else(|e| panic!("{kind}: {e}"));
        if bless {
            fs::write(golden(kind), &written.bytes).expect("writable");
            continue;
        }
        let kept = fs::read(golden(kind)).unwrap_or_default();
        if kept != written.bytes {
            let (kept, new) = (
                String::from_utf8_lossy(&kept),
                String::from_utf8_lossy(&written.bytes),
            );
            faults.push(format!("{kind}.eml {}", difference(&kept, &new)));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_kind_of_letter_has_a_sample() {
    let mut sampled: Vec<String> = samples::all()
        .into_iter()
        .map(|(k, _, _)| k.to_owned())
        .collect();
    let mut wanted = kinds();
    assert!(wanted.len() > 40, "{wanted:?}");
    sampled.sort();
    wanted.sort();
    assert_eq!(sampled, wanted);
}
