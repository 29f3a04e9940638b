//! The script: the story of Ana, Ben and Cara over half a year, told as a transcript.
//!
//! Everything is played on the stage, by the real daemon and in real mail; the narrator only says
//! what happens away from the mailboxes. A letter that the story needs and that does not come is an
//! error. The transcript is the same each time.

use crate::demo::client::Habit;
use crate::demo::play::{Answer, Moment, Play};
use crate::demo::stage::{ANA, BEN, CARA, StageError};
use crate::demo::transcript::{Excerpt, Scene, Transcript};
use crate::lunch::act::Answering;

/// When it begins: month, day, hour, minute, local time.
const BEGINNING: Moment = (1, 4, 9, 0);

/// When the narrator looks back.
const CLOSE: Moment = (7, 5, 9, 0);

const INVITED: &str = "One on one peer review feedback lunch";

/// Plays the story to its end, telling each scene as it happens.
///
/// # Errors
/// If the stage cannot be set, or a letter of the story does not come.
pub async fn play(tell: &mut (dyn FnMut(&Scene) + Send)) -> Result<Transcript, StageError> {
    let mut play = Play::begin(BEGINNING, tell).await?;
    play.invitation().await?;
    play.yes_and_no().await?;
    play.first_lunch().await?;
    play.notes().await?;
    play.exchange().await?;
    play.skipped().await?;
    play.moved().await?;
    play.paused().await?;
    play.end().await?;
    let letters = play.letters_so_far();
    play.until(CLOSE).await?;
    play.letters(&[])?;
    play.close(CLOSE, letters).await
}

