//! A disk that loses what was not synced, when its power is cut at a given step; or one that is full.
//!
//! Each thread has its own. Between this room and the operating system it keeps, for every write,
//! what stood there before, until the file is synced; for every new name, until its folder is. After
//! the cut each unsynced step is kept, lost, or (a write) kept in some of its sectors, as the seed
//! says. Only steps of this room are known: what sled writes by itself is no matter here.

use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

/// No part of a sector is ever written without the rest.
const SECTOR: u64 = 512;

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit.max(1)
    }
}

enum Unsynced {
    Write {
        file: File,
        offset: u64,
        before: Vec<u8>,
        length_before: u64,
        after: Vec<u8>,
    },
    Cut {
        file: File,
        length: u64,
        tail: Vec<u8>,
    },
    Name {
        from: PathBuf,
        to: PathBuf,
        replaced: Option<Vec<u8>>,
    },
    Gone {
        path: PathBuf,
        octets: Vec<u8>,
    },
}

#[derive(Default)]
struct Disk {
    steps: u64,
    cut_at: Option<u64>,
    dead: bool,
    free: Option<u64>,
    full_for_others: bool,
    unsynced: Vec<Unsynced>,
}

thread_local! {
    static DISK: RefCell<Option<Disk>> = const { RefCell::new(None) };
}

/// From now on this thread's disk forgets what was not synced, once its power is cut at that step.
pub fn power_fails_at(step: Option<u64>) {
    let disk = Disk {
        cut_at: step,
        ..Disk::default()
    };
    DISK.set(Some(disk));
}

/// Whether the power is gone.
pub fn has_failed() -> bool {
    DISK.with_borrow(|disk| disk.as_ref().is_some_and(|disk| disk.dead))
}

/// From now on so many octets are free on this thread's disk; at none every write is refused.
pub fn only_free(octets: u64) {
    let disk = Disk {
        free: Some(octets),
        ..Disk::default()
    };
    DISK.set(Some(disk));
}

/// From now on this thread's disk is full for whatever writes by itself, sled that is.
pub fn full_for_others() {
    let disk = Disk {
        full_for_others: true,
        ..Disk::default()
    };
    DISK.set(Some(disk));
}

pub fn others_may_write() -> io::Result<()> {
    match DISK.with_borrow(|disk| disk.as_ref().is_some_and(|disk| disk.full_for_others)) {
        true => Err(io::ErrorKind::StorageFull.into()),
        false => Ok(()),
    }
}

/// The disk is an ordinary one again; how many steps it saw.
pub fn ordinary() -> u64 {
    DISK.take().map_or(0, |disk| disk.steps)
}

/// The power is gone: what was not synced is kept or lost as the dice say.
pub fn lose(dice: &mut Dice) {
    let disk = DISK.take().expect("a disk whose power fails");
    let mut kept = Vec::new();
    for step in disk.unsynced.iter().rev() {
        let keep = dice.below(3);
        match step {
            Unsynced::Write {
                file,
                offset,
                before,
                length_before,
                ..
            } => {
                file.write_all_at(before, *offset).unwrap();
                file.set_len(*length_before).unwrap();
                kept.push((keep, step));
            }
            Unsynced::Cut { file, length, tail } => {
                file.write_all_at(tail, *length).unwrap();
                kept.push((keep, step));
            }
            Unsynced::Name { from, to, replaced } if keep == 0 => {
                fs::rename(to, from).unwrap();
                if let Some(octets) = replaced {
                    fs::write(to, octets).unwrap();
                }
            }
            Unsynced::Gone { path, octets } if keep == 0 => fs::write(path, octets).unwrap(),
            Unsynced::Name { .. } | Unsynced::Gone { .. } => {}
        }
    }
    for (keep, step) in kept.iter().rev() {
        match step {
            Unsynced::Write {
                file,
                offset,
                after,
                ..
            } => {
                let mut at = *offset;
                let mut rest = after.as_slice();
                while !rest.is_empty() && *keep > 0 {
                    let room = (SECTOR - at % SECTOR) as usize;
                    let (piece, more) = rest.split_at(room.min(rest.len()));
                    if *keep == 1 || dice.below(2) == 0 {
                        file.write_all_at(piece, at).unwrap();
                    }
                    at += piece.len() as u64;
                    rest = more;
                }
            }
            Unsynced::Cut { file, length, .. } if *keep > 0 => file.set_len(*length).unwrap(),
            _ => {}
        }
    }
}

/// One step more, unless the power is gone.
fn step(remember: impl FnOnce(&mut Disk)) -> io::Result<()> {
    DISK.with_borrow_mut(|disk| {
        let Some(disk) = disk else { return Ok(()) };
        let gone = || Err(io::Error::other("the power is gone"));
        if disk.dead {
            return gone();
        }
        disk.steps += 1;
        remember(disk);
        disk.dead = disk.cut_at == Some(disk.steps);
        match disk.dead {
            true => gone(),
            false => Ok(()),
        }
    })
}

