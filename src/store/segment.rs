//! Segments on the disk: frames, their checksums, and reading and writing a whole file of them.
//!
//! A frame is magic, kind, sequence, length, CRC-32 of all this and the payload, payload; numbers
//! are big-endian. Kinds: the head of a segment (its number, and how many records its snapshot
//! holds), parts of the snapshot, and groups. What a fault in them means is the journal's to judge.

use super::batch::{Change, Found};
use crate::disk;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use thiserror::Error;

const MAGIC: &[u8; 4] = b"PLJ\x01";
const HEADER_OCTETS: usize = 4 + 1 + 8 + 4 + 4;
/// Longest payload of a frame that is believed; also the longest commit.
const PAYLOAD_OCTETS_MAX: usize = 256 << 20;
/// Snapshot parts are cut at about this size.
const PART_OCTETS: usize = 1 << 20;

const HEAD: u8 = b'H';
const PART: u8 = b'S';
pub(super) const GROUP: u8 = b'G';

/// What can be wrong with the journal.
#[derive(Debug, Error)]
pub enum JournalError {
    /// A frame cannot be read, and it is not the unfinished last one.
    #[error(
        "{path}: the frame at octet {offset} is damaged; run `postlunch store rebuild`, or put a backup of the store's folder back"
    )]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Where the frame begins.
        offset: u64,
    },
    /// A newer postlunch wrote it.
    #[error("{0}: a newer postlunch wrote this journal; use that one")]
    Newer(PathBuf),
    /// The segments that are there do not follow one another.
    #[error(
        "{path}: this segment does not follow the one before it; run `postlunch store rebuild`, or put a backup of the store's folder back"
    )]
    Broken {
        /// The segment.
        path: PathBuf,
    },
    /// One commit is longer than a frame may be.
    #[error("a commit of {0} octets is too long for the journal")]
    TooLong(usize),
    /// An earlier write failed half-way; what is on disk is known again only after a new start.
    #[error("the journal stopped after a failed write; start again")]
    Stopped,
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The segment or its folder.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
}

/// What a replay meets, in order.
pub(super) enum Replayed<'a> {
    /// Records of the snapshot that the segment begins with.
    Snapshot(Vec<Found<'a>>),
    /// One group, and its sequence number.
    Group(u64, Vec<Found<'a>>),
}

pub(super) type Visit<'a, E> = &'a mut dyn FnMut(Replayed<'_>) -> Result<(), E>;

/// A segment as it stands on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its number, as in its name.
    pub number: u64,
    /// Where it is.
    pub path: PathBuf,
}

/// How far a segment could be read.
pub(super) struct Walked {
    pub length: u64,
    /// Of its snapshot.
    pub begins_at: u64,
    pub snapshot_ends: u64,
    pub sequence: u64,
    pub whole: bool,
}

pub(super) fn expect_whole<'a>(
    segment: &Segment,
    walked: &'a Walked,
) -> Result<&'a Walked, JournalError> {
    if walked.whole {
        return Ok(walked);
    }
    Err(damaged(&segment.path, walked.length))
}

/// All segments in order, by their names alone.
pub(super) fn segments(folder: &Path) -> Result<Vec<Segment>, JournalError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|source| io_at(folder, source))? {
        let path = entry.map_err(|source| io_at(folder, source))?.path();
        let number = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_suffix(".seg"))
            .and_then(|name| name.parse().ok());
        if let Some(number) = number {
            found.push(Segment { number, path });
        }
    }
    found.sort_by_key(|segment| segment.number);
    Ok(found)
}

/// The highest sequence of any whole frame behind `offset`, and whether there is one: tells an
/// unfinished tail, behind which there is nothing, from damage in the middle.
pub(super) fn frames_behind(path: &Path, offset: u64) -> Result<Option<u64>, JournalError> {
    let refused = |source| io_at(path, source);
    let mut file = File::open(path).map_err(refused)?;
    file.seek(SeekFrom::Start(offset)).map_err(refused)?;
    let mut octets = Vec::new();
    file.read_to_end(&mut octets).map_err(refused)?;
    let mut highest = None;
    let mut payload = Vec::new();
    for start in 1..octets.len() {
        let rest = octets.get(start..).unwrap_or_default();
        if rest.starts_with(MAGIC)
            && let Ok(Some(found)) = read_frame(&mut { rest }, rest.len() as u64, &mut payload)
        {
            highest = highest.max(Some(found.sequence));
        }
    }
    Ok(highest)
}

