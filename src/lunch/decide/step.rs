//! The table: what an act means, by where the pairing stands and who says it.
//!
//! Every act is spelled out against every stage, without a wildcard over either, so that a new one
//! of each has to be thought about here before anything compiles.

use crate::lunch::act::{Act, Answering, CommandName, Held, PartStat};
use crate::lunch::notes::Section;
use crate::lunch::pairing::{Role, Stage};

/// What follows from one act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Lunches begin (or begin again).
    Begin,
    /// Lunches go on with other terms.
    Amend,
    /// The invitation is declined for good.
    Decline,
    /// The invitation comes back later.
    Postpone,
    /// We ask back, once.
    AskBack,
    /// The words go to the partner as a question; the writer is told so.
    PassQuestion,
    /// The words go to the partner.
    Relay,
    /// One lunch is left out.
    Skip,
    /// One lunch is left out because a calendar said so; the door stays open.
    SkipByCalendar,
    /// A lunch that the writer left out stands again.
    StandAgain,
    /// The invitee's mailbox says when they are back: until then silence is no answer.
    NoteAbsence,
    /// A lunch, or all, move.
    Move,
    /// A lunch moves to what a calendar proposed.
    MoveByCalendar,
    /// A rest with an end.
    Pause,
    /// The rest is over.
    Resume,
    /// The pairing ends.
    End,
    /// No more mail to this person.
    Stop,
    /// Notes are taken.
    TakeNotes,
    /// A section is corrected.
    Correct,
    /// "We met", "we didn't meet", …
    NoteHeld,
    /// Notes are taken back.
    Undo,
    /// The writer sees what the partner wrote, which waited to be asked for.
    ReadNow,
    /// The partner sees the notes now.
    ShareNow,
    /// An own goal.
    SetGoal,
    /// One more own goal.
    AnotherGoal,
    /// A goal by its number: put another way, or the one that a note spoke of.
    NumberGoal,
    /// An own goal is given up.
    DropGoal,
    /// The goal that was replaced stays.
    KeepBoth,
    /// What the partner proposed becomes an own goal.
    TakeUp,
    /// An own goal is reached.
    AchieveGoal,
    /// The partner's goal is reached: the writer sees it so too.
    Agree,
    /// Or not yet.
    Disagree,
    /// The writer's own goal is not reached yet, whatever the partner thinks.
    NotYet,
    /// What the writer called reached is open again.
    Reopen,
    /// A moment goes into the jar.
    Jot,
    /// A point about the writer is taken out.
    Remove,
    /// The partner is asked whether a point may be quoted.
    AskLeave,
    /// The writer's answer to such a question.
    AnswerLeave,
    /// All leave that the writer gave is taken back.
    WithdrawLeave,
    /// An invitation to hand on.
    HandOut,
    /// A page for the table.
    SendCard,
    /// No more help over the silence.
    EndTips,
    /// A board is named.
    NameBoard,
    /// The writer's answer to whether cards shall go there.
    ConfirmBoard,
    /// The writer's answer to whether their words may go to the partner's board.
    AnswerBoard,
    /// No more cards.
    EndBoard,
    /// Monthly summaries end.
    EndSummaries,
    /// The writer gets their own threads as a picture.
    ShowFabric,
    /// The writer gets everything kept about them.
    ShowRecord,
    /// The letter could not be delivered.
    Undelivered,
    /// Returned with its text: we can do nothing with it here.
    Return,
    /// The writer hears who can forget them.
    SayWhoForgets,
    /// Heard, and nothing follows.
    Nothing,
}

/// The stages as the table sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Asked, or to be asked again.
    Asked,
    /// Meeting or paused.
    Meeting,
    /// Lapsed or undeliverable: nobody said no.
    Faded,
    /// The one who writes said no or ended it.
    LeftByWriter,
    /// The other one (or the operator) said no or ended it.
    LeftByOther,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Asked,
        Self::Meeting,
        Self::Faded,
        Self::LeftByWriter,
        Self::LeftByOther,
    ];

    /// Where a pairing stands, seen from the writer.
    pub fn of(stage: &Stage, writer: crate::lunch::person::PersonId, role: Role) -> Self {
        match stage {
            Stage::Invited | Stage::Postponed { .. } => Self::Asked,
            Stage::Meeting | Stage::Paused { .. } => Self::Meeting,
            Stage::Lapsed | Stage::Undeliverable => Self::Faded,
            Stage::Declined if role == Role::Invitee => Self::LeftByWriter,
            Stage::Declined => Self::LeftByOther,
            Stage::Ended { by } if *by == Some(writer) => Self::LeftByWriter,
            Stage::Ended { .. } => Self::LeftByOther,
            Stage::Parted => Self::LeftByWriter,
        }
    }
}