impl Play<'_> {
    async fn invitation(&mut self) -> Result<(), StageError> {
        let note = "I'd rather hear from you how I'm doing than from a form.";
        self.narrate(
            BEGINNING,
            "Ana, Ben and Cara work together. All that follows is mail as it was delivered; […] \
             marks what is left out here, and the small print under each letter.",
        );
        self.invite(BEGINNING, ANA, &[BEN, CARA], note).await?;
        self.letters(&[
            (BEN, INVITED, Excerpt::First(33)),
            (CARA, INVITED, Excerpt::Head),
        ])
    }

    async fn yes_and_no(&mut self) -> Result<(), StageError> {
        self.until((1, 4, 10, 12)).await?;
        self.answer(Answer {
            by: BEN,
            to: INVITED,
            answering: Answering::Invitation,
            words: "No problem, count me in!",
            habit: Habit::Webmail,
            lunch: None,
        })
        .await?;
        self.letters(&[
            (BEN, INVITED, Excerpt::First(12)),
            (ANA, INVITED, Excerpt::First(6)),
            (BEN, "Lunch with Ana", Excerpt::First(4)),
            (ANA, "Lunch with Ben", Excerpt::Head),
        ])?;
        self.until((1, 4, 11, 5)).await?;
        self.answer(Answer {
            by: CARA,
            to: INVITED,
            answering: Answering::Invitation,
            words: "No thanks",
            habit: Habit::Phone,
            lunch: None,
        })
        .await?;
        self.letters(&[
            (CARA, INVITED, Excerpt::First(6)),
            (ANA, INVITED, Excerpt::First(6)),
        ])
    }

    async fn first_lunch(&mut self) -> Result<(), StageError> {
        self.until((1, 4, 13, 40)).await?;
        self.answer(Answer {
            by: BEN,
            to: INVITED,
            answering: Answering::Receipt,
            words: "handing things over sooner",
            habit: Habit::Phone,
            lunch: None,
        })
        .await?;
        self.letters(&[(BEN, "Re: One on one", Excerpt::First(5))])?;
        self.until((1, 6, 9, 20)).await?;
        self.letters(&[
            (ANA, "Lunch with Ben: ", Excerpt::First(20)),
            (BEN, "Lunch with Ana: ", Excerpt::Head),
        ])?;
        self.answer(Answer {
            by: ANA,
            to: "Lunch with Ben: ",
            answering: Answering::Reminder,
            words: "goal: influencing the client",
            habit: Habit::Bare,
            lunch: Some((1, 7, 12, 30)),
        })
        .await?;
        self.letters(&[(ANA, "Re: Lunch with Ben", Excerpt::Head)])?;
        self.until((1, 7, 12, 30)).await?;
        self.narrate(
            (1, 7, 12, 30),
            "Ana and Ben have lunch in the nearby cafe. Nobody listens in. What they say stays at the table, until they feel like writing some of it down.",
        );
        self.until((1, 7, 15, 20)).await?;
        self.letters(&[
            (BEN, "your notes", Excerpt::First(8)),
            (ANA, "your notes", Excerpt::Head),
        ])
    }

    async fn notes(&mut self) -> Result<(), StageError> {
        let lunch = Some((1, 7, 12, 30));
        self.answer(Answer {
            by: BEN,
            to: "7 January: your notes",
            answering: Answering::FollowUp,
            words: "1 tuesdays outage you read the error out loud and all calmed down\n\
                    2) cut dan short in the retro he had the answer\n\
                    3 helps: asking the client what worries them first",
            habit: Habit::Phone,
            lunch,
        })
        .await?;
        self.letters(&[(BEN, "your notes", Excerpt::First(40))])?;
        self.until((1, 8, 9, 30)).await?;
        self.answer(Answer {
            by: ANA,
            to: "7 January: your notes",
            answering: Answering::FollowUp,
            words: "You let Erin run the demo and sat on your hands.\n\n\
                    The release: you fixed it alone until midnight and told nobody.\n\n\
                    Helps: you wrote the checklist on Monday, not on Friday.",
            habit: Habit::Inline,
            lunch,
        })
        .await?;
        self.letters(&[
            (ANA, "your notes", Excerpt::Head),
            (BEN, "what Ana told you", Excerpt::First(30)),
            (ANA, "what Ben told you", Excerpt::First(3)),
        ])
    }

    async fn exchange(&mut self) -> Result<(), StageError> {
        let lunch = Some((1, 7, 12, 30));
        self.until((1, 8, 9, 50)).await?;
        self.answer(Answer {
            by: BEN,
            to: "Re: Lunch with Ana, 7 January: your notes",
            answering: Answering::Receipt,
            words: "2. it was mondays planning not the retro. dan had the answer",
            habit: Habit::Phone,
            lunch,
        })
        .await?;
        self.letters(&[
            (BEN, "your notes", Excerpt::From("2. Worst", 4)),
            (ANA, "what Ben told you", Excerpt::First(12)),
        ])?;
        self.until((1, 8, 10, 15)).await?;
        self.answer(Answer {
            by: ANA,
            to: "what Ben told you",
            answering: Answering::Exchange,
            words: "Thank you, Ben. I have told Dan so.",
            habit: Habit::Webmail,
            lunch,
        })
        .await?;
        self.letters(&[(BEN, "an answer to your notes", Excerpt::First(8))])
    }

    async fn skipped(&mut self) -> Result<(), StageError> {
        self.until((1, 20, 9, 10)).await?;
        self.letters(&[
            (BEN, "Lunch with Ana: ", Excerpt::First(20)),
            (ANA, "Lunch with Ben: ", Excerpt::Head),
        ])?;
        self.answer(Answer {
            by: BEN,
            to: "Lunch with Ana: ",
            answering: Answering::Reminder,
            words: "skip, dentist",
            habit: Habit::Phone,
            lunch: Some((1, 21, 12, 30)),
        })
        .await?;
        self.letters(&[
            (BEN, "Re: Lunch with Ana", Excerpt::First(4)),
            (ANA, "is off", Excerpt::First(6)),
        ])?;
        self.until((2, 1, 8, 10)).await?;
        self.narrate(
            (2, 1, 8, 0),
            "The month turns. Each gets a summary of their own.",
        );
        self.letters(&[
            (ANA, "Your lunches in January", Excerpt::First(40)),
            (BEN, "Your lunches in January", Excerpt::First(40)),
        ])
    }

    async fn moved(&mut self) -> Result<(), StageError> {
        self.until((2, 3, 9, 30)).await?;
        self.letters(&[
            (ANA, "Lunch with Ben: ", Excerpt::Head),
            (BEN, "Lunch with Ana: ", Excerpt::Head),
        ])?;
        self.answer(Answer {
            by: ANA,
            to: "Lunch with Ben: ",
            answering: Answering::Reminder,
            words: "Could we move to Friday 12:15? The client comes on Thursday.",
            habit: Habit::Webmail,
            lunch: Some((2, 4, 12, 30)),
        })
        .await?;
        self.letters(&[
            (ANA, "Re: Lunch with Ben", Excerpt::First(6)),
            (BEN, "now Friday", Excerpt::First(8)),
        ])?;
        self.until((2, 5, 12, 15)).await?;
        self.narrate((2, 5, 12, 15), "They have lunch on Friday.");
        Ok(())
    }

    async fn paused(&mut self) -> Result<(), StageError> {
        let lunch = Some((2, 5, 12, 15));
        self.until((2, 5, 14, 40)).await?;
        self.letters(&[
            (ANA, "your notes", Excerpt::Head),
            (BEN, "your notes", Excerpt::Head),
        ])?;
        self.answer(Answer {
            by: ANA,
            to: "5 February: your notes",
            answering: Answering::FollowUp,
            words: "Best: you handed the migration to Erin with a page of notes and left it alone.\n\
                    Worst: none that I saw.\n\
                    Focus: it helps that you say when you want to hear of it again.",
            habit: Habit::Webmail,
            lunch,
        })
        .await?;
        self.letters(&[(ANA, "your notes", Excerpt::From("1. Best", 12))])?;
        self.until((2, 5, 16, 5)).await?;
        self.answer(Answer {
            by: BEN,
            to: "5 February: your notes",
            answering: Answering::FollowUp,
            words: "said, not written",
            habit: Habit::Phone,
            lunch,
        })
        .await?;
        self.letters(&[
            (BEN, "your notes", Excerpt::First(4)),
            (BEN, "what Ana told you", Excerpt::From("1. Your best", 9)),
        ])?;
        self.until((2, 8, 8, 30)).await?;
        self.answer(Answer {
            by: BEN,
            to: "what Ana told you",
            answering: Answering::Exchange,
            words: "pause until 1 march please, we release",
            habit: Habit::Phone,
            lunch,
        })
        .await?;
        self.letters(&[
            (BEN, "Re: Lunch with Ana", Excerpt::First(4)),
            (ANA, "a pause until", Excerpt::First(4)),
        ])
    }

    async fn end(&mut self) -> Result<(), StageError> {
        self.until((3, 1, 9, 0)).await?;
        self.narrate((3, 1, 8, 0), "Another month turns.");
        self.letters(&[
            (ANA, "Your lunches in February", Excerpt::First(12)),
            (BEN, "Your lunches in February", Excerpt::Head),
        ])?;
        self.until((3, 2, 17, 45)).await?;
        self.answer(Answer {
            by: BEN,
            to: "Your lunches in February",
            answering: Answering::Summary,
            words: "end",
            habit: Habit::Phone,
            lunch: None,
        })
        .await?;
        self.letters(&[
            (BEN, "Re: Your lunches", Excerpt::First(6)),
            (ANA, "have ended", Excerpt::First(8)),
            (BEN, "Cancelled", Excerpt::First(4)),
            (ANA, "Cancelled", Excerpt::Head),
        ])
    }
}