/// Sets a segment aside under a name that is never read again.
pub(super) fn set_aside(segment: &Path) -> Result<PathBuf, JournalError> {
    let aside = segment.with_extension("damaged");
    disk::rename(segment, &aside, "damaged segment").map_err(|source| io_at(segment, source))?;
    Ok(aside)
}

/// Writes a whole segment under another name first, syncs it, then names it; its length in octets.
/// This is also the form of a backup.
pub(super) fn write_segment<E: From<JournalError>>(
    path: &Path,
    number: u64,
    sequence: u64,
    records: &mut dyn Iterator<Item = Result<Change, E>>,
) -> Result<u64, E> {
    let fresh = path.with_extension("new");
    let refused = |source| io_at(&fresh, source);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .map_err(refused)?;
    // The head is written twice: only behind the records is it known how many they are.
    let mut length = write_frame(&file, &head(number, sequence, 0)).map_err(refused)?;
    let mut count = 0_u64;
    let mut part = Vec::new();
    let mut octets = 0;
    for record in records {
        let record = record?;
        octets += record.len();
        count += 1;
        part.push(record);
        if octets >= PART_OCTETS {
            let parted = frame(PART, sequence, &payload(&std::mem::take(&mut part))?);
            length += write_frame(&file, &parted).map_err(refused)?;
            octets = 0;
        }
    }
    if !part.is_empty() {
        let parted = frame(PART, sequence, &payload(&part)?);
        length += write_frame(&file, &parted).map_err(refused)?;
    }
    disk::write_at(&file, &head(number, sequence, count), 0, "segment head").map_err(refused)?;
    disk::sync_all(&file, "segment").map_err(refused)?;
    disk::rename(&fresh, path, "segment").map_err(|source| io_at(path, source))?;
    disk::sync_parent(path).map_err(|source| io_at(path, source))?;
    Ok(length)
}

fn write_frame(file: &File, octets: &[u8]) -> io::Result<u64> {
    disk::write(file, octets, "segment")?;
    Ok(octets.len() as u64)
}

fn head(number: u64, sequence: u64, records: u64) -> Vec<u8> {
    let payload = [number.to_be_bytes(), records.to_be_bytes()].concat();
    frame(HEAD, sequence, &payload)
}

pub(super) fn payload(changes: &[Change]) -> Result<Vec<u8>, JournalError> {
    let length = changes.iter().map(Change::len).sum();
    if length > PAYLOAD_OCTETS_MAX {
        return Err(JournalError::TooLong(length));
    }
    let mut octets = Vec::with_capacity(length);
    for change in changes {
        change.write(&mut octets);
    }
    Ok(octets)
}

pub(super) fn frame(kind: u8, sequence: u64, payload: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(HEADER_OCTETS + payload.len());
    octets.extend_from_slice(MAGIC);
    octets.push(kind);
    octets.extend_from_slice(&sequence.to_be_bytes());
    octets.extend_from_slice(&(payload.len() as u32).to_be_bytes());
    let crc = checksum(&octets, payload);
    octets.extend_from_slice(&crc.to_be_bytes());
    octets.extend_from_slice(payload);
    octets
}

fn checksum(header: &[u8], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header);
    hasher.update(payload);
    hasher.finalize()
}

struct Frame {
    kind: u8,
    sequence: u64,
}

/// The next frame out of `left` octets, its payload to `payload`; `None` if no whole frame stands there.
fn read_frame(from: &mut impl Read, left: u64, payload: &mut Vec<u8>) -> io::Result<Option<Frame>> {
    let mut header = [0; HEADER_OCTETS];
    if left < HEADER_OCTETS as u64 {
        return Ok(None);
    }
    from.read_exact(&mut header)?;
    let Some((fields, crc)) = header.split_last_chunk::<4>() else {
        return Ok(None);
    };
    let Some((kind, rest)) = fields
        .strip_prefix(MAGIC)
        .and_then(|rest| rest.split_first())
    else {
        return Ok(None);
    };
    let Some((sequence, length)) = rest.split_first_chunk::<8>() else {
        return Ok(None);
    };
    let length = length
        .first_chunk::<4>()
        .map_or(u32::MAX, |l| u32::from_be_bytes(*l)) as usize;
    if length > PAYLOAD_OCTETS_MAX || (length + HEADER_OCTETS) as u64 > left {
        return Ok(None);
    }
    payload.resize(length, 0);
    from.read_exact(payload)?;
    if checksum(fields, payload) != u32::from_be_bytes(*crc) {
        return Ok(None);
    }
    Ok(Some(Frame {
        kind: *kind,
        sequence: u64::from_be_bytes(*sequence),
    }))
}