/// Whether the letter answered invites words for the partner.
pub fn is_relaying(letter: Option<&str>, answering: Option<Answering>) -> bool {
    answering == Some(Answering::Exchange)
        || matches!(
            letter,
            Some("notice-question" | "notice-unclear" | "notice-relayed" | "notice-accepted")
        )
}

/// Whether it answers that the partner calls a goal reached, or our question what was meant by that.
fn is_about_reached(letter: Option<&str>, answering: Option<Answering>) -> bool {
    letter == Some("goal-reached")
        || (letter == Some("question") && answering == Some(Answering::Proposal))
}

/// Whether the writer takes back that a goal of theirs is reached, in answer to the receipt for it.
pub(super) fn takes_reached_back(letter: Option<&str>, act: &Act) -> bool {
    let takes_back = matches!(
        act,
        Act::Decline
            | Act::Later { .. }
            | Act::Command {
                name: CommandName::Undo | CommandName::NotYet,
                ..
            }
    );
    takes_back && letter == Some("receipt-achieved")
}

/// Whether a letter speaks of a lunch to come or of nothing that was noted: a "best:" in answer to it
/// is for the jar.
fn is_beside_notes(letter: &str) -> bool {
    let about_notes = matches!(
        letter,
        "receipt-notes" | "receipt-undone" | "receipt-held" | "receipt-removed"
    );
    (letter.starts_with("receipt-") || letter.starts_with("notice-")) && !about_notes
}

/// Whether a yes or an undo means that the lunch just left out shall stand again.
fn is_about_skipped(letter: Option<&str>) -> bool {
    letter == Some("receipt-skipped")
}

/// What `undo` takes back: what the letter answered tells of. Notes, where it tells of them or nobody knows
/// which letter it is; anything else is asked about, so that no notes go by mistake.
fn undone_by(letter: Option<&str>, answering: Option<Answering>) -> Step {
    match letter {
        Some("receipt-skipped") => Step::StandAgain,
        Some("receipt-jotted") => Step::Jot,
        Some("receipt-paused") => Step::Resume,
        Some(letter) if is_beside_notes(letter) => Step::AskBack,
        _ if answering == Some(Answering::Reminder) => Step::AskBack,
        _ => Step::Undo,
    }
}

/// Whether a no to that receipt or notice is a no to the lunches: to the news that they begin. Any other
/// says "that's not what I meant".
fn is_about_beginning(letter: Option<&str>) -> bool {
    letter.is_none_or(|letter| matches!(letter, "receipt-accepted" | "notice-accepted"))
}

/// Whether a yes of somebody who has left means that they are back: only where that was the question, or
/// the news. Anywhere else it says yes to something else.
fn is_about_leaving(letter: Option<&str>, answering: Option<Answering>) -> bool {
    let asked = matches!(
        answering,
        None | Some(Answering::Invitation | Answering::Question | Answering::Reminder)
    );
    let told = matches!(
        letter,
        Some("receipt-accepted" | "receipt-declined" | "receipt-ended" | "receipt-stopped")
    );
    asked || told
}

