//! Plain text: the twin that has to be enough alone.
//!
//! Paragraphs are wrapped, prompts never; people's words stand two columns in, so that no line of
//! theirs can pass for one of ours, for a quote or for a signature mark. Lines end in `\n`.

use super::blocks::{Block, Sheet};

/// Columns of running text.
const COLUMNS: usize = 68;
/// What people wrote stands this far in.
const INDENT: &str = "  ";
/// Who said it, and when, stands further in, so that it is not taken for what was said.
const INDENT_BY: &str = "      ";
/// Empty lines under a prompt: somewhere for the cursor to land.
const LINES_UNDER_PROMPT: usize = 3;

/// The letter as text, small print behind the usual mark.
pub fn dress(sheet: &Sheet) -> String {
    let mut text = String::new();
    put(&mut text, &sheet.blocks);
    if !sheet.small_print.is_empty() {
        text.push_str("\n-- \n");
        let mut small = String::new();
        put(&mut small, &sheet.small_print);
        text.push_str(&small);
    }
    text
}

fn put(text: &mut String, blocks: &[Block]) {
    let mut after_heading = false;
    for block in blocks {
        if matches!(block, Block::Button { .. }) {
            continue;
        }
        if !text.is_empty() && !after_heading {
            text.push('\n');
        }
        after_heading = matches!(block, Block::Heading(_));
        match block {
            Block::Paragraph(line) | Block::Heading(line) => {
                for row in wrap(line, COLUMNS) {
                    put_row(text, "", &row);
                }
            }
            Block::Prompt(line) => {
                put_row(text, "", line);
                // one more comes as the usual gap before the next block
                text.push_str(&"\n".repeat(LINES_UNDER_PROMPT - 1));
            }
            Block::Quote { lines, by } => {
                for row in lines.iter().flat_map(|l| wrap(l, COLUMNS - INDENT.len())) {
                    put_row(text, if row.is_empty() { "" } else { INDENT }, &row);
                }
                if !by.is_empty() {
                    for row in wrap(by, COLUMNS - INDENT_BY.len()) {
                        put_row(text, INDENT_BY, &row);
                    }
                }
            }
            Block::Answers(answers) => {
                for answer in answers {
                    put_row(text, "", answer);
                }
            }
            Block::Threads { lines, .. } => {
                for row in lines.iter().flat_map(|line| wrap(line, COLUMNS)) {
                    put_row(text, "", &row);
                }
            }
            Block::Button { .. } => {}
        }
    }
}

/// One line; if it would look like somebody's quote, a blank goes in front.
fn put_row(text: &mut String, indent: &str, row: &str) {
    let misread = indent.is_empty() && (row.starts_with('>') || row.starts_with("--"));
    text.push_str(if misread { " " } else { indent });
    text.push_str(row);
    text.push('\n');
}

/// Breaks at blanks; a word longer than the line stays whole (it may be an address).
pub fn wrap(line: &str, columns: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = String::new();
    let mut length = 0;
    for word in line.split(' ').filter(|w| !w.is_empty()) {
        let word_length = word.chars().count();
        if length > 0 && length + 1 + word_length > columns {
            rows.push(std::mem::take(&mut row));
            length = 0;
        }
        if length > 0 {
            row.push(' ');
            length += 1;
        }
        row.push_str(word);
        length += word_length;
    }
    rows.push(row);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_and_long_words_stay_whole() {
        assert_eq!(wrap("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrap("abcdefgh x", 4), ["abcdefgh", "x"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn people_s_words_stand_in_and_a_prompt_has_room_under_it() {
        let sheet = Sheet {
            subject: String::new(),
            preview: String::new(),
            blocks: vec![
                Block::Prompt("1. Best".into()),
                Block::Quote {
                    lines: vec!["-- ".trim().into(), String::new(), "> x".into()],
                    by: "Ben".into(),
                },
                Block::Paragraph("> said he".into()),
            ],
            small_print: vec![Block::Paragraph("small".into())],
        };
        assert_eq!(
            dress(&sheet),
            "1. Best\n\n\n\n  --\n\n  > x\n      Ben\n\n > said he\n\n-- \nsmall\n"
        );
    }
}
