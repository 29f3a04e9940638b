//! Tables of answers: rows `kind[/kind also right] [field=value]… | words`, under the letter that
//! is answered: `[invitation]`, `[receipt+goal]`, `[none]`.

use postlunch::lunch::act::Answering;
use std::fs;
use std::path::Path;

/// An answer, and how a careful person reads it.
#[allow(dead_code)] // who teaches needs no fields, and who scores no more than them
pub struct Row {
    /// The name of its file.
    pub category: String,
    /// The letter that is answered.
    pub answering: Option<Answering>,
    /// Whether that letter asked for a goal.
    pub goal_asked: bool,
    /// The kinds that are right, the best first.
    pub kinds: Vec<String>,
    /// Fields of `explain` and what they hold; `_` stands for a blank.
    pub conditions: Vec<(String, String)>,
    /// What was typed.
    pub words: String,
}

/// All rows of the files of a folder, by name.
pub fn rows(folder: &Path) -> Vec<Row> {
    let entries = fs::read_dir(folder).expect("the tables").flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| rows_of(path)).collect()
}

fn rows_of(path: &Path) -> Vec<Row> {
    let category = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut answering = None;
    let mut goal_asked = false;
    let mut rows = Vec::new();
    for line in fs::read_to_string(path).expect("readable").lines() {
        if line.is_empty() || line.starts_with("# ") {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            goal_asked = name.ends_with("+goal");
            answering = Answering::from_name(name.trim_end_matches("+goal"));
            continue;
        }
        let Some((wanted, words)) = line.split_once(" | ") else {
            panic!("{}: no `kind | words`: {line}", path.display());
        };
        let mut parts = wanted.split_whitespace();
        let kinds = parts.next().unwrap_or_default();
        let conditions = parts.map(|p| p.split_once('=').expect("field=value"));
        rows.push(Row {
            category: category.clone().into_owned(),
            answering,
            goal_asked,
            kinds: kinds.split('/').map(str::to_owned).collect(),
            conditions: conditions
                .map(|(field, value)| (field.to_owned(), value.replace("\\n", "\n")))
                .collect(),
            words: words.trim().replace("\\n", "\n"),
        });
    }
    rows
}
