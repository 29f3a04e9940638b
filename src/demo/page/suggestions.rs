//! Suggested answers to each kind of letter, as people write them.

use crate::demo::client::Habit;
use crate::lunch::act::Answering;

/// An answer to click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is, on its button.
    pub label: &'static str,
    /// The words.
    pub words: &'static str,
    /// How it is written.
    pub habit: Habit,
}

const fn suggestion(label: &'static str, habit: Habit, words: &'static str) -> Suggestion {
    Suggestion {
        label,
        words,
        habit,
    }
}

const AWAY: Suggestion = suggestion(
    "An out-of-office",
    Habit::Away,
    "Thank you for your message. I am out of the office until 18 January and will read it then.",
);

const INVITATION: &[Suggestion] = &[
    suggestion("A yes", Habit::Webmail, "No problem, count me in!"),
    suggestion(
        "An awkward yes",
        Habit::Phone,
        "hm ok why not, but not on thursdays pls, tuesdays are better for me",
    ),
    suggestion(
        "Not now",
        Habit::Webmail,
        "Sounds good, but we release in February. Ask me again in March?",
    ),
    suggestion(
        "A no",
        Habit::Phone,
        "Thanks for asking, but no thanks, that's not for me.",
    ),
    AWAY,
];

const REMINDER: &[Suggestion] = &[
    suggestion(
        "Move it",
        Habit::Webmail,
        "Could we move to Friday 12:15? The client comes on Thursday.",
    ),
    suggestion("Skip it", Habit::Phone, "skip"),
    suggestion("A goal", Habit::Bare, "goal: influencing the client"),
    suggestion(
        "A pause",
        Habit::Phone,
        "pause until 1 march please, we release",
    ),
    AWAY,
];

const BEN: &[Suggestion] = &[
    suggestion(
        "Notes by number",
        Habit::Phone,
        "1 tuesdays outage you read the error out loud and all calmed down\n\
         2) cut dan short in the retro he had the answer\n\
         3 helps: asking the client what worries them first",
    ),
    suggestion(
        "Notes between the lines",
        Habit::Inline,
        "The outage on Tuesday: you read the error out loud, and everybody stopped guessing.\n\n\
         You cut Dan short in the retro. He had the answer.\n\n\
         Helps: you asked the client what worries them before the first slide.",
    ),
    suggestion(
        "Notes with headings",
        Habit::Webmail,
        "Best: the outage on Tuesday. You read the error out loud, and everybody stopped guessing.\n\
         Worst: you cut Dan short in the retro. He had the answer.\n\
         Focus: it helps that you ask the client what worries them first.",
    ),
];

const ANA: &[Suggestion] = &[
    suggestion(
        "Notes by number",
        Habit::Phone,
        "1 you let Erin run the demo and sat on your hands\n\
         2 the release, you fixed it alone until midnight and told nobody\n\
         3 helps: the checklist on Monday, not on Friday",
    ),
    suggestion(
        "Notes between the lines",
        Habit::Inline,
        "You let Erin run the demo and sat on your hands.\n\n\
         The release: you fixed it alone until midnight and told nobody.\n\n\
         Helps: you wrote the checklist on Monday, not on Friday.",
    ),
    suggestion(
        "Notes with headings",
        Habit::Webmail,
        "Best: you let Erin run the demo and sat on your hands.\n\
         Worst: the release. You fixed it alone until midnight and told nobody.\n\
         Focus: it helps that you wrote the checklist on Monday, not on Friday.",
    ),
];

const AFTER_LUNCH: &[Suggestion] = &[
    suggestion("Said, not written", Habit::Phone, "said, not written"),
    suggestion("We didn't meet", Habit::Phone, "we didn't meet"),
    AWAY,
];

const RECEIPT: &[Suggestion] = &[
    suggestion("A goal", Habit::Phone, "goal: handing things over sooner"),
    suggestion("Thanks", Habit::Webmail, "Great, thank you!"),
    suggestion("End it", Habit::Phone, "end"),
];

const NOTES_RECEIPT: &[Suggestion] = &[
    suggestion(
        "A correction",
        Habit::Phone,
        "2. it was mondays planning not the retro. dan had the answer",
    ),
    suggestion("Take it back", Habit::Phone, "undo"),
    suggestion("Don't wait", Habit::Phone, "share now"),
];

const EXCHANGE: &[Suggestion] = &[
    suggestion("Thanks", Habit::Webmail, "Thank you. I have told Dan so."),
    suggestion("Take it as a goal", Habit::Phone, "take it up"),
    suggestion("Take a point out", Habit::Phone, "remove 2"),
    suggestion(
        "A pause",
        Habit::Phone,
        "pause until 1 march please, we release",
    ),
    suggestion("End it", Habit::Phone, "end"),
];

