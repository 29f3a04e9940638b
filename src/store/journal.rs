//! The journal: the truth. Append-only segments `NNNNNNNN.seg`, each beginning with a snapshot.
//!
//! Behind the snapshot stand groups: one group is all that one commit wrote, on the disk (fdatasync)
//! before `append` returns, or not there at all.
//! A segment gets its name only once its snapshot is whole and synced. So one thing alone can be
//! unfinished after a kill or a power cut: the last group of the last segment. It is cut off, if
//! nobody was told of it; every other fault is an error that a person has to see.
//! Values come in sealed. This file knows nothing of owners, shelves or sled.

use super::batch::Change;
use super::segment::Replayed;
use super::segment::{
    GROUP, JournalError, Segment, Visit, Walked, damaged, expect_whole, frame, frames_behind,
    io_at, payload, read_head, segments, set_aside, walk, write_segment,
};
use crate::disk;
use crate::maillog;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

/// The open journal: the last segment, and where it ends.
pub(super) struct Journal {
    folder: PathBuf,
    file: File,
    path: PathBuf,
    number: u64,
    /// Of the last group that is durable.
    pub sequence: u64,
    /// Of the last group before the snapshot that the last segment begins with.
    pub begins_at: u64,
    length: u64,
    /// Length at which the next segment begins; the snapshot counts double, so that a large state
    /// does not make every commit a rotation.
    turn_at: u64,
    limit: u64,
    stopped: bool,
}

impl Journal {
    /// Opens the last segment, checks and shows every frame of it, and cuts off an unfinished tail.
    /// `None` if there is no segment. `acknowledged` is the highest sequence that somebody was told of.
    pub fn open(
        folder: &Path,
        limit: u64,
        acknowledged: u64,
        visit: Visit<'_, JournalError>,
    ) -> Result<Option<Self>, JournalError> {
        clear_unfinished(folder)?;
        let Some(segment) = segments(folder)?.pop() else {
            return Ok(None);
        };
        let walked = walk(&segment, visit)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&segment.path)
            .map_err(|source| io_at(&segment.path, source))?;
        if !walked.whole {
            cut_off(&segment, &file, &walked, acknowledged)?;
        }
        Ok(Some(Self {
            folder: folder.to_owned(),
            file,
            path: segment.path,
            number: segment.number,
            sequence: walked.sequence,
            begins_at: walked.begins_at,
            length: walked.length,
            turn_at: limit.max(walked.snapshot_ends.saturating_mul(2)),
            limit,
            stopped: false,
        }))
    }

    /// Begins segment `number` with a snapshot that stands at `sequence`.
    pub fn begin<E: From<JournalError>>(
        folder: &Path,
        limit: u64,
        number: u64,
        sequence: u64,
        records: &mut dyn Iterator<Item = Result<Change, E>>,
    ) -> Result<Self, E> {
        let path = folder.join(format!("{number:08}.seg"));
        let length = write_segment(&path, number, sequence, records)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|source| io_at(&path, source))?;
        Ok(Self {
            folder: folder.to_owned(),
            file,
            path,
            number,
            sequence,
            begins_at: sequence,
            length,
            turn_at: limit.max(length.saturating_mul(2)),
            limit,
            stopped: false,
        })
    }

    /// Whether the next segment is due.
    pub const fn wants_to_turn(&self) -> bool {
        self.length >= self.turn_at
    }

    /// Begins the next segment with a snapshot of everything there is now.
    pub fn turn<E: From<JournalError>>(
        &mut self,
        records: &mut dyn Iterator<Item = Result<Change, E>>,
    ) -> Result<(), E> {
        // Should this fail, the old segment goes on for as long again before the next try.
        self.turn_at = self.length.saturating_add(self.limit);
        *self = Self::begin(
            &self.folder,
            self.limit,
            self.number + 1,
            self.sequence,
            records,
        )?;
        Ok(())
    }

    /// Writes one group with one write and one fdatasync; its sequence number.
    ///
    /// # Errors
    /// After a failed write the journal is as before. After a failed sync nobody knows what is on
    /// disk: it stops, and the next start finds the group either there or not.
    pub fn append(&mut self, changes: &[Change]) -> Result<u64, JournalError> {
        if self.stopped {
            return Err(JournalError::Stopped);
        }
        let sequence = self.sequence + 1;
        let octets = frame(GROUP, sequence, &payload(changes)?);
        let refused = |source| io_at(&self.path, source);
        if let Err(source) = disk::write_at(&self.file, &octets, self.length, "journal group") {
            self.stopped = disk::set_len(&self.file, self.length, "journal").is_err();
            return Err(refused(source));
        }
        if let Err(source) = disk::sync_data(&self.file, "journal group") {
            self.stopped = true;
            return Err(refused(source));
        }
        self.length += octets.len() as u64;
        self.sequence = sequence;
        Ok(sequence)
    }

    /// Shows every group behind `seen`. `false`, and nothing shown, if the segments that could tell
    /// are retired: then only `replay_all` helps.
    pub fn replay_after<E: From<JournalError>>(
        &self,
        seen: u64,
        visit: Visit<'_, E>,
    ) -> Result<bool, E> {
        let mut segments = segments(&self.folder)?;
        let mut first = segments.len();
        for (place, segment) in segments.iter().enumerate().rev() {
            first = place;
            if read_head(segment)? <= seen {
                break;
            }
        }
        let mut reached = None;
        for segment in segments.drain(..).skip(first) {
            let begins_at = read_head(&segment)?;
            match reached {
                None if begins_at > seen => return Ok(false),
                Some(sequence) if sequence != begins_at => {
                    return Err(JournalError::Broken { path: segment.path }.into());
                }
                _ => {}
            }
            let walked = walk::<E>(&segment, &mut |replayed| match replayed {
                Replayed::Group(sequence, _) if sequence > seen => visit(replayed),
                _ => Ok(()),
            })?;
            reached = Some(expect_whole(&segment, &walked)?.sequence);
        }
        Ok(true)
    }

    /// Shows everything that is live: the last snapshot and the groups behind it.
    pub fn replay_all<E: From<JournalError>>(&self, visit: Visit<'_, E>) -> Result<(), E> {
        let segments = segments(&self.folder)?;
        let Some(last) = segments.last() else {
            return Ok(());
        };
        let walked = walk::<E>(last, visit)?;
        expect_whole(last, &walked)?;
        Ok(())
    }

    /// Reads every frame of every segment; how many segments there are.
    pub fn check(&self) -> Result<usize, JournalError> {
        let segments = segments(&self.folder)?;
        let mut reached = None;
        for segment in &segments {
            let walked = walk::<JournalError>(segment, &mut |_| Ok(()))?;
            let walked = expect_whole(segment, &walked)?;
            if reached.is_some_and(|sequence| sequence != walked.begins_at) {
                let path = segment.path.clone();
                return Err(JournalError::Broken { path });
            }
            reached = Some(walked.sequence);
        }
        Ok(segments.len())
    }

    /// Sets aside what stands before the last segment, unless it is whole and leads up to it:
    /// broken history helps nobody, and the last snapshot holds everything that is live.
    pub fn drop_broken_history(&self) -> Result<(), JournalError> {
        if self.check().is_ok() {
            return Ok(());
        }
        let older = segments(&self.folder)?;
        for segment in older.iter().filter(|older| older.path != self.path) {
            set_aside(&segment.path)?;
        }
        Ok(())
    }

    /// Deletes all but the newest `keep` segments; how many went. The last one always stays.
    pub fn retire(&self, keep: usize) -> Result<usize, JournalError> {
        let mut segments = segments(&self.folder)?;
        segments.truncate(segments.len().saturating_sub(keep.max(1)));
        for segment in &segments {
            // One after the other also on the disk, so that what is left has no gap.
            disk::remove(&segment.path, "old segment")
                .and_then(|()| disk::sync_parent(&segment.path))
                .map_err(|source| io_at(&segment.path, source))?;
        }
        Ok(segments.len())
    }
}

