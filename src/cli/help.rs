//! `postlunch help`: one command's page, or all commands on one.

use crate::cli::args::{self, CommandLine};
use crate::cli::ending::{Code, Failure};
use crate::cli::show;
use clap::{Command, CommandFactory};

/// All commands in groups; a test holds that none is missing.
const GROUPS: [(&str, &[&str]); 5] = [
    (
        "Set up and look",
        &["demo", "init", "check", "explain", "preview"],
    ),
    (
        "Run",
        &["run", "status", "review", "hold", "resume", "store"],
    ),
    (
        "Lunches",
        &["invite", "pairing", "person", "summary", "fabric"],
    ),
    ("Rehearse", &["clock"]),
    ("Install", &["man", "completions"]),
];

/// From this likeness on (Jaro-Winkler, 0 to 1) a name is offered in place of a mistyped one.
const LIKENESS_MIN: f64 = 0.8;

/// Prints it.
///
/// # Errors
/// If there is no such command.
pub fn help(asked: &args::Help) -> Result<(), Failure> {
    let mut root = CommandLine::command();
    root.build();
    if asked.all {
        return show::print(&everything(&root));
    }
    let mut found = &mut root;
    for word in &asked.command {
        let names = found.get_subcommands().map(Command::get_name);
        let near = nearest(names, word).map(str::to_owned);
        found = found.find_subcommand_mut(word).ok_or_else(|| {
            let near = near.map_or_else(String::new, |near| format!(", perhaps '{near}'"));
            let remedy = "`postlunch help --all` tells all";
            Failure::new(
                Code::Usage,
                format!("there is no command '{word}'{near}; {remedy}"),
            )
        })?;
    }
    show::print(&found.render_long_help().to_string())
}

/// The name that was most likely meant.
pub(super) fn nearest<'n>(names: impl Iterator<Item = &'n str>, word: &str) -> Option<&'n str> {
    let near = names.map(|name| (strsim::jaro_winkler(name, word), name));
    let (likeness, name) = near.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (likeness > LIKENESS_MIN).then_some(name)
}

fn everything(root: &Command) -> String {
    let mut text = String::new();
    for (title, names) in GROUPS {
        text.push_str(&format!("{title}:\n"));
        let mut rows = Vec::new();
        for command in names.iter().filter_map(|name| root.find_subcommand(name)) {
            collect(command, "", &mut rows);
        }
        text.push_str(&show::columns(&rows, "  "));
        text.push('\n');
    }
    text.push_str("`postlunch help COMMAND` tells its options.\n");
    text
}

fn collect(command: &Command, before: &str, rows: &mut Vec<Vec<String>>) {
    let name = format!("{before}{}", command.get_name());
    let inner: Vec<&Command> = command
        .get_subcommands()
        .filter(|inner| inner.get_name() != "help")
        .collect();
    if inner.is_empty() {
        let about = command.get_about().map(ToString::to_string);
        rows.push(vec![name, about.unwrap_or_default()]);
        return;
    }
    for inner in inner {
        collect(inner, &format!("{name} "), rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_command_stands_in_one_group() {
        let root = CommandLine::command();
        let there: BTreeSet<&str> = root
            .get_subcommands()
            .map(Command::get_name)
            .filter(|name| *name != "help")
            .collect();
        let grouped: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, names)| names.to_vec())
            .collect();
        assert_eq!(grouped.iter().copied().collect::<BTreeSet<_>>(), there);
        assert_eq!(grouped.len(), there.len());
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    fn walk<'c>(command: &'c Command, found: &mut Vec<&'c Command>) {
        for inner in command.get_subcommands() {
            if inner.get_name() != "help" {
                found.push(inner);
                walk(inner, found);
            }
        }
    }

    #[test]
    fn every_page_has_an_example_that_the_program_would_take() {
        let mut root = CommandLine::command();
        root.build();
        let mut all = Vec::new();
        walk(&root, &mut all);
        assert!(all.len() > 20, "{}", all.len());
        for command in all {
            let name = command.get_display_name().unwrap_or_default();
            let text = command.clone().render_long_help().to_string();
            let (_, examples) = text
                .split_once("Example")
                .unwrap_or_else(|| panic!("{name}"));
            let joined = examples.replace("\\\n", " ");
            let lines = joined
                .lines()
                .filter_map(|l| l.strip_prefix("    postlunch "));
            let lines: Vec<&str> = lines.collect();
            assert!(!lines.is_empty(), "{name}: {text}");
            for line in lines {
                let line = line.split(" | ").next().unwrap_or_default();
                let line = line.split(" > ").next().unwrap_or_default();
                // As a shell would part it: quotes keep blanks together.
                let mut words = vec!["postlunch".to_owned()];
                for (at, part) in line.split('\'').enumerate() {
                    match at % 2 {
                        0 => words.extend(part.split_whitespace().map(str::to_owned)),
                        _ => words.push(part.to_owned()),
                    }
                }
                let read = CommandLine::command().try_get_matches_from(words);
                assert!(read.is_ok(), "{name}: {line}: {}", read.unwrap_err());
            }
        }
    }

    #[test]
    fn a_mistyped_command_is_guessed() {
        let root = CommandLine::command();
        let names = || root.get_subcommands().map(Command::get_name);
        assert_eq!(nearest(names(), "exlpain"), Some("explain"));
        assert_eq!(nearest(names(), "stauts"), Some("status"));
        assert_eq!(nearest(names(), "zzz"), None);
    }

    #[test]
    fn all_help_tells_each_order_by_itself() {
        let mut root = CommandLine::command();
        root.build();
        let text = everything(&root);
        for part in ["clock advance", "pairing pause", "summary", "explain"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
