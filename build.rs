//! Lists the languages and the letters: every file of `src/reading/languages/`, and every letter
//! under `templates/`, becomes part of what `reading` knows.
//!
//! `common` comes first and `clients` last, the others by name: of equally long phrases the first
//! one in the files wins, on every machine. So a language is added without a line of Rust.

use std::fs;
use std::io::{self, Error};
use std::path::{Path, PathBuf};

const FOLDER: &str = "src/reading/languages";
/// A folder for each language, with a file for each letter.
const LETTERS: &str = "templates";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={FOLDER}");
    println!("cargo::rerun-if-changed={LETTERS}");
    let missing = |name: &str| Error::other(format!("cargo tells no {name}"));
    let root =
        std::env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| missing("CARGO_MANIFEST_DIR"))?;
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| missing("OUT_DIR"))?;
    let mut files = texts(&Path::new(&root).join(FOLDER))?;
    files.sort_by_key(|(code, _)| (place(code), code.clone()));
    let list = listed("/// The files, by language code.\nconst FILES", &files);
    fs::write(Path::new(&out).join("languages.rs"), list)?;
    let mut files = Vec::new();
    for entry in fs::read_dir(Path::new(&root).join(LETTERS))? {
        let folder = entry?.path();
        if folder.is_dir() {
            files.extend(texts(&folder)?);
        }
    }
    files.sort();
    let list = listed("/// The letters, by name.\nconst LETTERS", &files);
    fs::write(Path::new(&out).join("letters.rs"), list)
}

fn listed(constant: &str, files: &[(String, PathBuf)]) -> String {
    let mut list = format!("{constant}: &[(&str, &str)] = &[\n");
    for (name, path) in files {
        // Read from below the folder being built: a target folder that was made for another
        // checkout would go on reading that one's files.
        let home = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
        let below = Path::new("/").join(path.strip_prefix(home).unwrap_or(path));
        list.push_str(&format!(
            "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {below:?}))),\n"
        ));
    }
    list.push_str("];\n");
    list
}

fn place(code: &str) -> u8 {
    match code {
        "common" => 0,
        "clients" => 2,
        _ => 1,
    }
}

/// Each file that ends in `.txt`, by the name in front of that.
fn texts(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let code = path.file_stem().and_then(|stem| stem.to_str());
        let is_text = path.extension().is_some_and(|ending| ending == "txt");
        match code {
            Some(code) if is_text && !code.starts_with('.') => {
                found.push((code.to_owned(), path.clone()));
            }
            _ => {}
        }
    }
    Ok(found)
}
