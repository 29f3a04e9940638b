//! The table: what an act means, by where the pairing stands and who says it.
//!
//! Every act is spelled out against every stage, without a wildcard over either, so that a new one
//! of each has to be thought about here before anything compiles.

use crate::lunch::act::{Act, Answering, CommandName, Held, PartStat};
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
    /// The partner sees the notes now.
    ShareNow,
    /// An own goal.
    SetGoal,
    /// An own goal is reached.
    AchieveGoal,
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
fn is_relaying(letter: Option<&str>, answering: Option<Answering>) -> bool {
    answering == Some(Answering::Exchange)
        || matches!(
            letter,
            Some("notice-question" | "notice-unclear" | "notice-relayed" | "notice-accepted")
        )
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
        Act::Accept(terms) => match standing {
            Asked | Faded | LeftByWriter if invitee => Step::Begin,
            Asked | Faded => relay_or(relaying, Step::Return),
            LeftByWriter => Step::Begin,
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
        Act::Correction { .. } => match standing {
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
        Act::Command { name, .. } => command(standing, *name),
        Act::CalendarReply { partstat, .. } => match (standing, partstat) {
            (Meeting, PartStat::Declined) => Step::SkipByCalendar,
            (Meeting, PartStat::Accepted | PartStat::Tentative | PartStat::Other) => Step::Nothing,
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
        // An absent person's machine says nothing for the person.
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

fn command(standing: Standing, name: CommandName) -> Step {
    let left = standing == Standing::LeftByWriter;
    match name {
        CommandName::Goal if left => Step::Nothing,
        CommandName::Goal => Step::SetGoal,
        CommandName::Achieved if left => Step::Nothing,
        CommandName::Achieved => Step::AchieveGoal,
        CommandName::NoSummaries => Step::EndSummaries,
        // What is kept about somebody is theirs to see, also after they have left.
        CommandName::Report => Step::ShowRecord,
        CommandName::Fabric => Step::ShowFabric,
        CommandName::Undo if standing == Standing::Meeting => Step::Undo,
        CommandName::ShareNow if standing == Standing::Meeting => Step::ShareNow,
        CommandName::Undo
        | CommandName::ShareNow
        | CommandName::Invite
        | CommandName::Status
        | CommandName::Forget
        | CommandName::Help
        | CommandName::Best
        | CommandName::Quote
        | CommandName::AnotherGoal
        | CommandName::GoalNumber
        | CommandName::Drop
        | CommandName::KeepBoth
        | CommandName::TakeUp
        | CommandName::NotYet
        | CommandName::NoQuotes
        | CommandName::Board
        | CommandName::NoBoard
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