/// The same file, to be read and written whatever it was opened for.
fn again(file: &File) -> File {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap()
}

fn inode(file: &File) -> (u64, u64) {
    let known = file.metadata().unwrap();
    (known.dev(), known.ino())
}

pub fn free() -> Option<u64> {
    DISK.with_borrow(|disk| disk.as_ref()?.free)
}

pub fn write(mut file: &File, octets: &[u8], offset: Option<u64>) -> io::Result<()> {
    if free() == Some(0) {
        return Err(io::ErrorKind::StorageFull.into());
    }
    let offset = match offset {
        Some(offset) => offset,
        None => file.stream_position()?,
    };
    let cut = DISK.with_borrow(|disk| {
        disk.as_ref()
            .is_some_and(|disk| !disk.dead && disk.cut_at == Some(disk.steps + 1))
    });
    step(|disk| {
        let whole = again(file);
        let length_before = whole.metadata().unwrap().len();
        let end = length_before.min(offset + octets.len() as u64);
        let mut before = vec![0; end.saturating_sub(offset) as usize];
        whole.read_exact_at(&mut before, offset).unwrap();
        if cut {
            // The write under way when the power goes may be done in part, too.
            whole.write_all_at(octets, offset).unwrap();
        }
        disk.unsynced.push(Unsynced::Write {
            file: whole,
            offset,
            before,
            length_before,
            after: octets.to_vec(),
        });
    })
}

/// A disk of this room's own needs no sync of the real one: what is lost is told by the dice.
pub fn sync(file: &File) -> io::Result<bool> {
    step(|_| ())?;
    let synced = inode(file);
    Ok(DISK.with_borrow_mut(|disk| {
        let Some(disk) = disk else { return true };
        disk.unsynced.retain(|step| match step {
            Unsynced::Write { file, .. } | Unsynced::Cut { file, .. } => inode(file) != synced,
            _ => true,
        });
        false
    }))
}

pub fn sync_names(folder: &Path) -> io::Result<bool> {
    step(|_| ())?;
    Ok(DISK.with_borrow_mut(|disk| {
        let Some(disk) = disk else { return true };
        disk.unsynced.retain(|step| match step {
            Unsynced::Name { to: path, .. } | Unsynced::Gone { path, .. } => {
                path.parent() != Some(folder)
            }
            _ => true,
        });
        false
    }))
}

pub fn cut(file: &File, length: u64) -> io::Result<()> {
    step(|disk| {
        let whole = again(file);
        let longer = whole.metadata().unwrap().len().saturating_sub(length);
        let mut tail = vec![0; longer as usize];
        whole.read_exact_at(&mut tail, length).unwrap();
        let file = whole;
        disk.unsynced.push(Unsynced::Cut { file, length, tail });
    })
}

pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let known = from.exists();
    step(|disk| {
        if known && disk.cut_at.is_none_or(|at| at != disk.steps) {
            disk.unsynced.push(Unsynced::Name {
                from: from.to_owned(),
                to: to.to_owned(),
                replaced: fs::read(to).ok(),
            });
        }
    })
}

pub fn remove(path: &Path) -> io::Result<()> {
    step(|disk| {
        let cut = disk.cut_at.is_some_and(|at| at == disk.steps);
        if let Some(octets) = fs::read(path).ok().filter(|_| !cut) {
            let path = path.to_owned();
            disk.unsynced.push(Unsynced::Gone { path, octets });
        }
    })
}

#[test]
fn what_was_synced_stays_and_the_rest_is_as_the_dice_fall() {
    let folder = tempfile::tempdir().unwrap();
    let (mut lost, mut torn, mut kept) = (0, 0, 0);
    for seed in 0..40 {
        let path = folder.path().join(format!("{seed}"));
        let file = File::create(&path).unwrap();
        power_fails_at(Some(4));
        super::write(&file, &[1; 2000], "").unwrap();
        super::sync_all(&file, "").unwrap();
        super::write_at(&file, &[2; 2000], 1000, "").unwrap();
        assert!(super::sync_data(&file, "").is_err());
        assert!(super::write(&file, b"x", "").is_err(), "the power is gone");
        lose(&mut Dice(seed));
        let left = fs::read(&path).unwrap();
        assert!(left[..1000].iter().all(|octet| *octet == 1), "synced");
        match left[1000..].iter().filter(|octet| **octet == 2).count() {
            0 => lost += 1,
            2000 => kept += 1,
            _ => torn += 1,
        }
    }
    assert!(lost > 5 && torn > 5 && kept > 5, "{lost} {torn} {kept}");
    let path = folder.path().join("7");
    only_free(0);
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let refused = super::write(&file, b"x", "").unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
    assert_eq!(super::free(&path), Some(0));
    ordinary();
    assert!(super::free(&path) > Some(0));
}
