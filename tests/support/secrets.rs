//! Looking for planted words in files, in every form in which mail and stores write them.

use data_encoding::{BASE64, HEXLOWER};
use regex::bytes::Regex;
use std::fs;
use std::path::{Path, PathBuf};

/// All forms of a word worth looking for.
fn forms(word: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![word.as_bytes().to_vec()];
    forms.push(quoted_printable(word).into_bytes());
    forms.push(word.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms.push(HEXLOWER.encode(word.as_bytes()).into_bytes());
    let json: String = word
        .encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(octet) if octet.is_ascii() => char::from(octet).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect();
    forms.push(json.into_bytes());
    let octets: Vec<String> = word.bytes().map(|octet| octet.to_string()).collect();
    forms.push(octets.join(",").into_bytes()); // an octet string as a JSON array
    // Base64 at each of the three places where the word may begin; what the neighbours colour is
    // cut off at both ends.
    for before in 0..3 {
        let mut octets = vec![b' '; before];
        octets.extend(word.as_bytes());
        let text = BASE64.encode(&octets);
        let first = [0, 2, 3][before];
        let last = octets.len() / 3 * 4;
        forms.push(text.as_bytes()[first..last].to_vec());
    }
    forms
}

fn quoted_printable(word: &str) -> String {
    word.bytes()
        .map(|octet| {
            if octet.is_ascii() {
                char::from(octet).to_string()
            } else {
                format!("={octet:02X}")
            }
        })
        .collect()
}

/// Whether one of the words is in there, in any form; line ends of encodings are stepped over.
pub fn held(octets: &[u8], words: &[&str]) -> Option<String> {
    let forms: Vec<String> = words
        .iter()
        .flat_map(|word| forms(word))
        .map(|form| form.iter().map(|octet| format!("\\x{octet:02x}")).collect())
        .collect();
    let any = Regex::new(&format!("(?-u){}", forms.join("|"))).expect("a pattern");
    let line_ends = Regex::new("(?-u)=?\r?\n").expect("a pattern");
    let joined = line_ends.replace_all(octets, &b""[..]);
    [octets, &joined]
        .into_iter()
        .find_map(|octets| any.find(octets))
        .map(|found| String::from_utf8_lossy(found.as_bytes()).into_owned())
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found
}

/// Asserts that none of the words is in any of the files, in any form.
pub fn assert_hidden(files: &[PathBuf], words: &[&str]) {
    assert!(!files.is_empty(), "nothing to look through");
    for file in files {
        let octets = fs::read(file).expect("a file");
        let found = held(&octets, words);
        assert_eq!(found, None, "in {}", file.display());
    }
}