/// Cuts the unfinished last group off, unless it is none: whole frames stand behind it, or
/// somebody was told of it.
fn cut_off(
    segment: &Segment,
    file: &File,
    walked: &Walked,
    acknowledged: u64,
) -> Result<(), JournalError> {
    let behind = frames_behind(&segment.path, walked.length)?;
    if behind.is_some() || acknowledged > walked.sequence {
        return Err(damaged(&segment.path, walked.length));
    }
    let refused = |source| io_at(&segment.path, source);
    let before = file.metadata().map_err(refused)?.len();
    disk::set_len(file, walked.length, "journal tail").map_err(refused)?;
    disk::sync_all(file, "journal tail").map_err(refused)?;
    maillog::journal_tail_cut(&segment.path, walked.length, before - walked.length);
    Ok(())
}

/// Takes away segments that never got their name.
fn clear_unfinished(folder: &Path) -> Result<(), JournalError> {
    for entry in fs::read_dir(folder).map_err(|source| io_at(folder, source))? {
        let path = entry.map_err(|source| io_at(folder, source))?.path();
        if path.extension().is_some_and(|ending| ending == "new") {
            disk::remove(&path, "unfinished segment").map_err(|source| io_at(&path, source))?;
        }
    }
    Ok(())
}

#[cfg(test)]
impl Journal {
    /// Lets a test put a failing device in the place of the segment.
    pub fn write_to(&mut self, device: &Path) {
        self.file = OpenOptions::new().write(true).open(device).unwrap();
    }
}
