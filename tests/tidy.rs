//! House rules that the compiler does not hold: the direction of the layers, a header on every
//! file, one home for each outside crate, no panics waiting in the program's own code.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the innermost out. Rooms of one line do not use one another.
const LAYERS: &[&[&str]] = &[
    &["words"],
    &["calendar"],
    &["lunch"],
    &["fabric"],
    &["reading", "writing", "summary"],
    &["config", "clock", "maillog", "wire", "crash_point", "disk"],
    &["keyring", "store", "smtp", "imap", "oauth", "control"],
    &["daemon", "doctor", "sandbox"],
    &["demo"],
    &["cli"],
];

/// Pairs inside one line that may see each other all the same, and why.
const NEIGHBOURS: &[(&str, &str)] = &[
    ("store", "keyring"),    // values are sealed before they reach the journal
    ("disk", "crash_point"), // a step on the disk has a point on each side
    ("config", "clock"),     // never the other way round
    ("doctor", "daemon"),    // the doctor tries the daemon's own connections
];

/// Which room an outside crate lives in. A crate that is missing here may be used anywhere.
const HOMES: &[(&str, &[&str])] = &[
    ("mail_parser", &["reading", "demo"]),
    ("html5gum", &["reading"]),
    ("calcard", &["calendar"]),
    ("lettre", &["writing", "smtp"]),
    ("async_imap", &["imap"]),
    ("imap_proto", &["imap"]),
    ("imap_next", &["sandbox"]),
    ("sled", &["store"]),
    ("cron", &["lunch"]),
    ("tiny_skia", &["fabric"]),
    ("png", &["fabric"]),
    ("toml", &["config"]),
    ("minijinja", &["writing", "demo"]),
    ("axum", &["demo"]),
    ("percent_encoding", &["demo"]),
    ("clap", &["cli"]),
    ("chacha20poly1305", &["keyring"]),
    ("getrandom", &["clock"]),
    ("sd_notify", &["daemon"]),
    ("rustls", &["wire", "sandbox"]),
    ("rpassword", &["cli"]),
    ("simple_dns", &["doctor"]),
    ("socket2", &["wire"]),
    (
        "serde",
        &[
            "config", "store", "writing", "control", "cli", "reading", "keyring", "daemon", "demo",
            "doctor",
        ],
    ),
    (
        "tokio",
        &[
            "config", "clock", "wire", "store", "smtp", "imap", "control", "daemon", "doctor",
            "sandbox", "demo", "cli",
        ],
    ),
];

fn source_files() -> Vec<PathBuf> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).expect("readable folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    found.sort();
    assert!(!found.is_empty(), "no source file found");
    found
}

fn room_of(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let inside = path.strip_prefix(root).expect("inside src");
    let first = inside
        .iter()
        .next()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The file's own code: what stands before its tests, comments taken off.
fn code_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("#[cfg(test)]") {
            break;
        }
        let code = match line.find("//") {
            Some(at) if !line[..at].ends_with(':') => &line[..at],
            _ => line,
        };
        lines.push((number + 1, code.to_owned()));
    }
    lines
}

fn is_test_file(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n == "tests.rs") || path.iter().any(|part| part == "tests")
}

fn rank(room: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&room))
}

