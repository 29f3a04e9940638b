//! Letters as files: one or all of them, as HTML, text and mail, with a page that shows all at once.

use super::{ALL, no_letter, write};
use crate::cli::args;
use crate::cli::ending::{Code, Failure};
use crate::cli::{browser, show};
use crate::clock;
use crate::writing::Templates;
use crate::writing::samples::Sample;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A letter, written.
struct Leaf {
    /// `reminder`, and for its other shapes `reminder-2` and so on.
    name: String,
    from: String,
    to: String,
    written: crate::writing::Written,
}

/// Writes the letters asked for into a folder and opens them, or prints all of them.
pub(super) fn gallery(
    asked: &args::Preview,
    kind: &str,
    shapes: impl Iterator<Item = Sample>,
    templates: &Templates,
    as_json: bool,
) -> Result<(), Failure> {
    let leaves = leaves(kind, shapes, templates)?;
    if leaves.is_empty() {
        return Err(no_letter(kind));
    }
    let into = match (&asked.into, asked.open) {
        (Some(folder), _) => folder.clone(),
        (None, true) => private_folder()?,
        (None, false) => return print(asked, &leaves, as_json),
    };
    let into = std::path::absolute(&into).unwrap_or(into);
    put_all(&into, &leaves).map_err(|error| {
        let place = into.display();
        Failure::failed(format!(
            "{place}: {error}; name a folder that you may write to"
        ))
    })?;
    let page = match kind {
        ALL => into.join("index.html"),
        kind => into.join(format!("{kind}.html")),
    };
    let opened = asked.open && browser::open(&page);
    if as_json {
        return show::json(&json!({
            "page": page, "letters": leaves.len(), "opened": opened,
        }));
    }
    let hint = match (asked.open, opened) {
        (true, false) => "  (no browser was found; open it yourself)",
        _ => "",
    };
    show::print(&format!("{}{hint}\n", page.display()))
}

/// Every letter of that kind, in each of its shapes.
fn leaves(
    kind: &str,
    shapes: impl Iterator<Item = Sample>,
    templates: &Templates,
) -> Result<Vec<Leaf>, Failure> {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    let mut leaves = Vec::new();
    for (name, letter, posting) in shapes {
        if kind != ALL && kind != name {
            continue;
        }
        let shape = counted.entry(name).or_default();
        *shape += 1;
        leaves.push(Leaf {
            name: match shape {
                1 => name.to_owned(),
                more => format!("{name}-{more}"),
            },
            from: posting.from.to_string(),
            to: letter.to.to_string(),
            written: write(&letter, &posting, templates)?,
        });
    }
    Ok(leaves)
}

fn print(asked: &args::Preview, leaves: &[Leaf], as_json: bool) -> Result<(), Failure> {
    if asked.html || asked.eml {
        let message =
            "the letters are many and do not fit into one file; name a folder with --into DIR";
        return Err(Failure::new(Code::Usage, message));
    }
    if as_json {
        let all = leaves.iter().map(|leaf| {
            json!({
                "kind": leaf.name,
                "to": leaf.to,
                "subject": leaf.written.subject,
                "text": leaf.written.text,
                "html": leaf.written.html_alone(),
            })
        });
        return show::json(&json!(all.collect::<Vec<_>>()));
    }
    let mut text = String::new();
    for leaf in leaves {
        let _ = write!(
            text,
            "======== {}\nFrom: {}\nTo: {}\nSubject: {}\n\n{}\n",
            leaf.name, leaf.from, leaf.to, leaf.written.subject, leaf.written.text
        );
    }
    show::print(&text)
}

/// A new folder that only its owner can look into.
fn private_folder() -> Result<PathBuf, Failure> {
    let octets = clock::random::<8>()
        .map_err(|error| Failure::failed(format!("the system gives no random numbers: {error}")))?;
    let name = format!("postlunch-{}", data_encoding::HEXLOWER.encode(&octets));
    let folder = std::env::temp_dir().join(name);
    DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
    Ok(folder)
}

fn put_all(into: &Path, leaves: &[Leaf]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(into)?;
    for leaf in leaves {
        let file = |ending: &str| into.join(format!("{}.{ending}", leaf.name));
        put(&file("html"), leaf.written.html_alone().as_bytes())?;
        put(&file("txt"), leaf.written.text.as_bytes())?;
        put(&file("eml"), &leaf.written.bytes)?;
    }
    if leaves.len() > 1 {
        put(&into.join("index.html"), index(leaves).as_bytes())?;
    }
    Ok(())
}

fn put(path: &Path, octets: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)?.write_all(octets)
}

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Letters</title>
<style>
:root { color-scheme: light dark; }
body { margin: 24px; font: 16px/1.5 system-ui, sans-serif; background: #f3f0ec; color: #26221e; }
nav { columns: 14em; margin-bottom: 32px; }
nav a { display: block; }
a { color: #9a4a12; }
h2 { margin: 48px 0 0; font-size: 18px; }
p { margin: 0 0 8px; }
.frames { display: flex; flex-wrap: wrap; gap: 16px; }
iframe { border: 1px solid #ccc4ba; background: #fff; resize: vertical; max-width: 100%; }
.dark { background: #1b1a18; color-scheme: dark; }
.light { color-scheme: light; }
@media (prefers-color-scheme: dark) {
  body { background: #2a2825; color: #ece7df; }
  a { color: #f0b98d; }
}
</style>
</head>
<body>
<h1>Letters</h1>
<p>Sample people, every shape of every letter: on a desktop, on a telephone, and there in the dark.</p>
";

/// The page with all of them. Each frame holds the letter's own file, as it is.
fn index(leaves: &[Leaf]) -> String {
    let mut page = HEAD.to_owned();
    page.push_str("<nav aria-label=\"Letters\">\n");
    for leaf in leaves {
        let name = &leaf.name;
        let _ = writeln!(page, "<a href=\"#{name}\">{name}</a>");
    }
    page.push_str("</nav>\n");
    for leaf in leaves {
        let name = &leaf.name;
        let rows = leaf.written.text.lines().count();
        // the text's lines tell about how tall the letter is; the frames can be pulled taller
        let (wide, narrow) = (180 + rows * 23, 220 + rows * 32);
        let _ = write!(
            page,
            "<h2 id=\"{name}\">{name}</h2>\n<p>{} &rarr; {}: <b>{}</b> \
             (<a href=\"{name}.html\">HTML</a>, <a href=\"{name}.txt\">text</a>, \
             <a href=\"{name}.eml\">mail</a>)</p>\n<div class=\"frames\">\n",
            escaped(&leaf.from),
            escaped(&leaf.to),
            escaped(&leaf.written.subject),
        );
        for (class, width, height) in [
            ("light", 600, wide),
            ("light", 360, narrow),
            ("dark", 360, narrow),
        ] {
            let _ = writeln!(
                page,
                "<iframe class=\"{class}\" src=\"{name}.html\" title=\"{name}, {width} wide, {class}\" \
                 width=\"{width}\" height=\"{height}\" loading=\"lazy\"></iframe>"
            );
        }
        page.push_str("</div>\n");
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}
