//! Wrong configurations: each file in `tests/configs/bad` holds one mistake (or several on
//! purpose) and must fail with exactly the message beside it in `.expected`.
//!
//! `REWRITE_EXPECTED=1 cargo test --test configs` writes the messages anew; read the difference.

use postlunch::config::{Config, Surroundings};
use std::fs;
use std::path::{Path, PathBuf};

/// Fewer files than this means that some went missing.
const MISTAKES_MIN: usize = 40;

fn wrong_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs/bad");
    let found = fs::read_dir(&folder).expect("the folder of wrong configurations");
    let mut files: Vec<PathBuf> = found
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    assert!(
        files.len() >= MISTAKES_MIN,
        "only {} files in {}",
        files.len(),
        folder.display()
    );
    files
}

/// What a wrong file is answered with.
fn message(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("readable");
    let origin = Path::new(file.file_name().expect("a name"));
    match Config::parse_in(&text, origin, &Surroundings::default()) {
        Ok(_) => "(accepted)\n".to_owned(),
        Err(error) => format!("{error}\n"),
    }
}

#[test]
fn every_mistake_is_answered_with_its_place_and_its_remedy() {
    let mut faults = Vec::new();
    for file in wrong_files() {
        let actual = message(&file);
        let beside = file.with_extension("expected");
        if std::env::var_os("REWRITE_EXPECTED").is_some() {
            fs::write(&beside, &actual).expect("writable");
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if actual != expected {
            let name = beside.display();
            faults.push(format!(
                "{name}\n--- expected\n{expected}--- actual\n{actual}"
            ));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn no_message_shows_a_password_or_leaves_a_person_without_a_remedy() {
    for file in wrong_files() {
        let actual = message(&file);
        let name = file.display();
        assert!(
            actual.contains("\n  = ") || actual.contains("\n   = "),
            "{name}:\n{actual}"
        );
        assert!(
            !actual.contains("hunter2") && !actual.contains("31415"),
            "{name}:\n{actual}"
        );
    }
}

#[test]
fn no_cut_or_swapped_octet_makes_reading_panic() {
    let example = postlunch::config::EXAMPLE.replace("\n#", "\n");
    let read = |text: &str| {
        Config::parse_in(text, Path::new("cut.toml"), &Surroundings::default())
            .map_err(|error| error.to_string())
            .is_ok()
    };
    assert!(!read(&example), "comments became keys, so it is wrong");
    for (at, _) in example.char_indices() {
        read(&example[..at]);
        if at % 7 == 0 {
            for swapped in ["\"", "[", "=", "\u{1f372}", "\n"] {
                read(&format!("{}{swapped}{}", &example[..at], &example[at..]));
            }
        }
    }
}
