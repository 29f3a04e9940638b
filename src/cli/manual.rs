//! `postlunch man` and `postlunch completions`: made from the one definition of the command line.

use crate::cli::args::{self, CommandLine};
use crate::cli::ending::Failure;
use crate::cli::show;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::fs;
use std::io;

/// The manual that the pages say they belong to.
const MANUAL: &str = "postlunch";

/// What the program's own page tells below its commands.
const FIRST_PAGE: [(&str, &str); 3] = [
    (
        "EXAMPLES",
        "See all of it, without a server or an account:\n    postlunch demo\n\
         Set up, try it, run it, and ask the first colleague:\n    \
         postlunch init\n    postlunch check\n    postlunch run\n    \
         postlunch invite --from 'Ana <ana@example.com>' --to 'Ben <ben@example.com>'\n\
         How is it doing, and how would this mail be read?\n    \
         postlunch status --watch\n    postlunch explain mail.eml",
    ),
    ("FILES", args::FILES),
    ("EXIT STATUS", args::EXIT_CODES),
];

/// Writes the man pages into the folder, or prints the first one.
///
/// # Errors
/// If the folder cannot be made or written to.
pub fn man(asked: &args::Man) -> Result<(), Failure> {
    let pages = pages().map_err(|error| Failure::failed(format!("no page: {error}")))?;
    let Some(folder) = &asked.folder else {
        let first = pages.first().map(|(_, page)| page.as_slice());
        return show::octets(first.unwrap_or_default());
    };
    let failed = |error: io::Error| {
        let folder = folder.display();
        Failure::failed(format!(
            "{folder}: {error}; name a folder that you may write to"
        ))
    };
    fs::create_dir_all(folder).map_err(failed)?;
    for (name, page) in &pages {
        fs::write(folder.join(name), page).map_err(failed)?;
    }
    show::print(&format!(
        "{} pages are in {}\n",
        pages.len(),
        folder.display()
    ))
}

/// Prints the completions for a shell.
///
/// # Errors
/// If they cannot be printed.
pub fn completions(asked: &args::Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    let mut command = everything();
    clap_complete::generate(asked.shell, &mut command, "postlunch", &mut script);
    show::octets(&script)
}

/// The command line with nothing hidden: what the first screen leaves out belongs here.
fn everything() -> Command {
    let mut command = CommandLine::command();
    command = command.mut_subcommands(|inner| inner.hide(false));
    command.build();
    command
}

/// All pages by file name; the program's own is the first.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let root = everything();
    let mut all = vec![&root];
    collect(&root, &mut all);
    let pages = all.into_iter().map(|command| {
        let name = command.get_display_name().unwrap_or(command.get_name());
        let mut page = Vec::new();
        write(command, &mut page)?;
        Ok((format!("{name}.1"), page))
    });
    pages.collect()
}

fn collect<'c>(command: &'c Command, found: &mut Vec<&'c Command>) {
    for inner in command.get_subcommands() {
        // clap gives each group a "help" of its own.
        if inner.get_name() == "help"
            && inner.get_about().is_some()
            && command.get_name() != "postlunch"
        {
            continue;
        }
        found.push(inner);
        collect(inner, found);
    }
}

fn write(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let notes = command.get_after_help().map(ToString::to_string);
    let man = Man::new(command.clone()).manual(MANUAL);
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(page)?;
    }
    let is_first = command.get_name() == "postlunch";
    if is_first {
        for (heading, text) in FIRST_PAGE {
            sections(heading, text).to_writer(page)?;
        }
    } else if let Some(notes) = notes {
        sections("NOTES", &notes).to_writer(page)?;
    }
    let mut see = Roff::new();
    see.control("SH", ["SEE ALSO"]);
    if is_first {
        see.text([roman("The documents that come with it: docs/README.md.")]);
    } else {
        see.text([bold("postlunch"), roman("(1)")]);
    }
    see.to_writer(page)
}

/// What stands below a help page: paragraphs, then examples as they are typed.
fn sections(heading: &str, notes: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [heading]);
    let mut as_typed = false;
    for line in notes.lines() {
        let typed = line.starts_with("    ");
        if as_typed && !typed {
            roff.control("fi", []);
            roff.control("RE", []);
        }
        if typed && !as_typed {
            roff.control("RS", ["4"]);
            roff.control("nf", []);
        }
        as_typed = typed;
        match line.trim() {
            "" => {
                roff.control("PP", []);
            }
            "Example:" | "Examples:" => {
                roff.control("SH", ["EXAMPLES"]);
            }
            text if typed => {
                roff.text([roman(line.strip_prefix("    ").unwrap_or(text))]);
            }
            text => {
                roff.text([roman(text)]);
            }
        }
    }
    if as_typed {
        roff.control("fi", []);
        roff.control("RE", []);
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;
    use clap_complete::Shell;

    #[test]
    fn every_command_has_its_page() {
        let pages = pages().expect("made");
        let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.first(), Some(&"postlunch.1"));
        for name in [
            "postlunch-status.1",
            "postlunch-pairing-pause.1",
            "postlunch-man.1",
        ] {
            assert!(names.contains(&name), "{name} in {names:?}");
        }
        let mut apart = names.clone();
        apart.sort_unstable();
        apart.dedup();
        assert_eq!(apart.len(), names.len(), "{names:?}");
        for (name, page) in &pages {
            let text = String::from_utf8(page.clone()).expect("text");
            let sections = [
                ".SH NAME",
                ".SH SYNOPSIS",
                ".SH DESCRIPTION",
                ".SH \"SEE ALSO\"",
            ];
            for section in sections {
                assert!(text.contains(section), "{section} in {name}:\n{text}");
            }
            assert!(text.contains(".SH EXAMPLES"), "{name}:\n{text}");
            if name == "postlunch.1" {
                assert!(text.contains(".SH FILES") && text.contains(".SH \"EXIT STATUS\""));
            }
            let orders = |order| text.lines().filter(|line| *line == order).count();
            assert_eq!(orders(".nf"), orders(".fi"), "{name}:\n{text}");
            // A line that begins with a dot or a quote is an order to roff; ours are its known ones.
            let orders = text.lines().filter_map(|line| line.strip_prefix('.'));
            let known = [
                "TH", "SH", "TP", "PP", "IP", "RS", "RE", "nf", "fi", "br", "ie", "el", "ds",
            ];
            for order in orders {
                let order = order.split(' ').next().unwrap_or_default();
                assert!(known.contains(&order), "{order} in {name}:\n{text}");
            }
        }
    }

    #[test]
    fn every_shell_completes_every_command() {
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut everything(), "postlunch", &mut script);
            let script = String::from_utf8(script).expect("text");
            for command in everything().get_subcommands() {
                let name = command.get_name();
                assert!(script.contains(name), "{name} for {shell}");
            }
            for word in ["pause", "until", "watch", "rehearsal"] {
                assert!(script.contains(word), "{word} for {shell}");
            }
        }
    }
}
