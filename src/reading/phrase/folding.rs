//! Folding: words as they are looked up, in small letters and without accents and apostrophes.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

/// Folds for comparing: lower case, no marks above or below letters, apostrophes gone.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        let mut folded = text.to_ascii_lowercase();
        if folded.contains(['\'', '`']) {
            folded.retain(|c| c != '\'' && c != '`');
        }
        return folded;
    }
    let mut folded = String::with_capacity(text.len());
    let (mut last, mut ordered) = (0, true);
    for c in text.chars() {
        decompose_compatible(c, |c| {
            let class = match c {
                '\0'..'\u{300}' => 0,
                _ => canonical_combining_class(c),
            };
            ordered &= class == 0 || class >= last;
            last = class;
            push_folded(c, &mut folded);
        });
    }
    if !ordered {
        folded.clear();
        text.nfkd().for_each(|c| push_folded(c, &mut folded));
    }
    folded
}

fn push_folded(c: char, folded: &mut String) {
    match c {
        _ if is_dropped(c) => {}
        'ß' => folded.push_str("ss"),
        'œ' | 'Œ' => folded.push_str("oe"),
        'æ' | 'Æ' => folded.push_str("ae"),
        'ø' | 'Ø' | '°' => folded.push('o'),
        _ => folded.extend(c.to_lowercase()),
    }
}

/// Marks above and below letters, apostrophes and what joins pictures.
pub(super) const fn is_dropped(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}' | '\'' | '’' | '‘' | '`' | '´' | '\u{200d}' | '\u{200b}' | '\u{fe0f}'
    )
}

/// Punctuation beyond ASCII.
pub(super) const fn is_wide_mark(c: char) -> bool {
    matches!(
        c,
        '…' | '–'
            | '—'
            | '“'
            | '”'
            | '„'
            | '«'
            | '»'
            | '¿'
            | '¡'
            | '，'
            | '。'
            | '？'
            | '！'
            | '；'
            | '：'
    )
}

/// "yesss" is "yes" and "cooool" is "cool": a letter drawn out, three times or more.
pub(super) fn shortened(word: &str) -> Option<String> {
    let bytes = word.as_bytes();
    let drawn = |w: &[u8]| matches!(w, [a, b, c] if a == b && b == c && a.is_ascii_alphabetic());
    if !bytes.windows(3).any(drawn) {
        return None;
    }
    let mut short = String::with_capacity(word.len());
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let mut count = 1;
        while chars.next_if_eq(&c).is_some() {
            count += 1;
        }
        let kept = match count {
            3.. if chars.peek().is_none() => 1,
            3.. => 2,
            _ => count,
        };
        short.extend(std::iter::repeat_n(c, kept));
    }
    Some(short)
}