/// What follows from `act`. `letter` is the name of the letter answered, `answering` its kind.
pub fn step(
    standing: Standing,
    role: Role,
    answering: Option<Answering>,
    letter: Option<&str>,
    act: &Act,
) -> Step {
    use Standing::{Asked, Faded, LeftByOther, LeftByWriter, Meeting};
    let relaying = is_relaying(letter, answering);
    let invitee = role == Role::Invitee;
    match act {
        // The partner's goal is called reached, and this is the answer.
        Act::Accept(_) | Act::Decline | Act::Later { .. }
            if is_about_reached(letter, answering) =>
        {
            match (standing, act) {
                (LeftByWriter, _) => Step::Nothing,
                (_, Act::Accept(_)) => Step::Agree,
                (_, _) => Step::Disagree,
            }
        }
        act if takes_reached_back(letter, act) => match standing {
            LeftByWriter => Step::Nothing,
            _ => Step::Reopen,
        },
        Act::Command {
            name: CommandName::Goal,
            ..
        } if is_about_reached(letter, answering) && standing == Meeting => Step::Relay,
        // Whoever has left may still say what becomes of their words.
        Act::Permission(_) if matches!(letter, Some("permission" | "receipt-permission")) => {
            Step::AnswerLeave
        }
        Act::Permission(_)
            if letter == Some("question") && answering == Some(Answering::Permission) =>
        {
            Step::AnswerLeave
        }
        Act::Permission(_) if matches!(letter, Some("board-ask" | "receipt-board-leave")) => {
            Step::AnswerBoard
        }
        Act::Permission(_) if letter == Some("board-confirm") => Step::ConfirmBoard,
        Act::Accept(_) | Act::Resume if standing == Meeting && is_about_skipped(letter) => {
            Step::StandAgain
        }
        Act::Accept(terms) => match standing {
            Asked | Faded if invitee => Step::Begin,
            Asked | Faded => relay_or(relaying, Step::Return),
            LeftByWriter if is_about_leaving(letter, answering) => Step::Begin,
            LeftByWriter => Step::Nothing,
            // "Still on? Yes." changes nothing; "yes, but Tuesdays" does.
            Meeting if *terms == Default::default() => relay_or(relaying, Step::Nothing),
            Meeting => Step::Amend,
            LeftByOther => Step::Return,
        },
        Act::Decline => match standing {
            Asked | Faded if invitee => Step::Decline,
            // The inviter takes the invitation back.
            Asked | Faded => Step::End,
            LeftByOther | LeftByWriter => Step::Nothing,
            Meeting => match answering {
                Some(Answering::Reminder) => Step::Skip,
                Some(Answering::Receipt) if !is_about_beginning(letter) => Step::AskBack,
                Some(Answering::Invitation | Answering::Receipt | Answering::Question) | None => {
                    Step::End
                }
                Some(Answering::FollowUp) => Step::NoteHeld,
                Some(Answering::Exchange) => Step::Relay,
                Some(Answering::Summary | Answering::Proposal | Answering::Permission) => {
                    Step::AskBack
                }
            },
        },
        Act::Later { .. } => match standing {
            Asked | Faded if invitee => Step::Postpone,
            Asked | Faded | LeftByOther => Step::Return,
            Meeting if answering == Some(Answering::Reminder) => Step::Skip,
            Meeting if answering == Some(Answering::FollowUp) => Step::Nothing,
            Meeting => Step::Pause,
            LeftByWriter => Step::Nothing,
        },
        Act::Unclear | Act::Permission(_) => match standing {
            Asked | Meeting => relay_or(relaying, Step::AskBack),
            Faded if invitee => Step::Relay,
            Faded | LeftByOther => Step::Return,
            LeftByWriter => Step::Nothing,
        },
        Act::Question => match standing {
            Asked | Meeting => relay_or(relaying, Step::PassQuestion),
            Faded if invitee => Step::PassQuestion,
            Faded | LeftByOther => Step::Return,
            // Whoever has left gets no more mail; the question still reaches the other.
            LeftByWriter => Step::Relay,
        },
        Act::Notes(_) => match standing {
            Meeting => Step::TakeNotes,
            Asked => Step::AskBack,
            Faded | LeftByOther => Step::Return,
            LeftByWriter => Step::Nothing,
        },
        // Something is to be put right, and not what: they are asked to write it out.
        Act::Correction { section: None, .. } => match standing {
            Asked | Meeting => Step::AskBack,
            Faded | LeftByOther => Step::Return,
            LeftByWriter => Step::Nothing,
        },
        Act::Correction { words, section } => match standing {
            // What stands in the exchange was written by the partner; it can only be taken out.
            Meeting if answering == Some(Answering::Exchange) && words.is_none() => Step::Remove,
            // "best: …" behind a letter that has nothing to do with notes.
            Meeting
                if *section == Some(Section::Best)
                    && words.is_some()
                    && letter.is_some_and(is_beside_notes) =>
            {
                Step::Jot
            }
            Meeting => Step::Correct,
            Asked => Step::AskBack,
            Faded | LeftByOther => Step::Return,
            LeftByWriter => Step::Nothing,
        },
        Act::Held(_) => match standing {
            Meeting => Step::NoteHeld,
            Asked => Step::AskBack,
            Faded | LeftByOther => Step::Return,
            LeftByWriter => Step::Nothing,
        },
        Act::Skip => match standing {
            Asked if invitee => Step::Postpone,
            Meeting if answering == Some(Answering::FollowUp) => Step::NoteHeld,
            Meeting => Step::Skip,
            Asked | Faded | LeftByOther => Step::Return,
            LeftByWriter => Step::Nothing,
        },
        Act::Reschedule(_) => match standing {
            // "Can we talk about it on Friday?" is for the partner.
            Meeting if answering == Some(Answering::Exchange) => Step::Relay,
            Meeting => Step::Move,
            // A counter-offer without a yes: a careful person would ask.
            Asked if invitee => Step::AskBack,
            Asked | Faded | LeftByOther => Step::Return,
            LeftByWriter => Step::Nothing,
        },
        Act::Pause { .. } => match standing {
            Asked if invitee => Step::Postpone,
            Meeting => Step::Pause,
            Asked | Faded | LeftByOther => Step::Return,
            LeftByWriter => Step::Nothing,
        },
        Act::Resume => match standing {
            Meeting => Step::Resume,
            LeftByWriter => Step::Begin,
            Asked if invitee => Step::AskBack,
            Asked | Faded | LeftByOther => Step::Return,
        },
        Act::End => match standing {
            Asked | Faded if invitee => Step::Decline,
            // Also where it has faded or the other has gone: should that change, this one has left.
            Asked | Meeting | Faded | LeftByOther => Step::End,
            LeftByWriter => Step::Nothing,
        },
        Act::Stop => Step::Stop,
        Act::Command { name, .. } => command(standing, *name, letter, answering),
        Act::CalendarReply { partstat, .. } => match (standing, partstat) {
            (Meeting, PartStat::Declined) => Step::SkipByCalendar,
            // Somebody else cannot come in their place: what is meant is asked.
            (Meeting, PartStat::Delegated) => Step::AskBack,
            // Pressed after a "no" to one lunch: that was a slip.
            (Meeting, PartStat::Accepted) => Step::StandAgain,
            (Meeting, PartStat::Tentative | PartStat::Other) => Step::Nothing,
            (Asked | Faded | LeftByWriter | LeftByOther, _) => Step::Nothing,
        },
        Act::CalendarCounter { .. } => match standing {
            Meeting => Step::MoveByCalendar,
            Asked | Faded | LeftByWriter | LeftByOther => Step::Nothing,
        },
        Act::Bounce { permanent } => match standing {
            Asked | Meeting if *permanent => Step::Undelivered,
            Asked | Meeting | Faded | LeftByWriter | LeftByOther => Step::Nothing,
        },
        // An absent person's machine says nothing for the person, only how long they are away.
        Act::AutoReply {
            away_until: Some(_),
        } if invitee && standing == Asked => Step::NoteAbsence,
        Act::AutoReply { .. } => Step::Nothing,
        Act::Other => match standing {
            Meeting => relay_or(relaying, Step::Nothing),
            Asked => relay_or(relaying && !invitee, Step::Nothing),
            Faded | LeftByWriter | LeftByOther => Step::Nothing,
        },
    }
}

