//! What a partner said is for two pairs of eyes, also where it became a goal.

use super::stage::{ALICE, BOB, CARA};
use super::{count, letter, one_line, taken_up, until};

#[tokio::test]
async fn a_goal_in_a_partner_s_words_is_seen_by_nobody_else_until_it_is_put_in_own_words() {
    let his = "1. The call.\n2. None.\n3. You drown the quiet ones, like a pelican.";
    let (mut stage, _) = taken_up(his).await;
    let receipt = letter(&stage, ALICE, "word for word as Bob put it");
    assert!(one_line(&receipt).contains("said to you alone"));

    // Bob watches for it; Cara, who lunches with Alice too, hears nothing of it.
    until(&stage, "2027-01-20T12:00:00Z").await;
    assert!(count(&stage, BOB, "pelican") > 0);
    letter(&stage, CARA, "speaks first");
    stage.answers(ALICE, &receipt, "achieved").await;
    until(&stage, "2027-02-05T12:00:00Z").await;
    assert_eq!(count(&stage, CARA, "pelican"), 0);
    stage
        .answers(ALICE, &receipt, "goal: Leaving room for others")
        .await;
    until(&stage, "2027-02-20T12:00:00Z").await;
    assert!(count(&stage, CARA, "Leaving room for others") > 0);
    assert_eq!(count(&stage, CARA, "pelican"), 0);
    stage.strike().await;
}
