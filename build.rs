//! Lists the languages: every file of `src/reading/languages/` becomes part of the program.
//!
//! `common` comes first and `clients` last, the others by name: of equally long phrases the first
//! one in the files wins, on every machine. So a language is added without a line of Rust.

use std::fs;
use std::io::{self, Error};
use std::path::{Path, PathBuf};

const FOLDER: &str = "src/reading/languages";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={FOLDER}");
    let missing = |name: &str| Error::other(format!("cargo tells no {name}"));
    let root =
        std::env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| missing("CARGO_MANIFEST_DIR"))?;
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| missing("OUT_DIR"))?;
    let mut files = languages(&Path::new(&root).join(FOLDER))?;
    files.sort_by_key(|(code, _)| (place(code), code.clone()));
    let mut list =
        String::from("/// The files, by language code.\nconst FILES: &[(&str, &str)] = &[\n");
    for (code, path) in files {
        // Written as a literal of Rust, whatever stands in the path.
        list.push_str(&format!("    ({code:?}, include_str!({path:?})),\n"));
    }
    list.push_str("];\n");
    fs::write(Path::new(&out).join("languages.rs"), list)
}

fn place(code: &str) -> u8 {
    match code {
        "common" => 0,
        "clients" => 2,
        _ => 1,
    }
}

/// Each file that ends in `.txt`, by the name in front of that.
fn languages(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
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
