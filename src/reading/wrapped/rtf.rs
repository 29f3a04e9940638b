//! Rich text as Outlook packs it (MS-OXRTFCP) and as text: what is written, without its dress.

/// Most octets that are unpacked.
const OCTETS_MAX: usize = 256 * 1024;
/// Deepest nesting of groups.
const DEPTH_MAX: usize = 200;
/// What the dictionary holds before anything is unpacked (MS-OXRTFCP section 2.1.2.1).
const DICTIONARY: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
/// Size of the ring that references point into.
const RING: usize = 4096;

/// Unpacks compressed rich text.
pub(super) fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let body = bytes.get(16..)?;
    match bytes.get(8..12)? {
        b"MELA" => return Some(body.get(..OCTETS_MAX).unwrap_or(body).to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut ring = [0u8; RING];
    let mut write = 0;
    let mut out = Vec::new();
    let put = |octet: u8, ring: &mut [u8; RING], write: &mut usize| {
        if let Some(slot) = ring.get_mut(*write) {
            *slot = octet;
        }
        *write = (*write + 1) % RING;
    };
    for octet in DICTIONARY {
        put(*octet, &mut ring, &mut write);
    }
    let mut rest = body.iter().copied();
    while let Some(control) = rest.next() {
        for bit in 0..8 {
            if out.len() >= OCTETS_MAX {
                return Some(out);
            }
            if control >> bit & 1 == 0 {
                let Some(octet) = rest.next() else {
                    return Some(out);
                };
                out.push(octet);
                put(octet, &mut ring, &mut write);
                continue;
            }
            let (Some(high), Some(low)) = (rest.next(), rest.next()) else {
                return Some(out);
            };
            let reference = usize::from(high) << 8 | usize::from(low);
            let (offset, length) = (reference >> 4, (reference & 15) + 2);
            if offset == write {
                return Some(out);
            }
            for step in 0..length {
                let octet = ring.get((offset + step) % RING).copied().unwrap_or(0);
                out.push(octet);
                put(octet, &mut ring, &mut write);
            }
        }
    }
    Some(out)
}

/// What a group is about, as its controls tell.
#[derive(Clone, Copy)]
struct Group {
    /// Not text: fonts, colours, pictures, what a reader need not know.
    hidden: bool,
    /// How many stand-ins follow a Unicode character.
    stand_ins: usize,
}

/// The text of unpacked rich text; `decode` knows the charset of escaped octets.
pub(super) fn text(rtf: &[u8], decode: &dyn Fn(&[u8]) -> String) -> String {
    let mut out = String::new();
    let mut octets: Vec<u8> = Vec::new();
    let mut outer: Vec<Group> = Vec::new();
    let mut group = Group {
        hidden: false,
        stand_ins: 1,
    };
    let mut skip = 0;
    let mut at = 0;
    let flush = |octets: &mut Vec<u8>, out: &mut String| {
        if !octets.is_empty() {
            out.push_str(&decode(octets));
            octets.clear();
        }
    };
    while let Some(octet) = rtf.get(at).copied() {
        at += 1;
        match octet {
            b'{' if outer.len() < DEPTH_MAX => outer.push(group),
            b'{' => break,
            b'}' => match outer.pop() {
                Some(around) => group = around,
                None => break,
            },
            b'\r' | b'\n' => {}
            b'\\' => {
                let (control, value, next) = control(rtf, at);
                at = next;
                match control {
                    b"'" => {
                        if skip > 0 {
                            skip -= 1;
                        } else if !group.hidden {
                            octets.push(u8::try_from(value.unwrap_or(0) & 0xff).unwrap_or(b'?'));
                        }
                    }
                    b"u" => {
                        flush(&mut octets, &mut out);
                        let code = value.unwrap_or(0).rem_euclid(0x1_0000);
                        let code = u32::try_from(code).ok().and_then(char::from_u32);
                        if !group.hidden {
                            out.push(code.unwrap_or('\u{fffd}'));
                        }
                        skip = group.stand_ins;
                    }
                    b"uc" => group.stand_ins = usize::try_from(value.unwrap_or(1)).unwrap_or(1),
                    b"par" | b"line" | b"row" | b"cell" | b"sect" if !group.hidden => {
                        flush(&mut octets, &mut out);
                        out.push('\n');
                    }
                    b"tab" if !group.hidden => octets.push(b' '),
                    b"\\" | b"{" | b"}" if !group.hidden => octets.extend_from_slice(control),
                    b"~" if !group.hidden => octets.push(b' '),
                    b"*" | b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pict"
                    | b"object" | b"header" | b"footer" => group.hidden = true,
                    _ => {}
                }
            }
            _ if skip > 0 => skip -= 1,
            _ if group.hidden => {}
            _ => octets.push(octet),
        }
    }
    flush(&mut octets, &mut out);
    out
}

/// A control at an octet behind the backslash: its name, its number, and where it ends.
fn control(rtf: &[u8], at: usize) -> (&[u8], Option<i64>, usize) {
    let letters = |from: usize, fits: fn(&u8) -> bool, most: usize| {
        let rest = rtf.get(from..).unwrap_or_default();
        from + rest.iter().take(most).take_while(|b| fits(b)).count()
    };
    let end = letters(at, u8::is_ascii_alphabetic, 32);
    if end == at {
        let name = rtf.get(at..at + 1).unwrap_or_default();
        if name != b"'" {
            return (name, None, at + 1);
        }
        let hex = rtf.get(at + 1..at + 3).unwrap_or_default();
        let value = std::str::from_utf8(hex).ok();
        let value = value.and_then(|hex| i64::from_str_radix(hex, 16).ok());
        return (name, value, at + 3);
    }
    let name = rtf.get(at..end).unwrap_or_default();
    let signed = end + usize::from(rtf.get(end) == Some(&b'-'));
    let stop = letters(signed, u8::is_ascii_digit, 10);
    let digits = rtf.get(end..stop).unwrap_or_default();
    let value = std::str::from_utf8(digits)
        .ok()
        .and_then(|d| d.parse().ok());
    let blank = usize::from(rtf.get(stop) == Some(&b' '));
    (name, value, stop + blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_unpacks() {
        // MS-OXRTFCP section 3.1.1: a simple text.
        let packed = [
            0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5,
            0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42,
            0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0,
            0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
        ];
        let plain = unpacked(&packed).unwrap();
        assert_eq!(plain, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        let read = text(&plain, &|octets| {
            String::from_utf8_lossy(octets).into_owned()
        });
        assert_eq!(read.trim(), "hello world");
    }

    #[test]
    fn dress_goes_and_letters_stay() {
        let rtf = br"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator x;}Gr\'fc\u223?e \{1\}\par Ja\u-10179?\u-8704? gern}";
        let latin = |octets: &[u8]| octets.iter().map(|b| char::from(*b)).collect::<String>();
        let read = text(rtf, &latin);
        assert!(read.starts_with("Grüße {1}\nJa"), "{read}");
        assert!(read.ends_with(" gern"), "{read}");
        for junk in [&b"{{{{"[..], b"}}}", b"\\", b"\\'", b"\\u99999999999999 x"] {
            text(junk, &latin);
        }
    }
}
