//! What the inbox end does in the other folders: clears handled mail, moves what was reviewed, looks for
//! what was sent.

use crate::clock::Clock;
use crate::daemon::inbox::{Inbox, Places, Trouble};
use crate::daemon::review::Reviewed;
use crate::imap::{Mailbox, Session};
use crate::maillog;
use chrono::TimeDelta;

/// No letter is in doubt for longer.
const DOUBT_MAX: TimeDelta = TimeDelta::days(40);

impl Inbox {
    /// Expunges handled mail of ours that is older than its retention; at most once a day.
    pub(super) async fn clear_done(
        &self,
        session: &mut Session,
        places: &Places,
    ) -> Result<(), Trouble> {
        let Some(before) = self.kept_since() else {
            return Ok(());
        };
        let gone = session.expunge_older(&places.done, before).await?;
        if gone > 0 {
            maillog::expunged(gone);
        }
        Ok(())
    }

    /// Moves a mail out of Review: back to the inbox, where it is tried anew, or to Done.
    pub(super) async fn review(
        &self,
        session: &mut Session,
        places: &Places,
        inbox: &Mailbox,
        reviewed: &Reviewed,
        retry: bool,
    ) -> Result<bool, Trouble> {
        let Some(id) = &reviewed.message_id else {
            return Ok(false);
        };
        let found = session
            .find_by_header(&places.review, "Message-ID", id)
            .await?;
        let Some(uid) = found.first() else {
            return Ok(false);
        };
        session.select(&places.review).await?;
        let to = if retry { inbox } else { &places.done };
        let moved = session.move_to(*uid, to).await;
        session.select(inbox).await?;
        self.vitals.review_grew(); // counted anew
        moved?;
        Ok(true)
    }

    /// Counts what lies in the review folder, so that `status` forgets what a person took out.
    pub(super) async fn count_review(
        &self,
        session: &mut Session,
        places: &Places,
    ) -> Result<(), Trouble> {
        match session.count(&places.review).await {
            Ok(mails) => self.vitals.review_counted(mails),
            Err(error) if error.ends_connection() => return Err(error.into()),
            Err(_) => {} // such as a folder that somebody removed: the next connection makes it
        }
        Ok(())
    }

    pub(super) async fn find_sent(
        &self,
        session: &mut Session,
        places: &Places,
        message_id: &str,
    ) -> Result<Option<bool>, Trouble> {
        let Some(sent) = &places.sent else {
            return Ok(None);
        };
        // A letter in doubt is younger than its use; the mailbox may hold years of other mail.
        let since = Clock::Wall.now().checked_sub_signed(DOUBT_MAX);
        let since = since.map(|at| at.date_naive());
        let found = session.find_lately(sent, "Message-ID", message_id, since);
        let found = found.await;
        match found {
            Ok(uids) => Ok(Some(!uids.is_empty())),
            Err(error) if error.ends_connection() => Err(error.into()),
            Err(_) => Ok(None),
        }
    }
}