const fn relay_or(relaying: bool, otherwise: Step) -> Step {
    if relaying { Step::Relay } else { otherwise }
}

fn command(
    standing: Standing,
    name: CommandName,
    letter: Option<&str>,
    answering: Option<Answering>,
) -> Step {
    let left = standing == Standing::LeftByWriter;
    let meeting = standing == Standing::Meeting;
    match name {
        CommandName::AnotherGoal
        | CommandName::GoalNumber
        | CommandName::Drop
        | CommandName::KeepBoth
            if left =>
        {
            Step::Nothing
        }
        CommandName::AnotherGoal => Step::AnotherGoal,
        CommandName::GoalNumber => Step::NumberGoal,
        CommandName::Drop => Step::DropGoal,
        CommandName::KeepBoth => Step::KeepBoth,
        CommandName::TakeUp if meeting => Step::TakeUp,
        CommandName::NotYet if meeting => Step::NotYet,
        CommandName::Best if meeting => Step::Jot,
        CommandName::Quote if !left => Step::AskLeave,
        CommandName::NoQuotes => Step::WithdrawLeave,
        CommandName::PassOn if !left => Step::HandOut,
        CommandName::Card if meeting => Step::SendCard,
        CommandName::NoTips if !left => Step::EndTips,
        CommandName::Board if !left => Step::NameBoard,
        CommandName::NoBoard => Step::EndBoard,
        CommandName::Undo if meeting => undone_by(letter, answering),
        CommandName::Goal if left => Step::Nothing,
        CommandName::Goal => Step::SetGoal,
        CommandName::Achieved if left => Step::Nothing,
        CommandName::Achieved => Step::AchieveGoal,
        CommandName::NoSummaries => Step::EndSummaries,
        // What is kept about somebody is theirs to see, also after they have left.
        CommandName::Report => Step::ShowRecord,
        CommandName::Fabric => Step::ShowFabric,
        CommandName::Forget => Step::SayWhoForgets,
        CommandName::ShareNow if standing == Standing::Meeting => Step::ShareNow,
        CommandName::Undo
        | CommandName::ShareNow
        | CommandName::Invite
        | CommandName::Status
        | CommandName::Help
        | CommandName::Best
        | CommandName::Quote
        | CommandName::TakeUp
        | CommandName::NotYet
        | CommandName::Board
        | CommandName::NoTips
        | CommandName::Card
        | CommandName::PassOn => {
            if left {
                Step::Nothing
            } else {
                Step::Return
            }
        }
    }
}

/// How a "no" or "skip" to the follow-up is taken: they didn't meet only if that was said.
pub const fn held_of(act: &Act) -> Held {
    match act {
        Act::Held(held) => *held,
        Act::Skip => Held::NotMet,
        _ => Held::NothingThisTime,
    }
}