#[test]
fn every_room_uses_only_the_rooms_above_it() {
    let mut faults = Vec::new();
    for path in source_files() {
        let room = room_of(&path);
        if room == "lib" || room == "main" || is_test_file(&path) {
            continue; // tests may stand on anything
        }
        let Some(own) = rank(&room) else {
            faults.push(format!(
                "{}: room '{room}' stands in no layer; add it to LAYERS",
                path.display()
            ));
            continue;
        };
        let text = fs::read_to_string(&path).expect("readable");
        for (number, line) in code_lines(&text) {
            for used in line.match_indices("crate::").map(|(at, _)| &line[at + 7..]) {
                let name: String = used
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                let Some(other) = rank(&name) else { continue };
                let neighbour = NEIGHBOURS.contains(&(room.as_str(), name.as_str()));
                if name != room && other >= own && !neighbour {
                    faults.push(format!(
                        "{}:{number}: '{room}' uses '{name}', which is not above it: hand the value in instead",
                        path.display()
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_outside_crate_has_its_home() {
    let mut faults = Vec::new();
    for path in source_files() {
        let room = room_of(&path);
        let text = fs::read_to_string(&path).expect("readable");
        for (number, line) in code_lines(&text) {
            for (krate, homes) in HOMES {
                let uses = line.match_indices(&format!("{krate}::")).any(|(at, _)| {
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                });
                if uses && !homes.contains(&room.as_str()) && room != "main" && room != "lib" {
                    faults.push(format!(
                        "{}:{number}: {krate} lives in {homes:?}, not in '{room}'",
                        path.display()
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn no_panic_waits_in_the_program() {
    let banned: BTreeMap<&str, &str> = BTreeMap::from([
        (".unwrap()", "name the error, or use a default"),
        (".expect(", "name the error, or use a default"),
        ("panic!(", "return an error"),
        (
            "unreachable!(",
            "make the case impossible by type, or return an error",
        ),
        ("todo!(", "finish it"),
        ("unimplemented!(", "finish it"),
        ("dbg!(", "use maillog"),
        ("#[ignore", "a test runs or does not exist"),
    ]);
    let mut faults = Vec::new();
    for path in source_files() {
        if is_test_file(&path) {
            continue;
        }
        let room = room_of(&path);
        let text = fs::read_to_string(&path).expect("readable");
        for (number, line) in code_lines(&text) {
            for (word, instead) in &banned {
                if line.contains(word) {
                    faults.push(format!(
                        "{}:{number}: {word} here: {instead}",
                        path.display()
                    ));
                }
            }
            let prints = ["println!(", "print!("].iter().any(|w| line.contains(w));
            if prints && !["cli", "main", "demo"].contains(&room.as_str()) {
                faults.push(format!(
                    "{}:{number}: printing belongs to cli; use maillog",
                    path.display()
                ));
            }
            let asks_time = ["SystemTime::now", "Utc::now", "Local::now"]
                .iter()
                .any(|w| line.contains(w));
            if asks_time && room != "clock" {
                faults.push(format!(
                    "{}:{number}: only clock asks what time it is",
                    path.display()
                ));
            }
        }
        if text.contains(concat!("FIX", "ME")) || text.contains(concat!("TO", "DO")) {
            faults.push(format!("{}: something was left for later", path.display()));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// So that every step has its crash points, a new one by itself.
#[test]
fn whatever_lasts_goes_through_its_one_door() {
    let on_disk = [
        ".sync_all(",
        ".sync_data(",
        "write_all",
        ".set_len(",
        "fs::write(",
        "fs::rename(",
        "fs::remove_",
        "File::create",
    ];
    let in_index = [".apply_batch(", ".flush()", ".clear()", ".insert("];
    let mut faults = Vec::new();
    for path in source_files().iter().filter(|path| !is_test_file(path)) {
        let text = fs::read_to_string(path).expect("readable");
        let room = room_of(path);
        let file = path.file_stem().map(|name| name.to_string_lossy());
        let file = file.unwrap_or_default();
        for (number, line) in code_lines(&text) {
            let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
            let step = match (room.as_str(), &*file) {
                ("store" | "keyring", _) if has(&on_disk) => "through disk",
                ("store", "index") if line.contains("db") && has(&in_index) => {
                    if line.contains("around(") || line.contains("and_then") {
                        continue;
                    }
                    "inside crash_point::around"
                }
                ("smtp", name) if name != "speaker" && has(&["lettre.command(", ".message("]) => {
                    "through Speaker"
                }
                ("imap", name) if name != "dialog" && has(&["run_command"]) => "through Dialog",
                _ => continue,
            };
            faults.push(format!("{}:{number}: this goes {step}", path.display()));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is_about() {
    let silent: Vec<_> = source_files()
        .into_iter()
        .filter(|path| {
            !fs::read_to_string(path)
                .expect("readable")
                .starts_with("//! ")
        })
        .collect();
    assert!(silent.is_empty(), "no //! header: {silent:?}");
}
