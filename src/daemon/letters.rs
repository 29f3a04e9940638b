//! The operator's own letters: the files of `[templates] path`, read and tried.

use crate::writing::{TemplateError, Templates};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Largest template read, in octets.
const TEMPLATE_OCTETS_MAX: u64 = 256 * 1024;

/// Most files looked at; there are far fewer kinds of letters.
const FILES_MAX: usize = 1000;

/// Why the operator's letters cannot be used.
#[derive(Debug, Error)]
pub enum LettersError {
    /// Templates are not as they should be: what is wrong in each, with its line and the remedy.
    #[error("{}", told(folder, errors))]
    Templates {
        /// The operator's folder.
        folder: PathBuf,
        /// One for each such file.
        errors: Vec<TemplateError>,
    },
    /// A template of ours is not as it should be; a test holds that none is.
    #[error("the built-in {0}")]
    BuiltIn(TemplateError),
    /// Folder or file cannot be read.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why not.
        why: String,
    },
}

/// The letters with those in `folder` in place of the built-in ones, and how many those are. The
/// layout and the letters of a language (`en/invitation.txt`) are taken; hidden files and copies
/// that editors leave (`~`, `.bak`, …) are not.
///
/// # Errors
/// If something cannot be read, or a template does not fit.
pub fn load(folder: Option<&Path>) -> Result<(Templates, usize), LettersError> {
    let Some(folder) = folder else {
        let templates = Templates::built_in().map_err(LettersError::BuiltIn)?;
        return Ok((templates, 0));
    };
    let files = read(folder)?;
    let templates = Templates::with_overrides(&files).map_err(|first| {
        // each by itself, so that all are mended in one go
        let alone = |file| Templates::with_overrides(std::slice::from_ref(file)).err();
        let mut errors: Vec<TemplateError> = files.iter().filter_map(alone).collect();
        if errors.is_empty() {
            errors.push(first);
        }
        LettersError::Templates {
            folder: folder.to_owned(),
            errors,
        }
    })?;
    Ok((templates, files.len()))
}

fn told(folder: &Path, errors: &[TemplateError]) -> String {
    let folder = folder.display();
    let each = errors.iter().map(|error| format!("{folder}/{error}"));
    each.collect::<Vec<_>>().join("\n")
}

fn read(folder: &Path) -> Result<Vec<(String, String)>, LettersError> {
    let mut found = Vec::new();
    for (name, path) in entries(folder)? {
        if path.is_dir() {
            for (inner, path) in entries(&path)? {
                found.push((format!("{name}/{inner}"), path));
            }
        } else {
            found.push((name, path));
        }
    }
    let is_letter = |name: &str| name.ends_with(".txt") || name.ends_with(".html");
    let letters = found.into_iter().filter(|(name, _)| is_letter(name));
    letters
        .map(|(name, path)| Ok((name, text(&path)?)))
        .collect()
}

/// The visible entries of a folder by name, sorted.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, LettersError> {
    let listing = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut found = Vec::new();
    for entry in listing.take(FILES_MAX) {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            found.push((name, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

fn text(path: &Path) -> Result<String, LettersError> {
    let octets = path
        .metadata()
        .and_then(|file| match file.len() {
            0..=TEMPLATE_OCTETS_MAX => fs::read(path),
            _ => Err(io::Error::other("a letter has at most 256 KiB")),
        })
        .map_err(|error| unreadable(path, &error))?;
    String::from_utf8(octets).map_err(|_| unreadable(path, &io::Error::other("save it as UTF-8")))
}

fn unreadable(path: &Path, error: &io::Error) -> LettersError {
    LettersError::Unreadable {
        path: path.to_owned(),
        why: error.to_string(),
    }
}