/// The number in a segment's head, whatever its name; `None` if it has no head.
pub(super) fn number_of(path: &Path) -> Result<Option<u64>, JournalError> {
    let head = head_of(path)?;
    Ok(head.and_then(|(_, payload)| Some(u64::from_be_bytes(*payload.first_chunk()?))))
}

/// The sequence a segment begins at, from its head.
pub(super) fn read_head(segment: &Segment) -> Result<u64, JournalError> {
    let number = segment.number.to_be_bytes();
    head_of(&segment.path)?
        .filter(|(_, payload)| payload.starts_with(&number))
        .map(|(head, _)| head.sequence)
        .ok_or_else(|| damaged(&segment.path, 0))
}

/// The head of a segment's file and its payload; `None` if it has none.
fn head_of(path: &Path) -> Result<Option<(Frame, Vec<u8>)>, JournalError> {
    let refused = |source| io_at(path, source);
    let mut file = File::open(path).map_err(refused)?;
    let length = file.metadata().map_err(refused)?.len();
    let mut magic = [0; 4];
    let read = file.read_at(&mut magic, 0).map_err(refused)?;
    if read == magic.len() && magic.starts_with(b"PLJ") && magic > *MAGIC {
        return Err(JournalError::Newer(path.to_owned()));
    }
    let mut payload = Vec::new();
    let head = read_frame(&mut file, length, &mut payload).map_err(refused)?;
    Ok(head
        .filter(|head| head.kind == HEAD)
        .map(|head| (head, payload)))
}

/// Shows a segment's frames in order, up to its end or to the first that cannot be read. A fault
/// inside head or snapshot is always an error: those were synced before the segment had its name.
pub(super) fn walk<E: From<JournalError>>(
    segment: &Segment,
    visit: Visit<'_, E>,
) -> Result<Walked, E> {
    let path = &segment.path;
    let refused = |source| io_at(path, source);
    let file = File::open(path).map_err(refused)?;
    let end = file.metadata().map_err(refused)?.len();
    let mut from = BufReader::with_capacity(1 << 16, file);
    let mut at = 0;
    let begins_at = read_head(segment)?;
    let mut sequence = begins_at;
    let mut missing = 0;
    let mut snapshot_ends = 0;
    let mut octets = Vec::new();
    while at < end {
        let read = read_frame(&mut from, end - at, &mut octets).map_err(refused)?;
        let Some(found) = read else { break };
        let next = at + (HEADER_OCTETS + octets.len()) as u64;
        let bad = || damaged(path, at);
        if found.kind == HEAD && at == 0 {
            let records = octets.last_chunk::<8>().ok_or_else(bad)?;
            missing = u64::from_be_bytes(*records);
            snapshot_ends = next;
        } else {
            let changes = Found::read_all(&octets).ok_or_else(bad)?;
            match found.kind {
                PART if missing > 0 && found.sequence == begins_at => {
                    missing = missing.checked_sub(changes.len() as u64).ok_or_else(bad)?;
                    snapshot_ends = next;
                    visit(Replayed::Snapshot(changes))?;
                }
                GROUP if missing == 0 && found.sequence == sequence + 1 => {
                    sequence += 1;
                    visit(Replayed::Group(sequence, changes))?;
                }
                _ => return Err(bad().into()),
            }
        }
        at = next;
    }
    if missing > 0 || at == 0 {
        return Err(damaged(path, at).into());
    }
    Ok(Walked {
        length: at,
        begins_at,
        snapshot_ends,
        sequence,
        whole: at == end,
    })
}

pub(super) fn damaged(path: &Path, offset: u64) -> JournalError {
    JournalError::Damaged {
        path: path.to_owned(),
        offset,
    }
}

pub(super) fn io_at(path: &Path, source: io::Error) -> JournalError {
    JournalError::Io {
        path: path.to_owned(),
        source,
    }
}