const SUMMARY: &[Suggestion] = &[
    suggestion("Ask to quote one", Habit::Phone, "quote 1"),
    suggestion("All that is kept", Habit::Phone, "report"),
    suggestion("My threads", Habit::Phone, "fabric"),
    suggestion(
        "A moment put by",
        Habit::Phone,
        "best: you said what you didn't know, and asked",
    ),
    suggestion("A page for the table", Habit::Phone, "card"),
    // In the demo Dan's mailbox stands for a board's.
    suggestion("A board", Habit::Phone, "board: dan+board@example.com"),
    suggestion(
        "A goal reached",
        Habit::Phone,
        "achieved: influencing the client",
    ),
    suggestion("No summaries", Habit::Phone, "no summaries"),
    suggestion("End it", Habit::Phone, "end"),
];

const LEAVE: &[Suggestion] = &[
    suggestion("Yes, by name", Habit::Phone, "Yes, by name"),
    suggestion("Yes, unnamed", Habit::Phone, "Yes, without my name"),
    suggestion("A no", Habit::Phone, "No"),
];

const TO_HAND_ON: &[Suggestion] = &[suggestion(
    "Invite one more",
    Habit::Phone,
    "invite dan@example.com",
)];

/// A reply to try out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What it is, on its button.
    pub label: &'static str,
    /// To which letter: a name as in `Answering::from_name`.
    pub answering: &'static str,
    /// The whole text, as it would be pasted.
    pub text: &'static str,
}

/// Replies to try out, each with something in it that is nobody's answer.
pub const TRIALS: [Trial; 4] = [
    Trial {
        label: "A yes above a quote",
        answering: "invitation",
        text: "Sure, why not!\n\n-- \nBen Smith\nPlatform team, no meetings on Fridays\n\n\
               On Mon, 4 Jan 2027 at 09:00, Ana via Lunch <lunch@example.com> wrote:\n\
               > Shall we have lunch every other week, and spend some of it\n\
               > telling each other honestly how we are doing?\n\
               >\n\
               > No thanks is a fine answer.\n",
    },
    Trial {
        label: "A no without the word",
        answering: "invitation",
        text: "That's kind of you to ask, but I'd rather keep lunch to myself.\n\n\
               Sent from my phone\n\n\
               > Just reply, in your own words. For example\n> Yes\n> Yes, but Tuesdays\n",
    },
    Trial {
        label: "Notes between the lines",
        answering: "followup",
        text: "On Thu, 7 Jan 2027 at 13:15, Lunch <lunch@example.com> wrote:\n\
               > 1. Ana's best moment so far\n\
               You let Erin run the demo and sat on your hands.\n\
               > 2. Ana's worst moment so far\n\
               The retro. You cut Dan short, and he had the answer.\n\
               > 3. Ana's focused improvement point: what helps or hinders?\n\
               Helps: you asked the client what worries them first.\n",
    },
    Trial {
        label: "An out-of-office",
        answering: "invitation",
        text: "From: Ben <ben@example.com>\nTo: lunch@example.com\n\
               Subject: Automatic reply: One on one peer review feedback lunch: Ben & Ana\n\
               Auto-Submitted: auto-replied\n\n\
               Yes, I am away until 18 January, and will read your mail then.\n",
    },
];

/// What somebody might answer to a letter of that kind.
pub fn suggestions(by: &str, answering: Answering, letter: &str) -> Vec<Suggestion> {
    let all: [&[Suggestion]; 2] = match answering {
        Answering::Invitation => [INVITATION, &[]],
        Answering::Reminder => [REMINDER, &[]],
        Answering::FollowUp if by == "Ana" => [ANA, AFTER_LUNCH],
        Answering::FollowUp => [BEN, AFTER_LUNCH],
        Answering::Receipt if letter == "receipt-notes" => [NOTES_RECEIPT, &[]],
        Answering::Receipt if letter == "pass-it-on" => [TO_HAND_ON, &[]],
        Answering::Receipt => [RECEIPT, &[]],
        Answering::Exchange => [EXCHANGE, &[]],
        Answering::Summary => [SUMMARY, &[]],
        Answering::Permission if letter == "permission" => [LEAVE, &[]],
        Answering::Question | Answering::Proposal | Answering::Permission => [
            &[
                suggestion("A yes", Habit::Phone, "Yes"),
                suggestion("A no", Habit::Phone, "No thanks"),
            ],
            &[],
        ],
    };
    all.concat()
}
