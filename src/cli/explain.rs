//! `postlunch explain`: how a mail would be understood (DESIGN section 4).
//!
//! Needs no configuration and no store. Any bytes are readable; only a file that cannot be opened
//! is a failure, and in a folder not even that. What a person sees of it is laid out in `page`, in the
//! words of `reading::verdict` and `reading::change`.

mod page;

use crate::cli::args;
use crate::cli::ending::Failure;
use crate::cli::show;
use crate::clock::Clock;
use crate::config::Surroundings;
use crate::reading::explain as as_json;
use crate::reading::message::Message;
use crate::reading::{self, Context, visible};
use chrono_tz::Tz;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::{panic, thread};

/// Most octets of one mail that are read; far more than any server takes.
const MAIL_OCTETS_MAX: u64 = 64 * 1024 * 1024;

/// Files of a folder that each core reads before anything is printed.
const FILES_EACH: usize = 1_024;

/// Explains one mail, or each of a folder.
///
/// # Errors
/// If the file, the folder or an original cannot be read.
pub fn explain(asked: &args::Explain, as_object: bool) -> Result<(), Failure> {
    let originals = originals(&asked.original)?;
    let now = asked.now.unwrap_or_else(|| Clock::Wall.now());
    let zone = asked
        .timezone
        .or_else(|| Surroundings::of_process().timezone)
        .unwrap_or(Tz::UTC);
    let context = Context {
        answering: asked.answering,
        originals: &originals,
        ..Context::new(now, zone)
    };
    if let Some(folder) = &asked.jsonl {
        return folder_by_lines(folder, &context);
    }
    let path = asked.file.as_deref().unwrap_or(Path::new("-"));
    let message = Message::parse(&octets_of(path)?);
    let reading = reading::read(&message, &context);
    if as_object {
        return show::json(&as_json::explain(&message, &reading));
    }
    let ink = show::Ink(show::in_colour(asked.paint.color));
    show::print(&page::page(&message, &reading, &context, ink))
}

fn originals(paths: &[PathBuf]) -> Result<Vec<String>, Failure> {
    let texts = paths.iter().map(|path| {
        let sent = Message::parse(&octets_of(path)?);
        Ok(visible::body_text(&sent))
    });
    texts.collect()
}

fn octets_of(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = if path == Path::new("-") {
        bounded(io::stdin().lock())
    } else {
        File::open(path).and_then(bounded)
    };
    read.map_err(|error| {
        let remedy = match error.kind() {
            ErrorKind::IsADirectory => "; --jsonl reads a folder",
            ErrorKind::NotFound => "; name a mail's file, or - to read one from standard input",
            ErrorKind::PermissionDenied => "; it takes the right to read it",
            _ => "",
        };
        Failure::failed(format!("{}: {error}{remedy}", path.display()))
    })
}

fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    source.take(MAIL_OCTETS_MAX).read_to_end(&mut octets)?;
    Ok(octets)
}

/// Every file of a folder by name, one object a line; what cannot be read is told in its place.
fn folder_by_lines(folder: &Path, context: &Context) -> Result<(), Failure> {
    let unreadable = |error: io::Error| Failure::failed(format!("{}: {error}", folder.display()));
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| !path.is_dir())
        .collect();
    paths.sort();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut write = || {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        for batch in paths.chunks(cores * FILES_EACH) {
            for lines in on_cores(batch, cores, context) {
                out.write_all(lines.as_bytes())?;
            }
        }
        out.flush()
    };
    match write() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("cannot print: {error}")))
        }
        _ => Ok(()),
    }
}

/// The lines of a batch of files, read on so many cores, in the order of the files.
fn on_cores(batch: &[PathBuf], cores: usize, context: &Context) -> Vec<String> {
    let lines_of = |paths: &[PathBuf]| -> String {
        let lines = paths
            .iter()
            .map(|path| with_file(path, object_of(path, context)) + "\n");
        lines.collect()
    };
    if batch.len() < cores {
        return vec![lines_of(batch)];
    }
    thread::scope(|scope| {
        let readers: Vec<_> = batch
            .chunks(batch.len().div_ceil(cores))
            .map(|paths| scope.spawn(move || lines_of(paths)))
            .collect();
        let joined = readers.into_iter().map(thread::ScopedJoinHandle::join);
        joined
            .map(|lines| lines.unwrap_or_else(|panic| panic::resume_unwind(panic)))
            .collect()
    })
}

fn object_of(path: &Path, context: &Context) -> Value {
    // A pipe or device would keep everything waiting.
    let opened = match path.metadata() {
        Ok(file) if !file.is_file() => Err(io::Error::other("it is no file")),
        _ => File::open(path),
    };
    let (octets, fault) = match opened.and_then(bounded) {
        Ok(octets) => (octets, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let message = Message::parse(&octets);
    let reading = reading::read(&message, context);
    let mut object = as_json::explain(&message, &reading);
    if let (Some(error), Some(fields)) = (fault, object.as_object_mut()) {
        fields.insert("kind".to_owned(), json!("other"));
        fields.insert("acts".to_owned(), json!([{ "kind": "other" }]));
        let reason = format!("the file cannot be read: {error}");
        fields.insert("reason".to_owned(), json!(reason));
    }
    object
}

/// The object as one line with `file` first; serde_json orders its maps by name.
fn with_file(path: &Path, object: Value) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let rest = object.to_string();
    let fields = rest.strip_prefix('{').unwrap_or("}");
    let comma = if fields == "}" { "" } else { "," };
    format!("{{\"file\":{}{comma}{fields}", Value::from(name.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_comes_first_and_is_quoted() {
        let line = with_file(Path::new("a/\"b\".eml"), json!({ "kind": "other" }));
        assert_eq!(line, r#"{"file":"\"b\".eml","kind":"other"}"#);
        assert_eq!(with_file(Path::new("x"), json!({})), r#"{"file":"x"}"#);
    }
}
