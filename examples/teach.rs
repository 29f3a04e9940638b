//! Teaches reading: makes `src/reading/learned/weights.bin` from the answers under `tests/corpus/`.
//!
//! `cargo run --release --example teach` writes the file; the same answers and the same rules give
//! the same octets. `… -- check` leaves each file of answers out in turn and scores it by what the
//! others teach, which is what to expect on answers by somebody else; `… -- check FOLDER` scores
//! the rows of another folder. To be run again whenever rules, languages or answers were changed.

#[path = "../tests/support/rows.rs"]
mod rows;

use postlunch::reading::learned::features::{Feature, Group};
use postlunch::reading::learned::{KINDS, RARITY_STEPS, SITUATIONS, Weights, to_octets};
use postlunch::reading::message::Message;
use postlunch::reading::{Context, judge, visible};
use rows::Row;
use std::collections::BTreeMap;
use std::path::Path;

/// Rounds over all answers.
const ROUNDS: u32 = 60;
/// How far one answer moves a weight at first.
const PACE: f32 = 1.0;
/// How much each step pulls towards zero.
const PULL: f32 = 1e-5;
/// Answers that a feature has to occur in.
const ANSWERS_MIN: usize = 2;

/// An answer as it is weighed.
struct Lesson {
    situation: usize,
    features: Vec<Feature>,
    kind: usize,
}

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut answers = rows::rows(&corpus.join("colleagues"));
    answers.extend(rows::rows(&corpus.join("answers")));
    answers.extend(rows::rows(&corpus.join("taught")));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [] => {
            let octets = teach(&answers.iter().collect::<Vec<_>>());
            let file =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("src/reading/learned/weights.bin");
            std::fs::write(&file, &octets).expect("the file can be written");
            println!("{} answers, {} octets", answers.len(), octets.len());
        }
        ["check"] => leave_each_out(&answers, &rows::rows(&corpus.join("taught"))),
        ["check", folder] => {
            let weights = weights_of(&answers.iter().collect::<Vec<_>>());
            let others = rows::rows(Path::new(folder));
            score("others", &weights, &others.iter().collect::<Vec<_>>(), true);
        }
        _ => println!("usage: teach [check [FOLDER]]"),
    }
}

fn message_of(row: &Row) -> Message {
    let mail = format!(
        "From: Ben Smith <ben@example.com>\nSubject: Re: lunch\nContent-Type: text/plain; charset=utf-8\n\n{}\n",
        row.words
    );
    Message::parse(mail.as_bytes())
}

fn context_of(row: &Row) -> Context<'static> {
    let now = "2027-01-11T08:00:00Z".parse().expect("a moment");
    let mut context = Context::new(now, chrono_tz::Europe::Berlin);
    context.answering = row.answering;
    context.goal_asked = row.goal_asked;
    context.lunch = "2027-01-14T12:30:00".parse().ok();
    context
}

fn lesson(row: &Row) -> Option<Lesson> {
    let message = message_of(row);
    let context = context_of(row);
    let own = visible::own_words(&message, &context);
    let (situation, features) = judge::features(&message, &own, &context)?;
    let kind = KINDS.iter().position(|kind| *kind == row.kinds[0])?;
    Some(Lesson {
        situation,
        features,
        kind,
    })
}

/// A lesson with its features by number, and what each counts.
struct Vector {
    features: Vec<(usize, f32)>,
    situation: usize,
    kind: usize,
}

fn weights_of(answers: &[&Row]) -> Weights {
    Weights::from_octets(&teach(answers)).expect("what was just written")
}

fn teach(answers: &[&Row]) -> Vec<u8> {
    let lessons: Vec<Lesson> = answers.iter().filter_map(|row| lesson(row)).collect();
    let mut seen: BTreeMap<Feature, usize> = BTreeMap::new();
    for feature in lessons.iter().flat_map(|lesson| &lesson.features) {
        *seen.entry(*feature).or_default() += 1;
    }
    seen.retain(|feature, count| {
        *count >= ANSWERS_MIN + usize::from(feature.group == Group::Pieces)
    });
    let all = lessons.len() as f32;
    let rarity = |count: usize| {
        let exact = ((1.0 + all) / (1.0 + count as f32)).ln() + 1.0;
        (exact * RARITY_STEPS).round().min(255.0) as u8
    };
    let numbered: BTreeMap<Feature, (usize, u8)> = seen
        .iter()
        .enumerate()
        .map(|(number, (feature, count))| (*feature, (number, rarity(*count))))
        .collect();
    let vectors: Vec<Vector> = lessons
        .iter()
        .map(|lesson| vector(lesson, &numbered))
        .collect();
    let mut possible = vec![0_u32; SITUATIONS.len()];
    for lesson in &lessons {
        possible[lesson.situation] |= 1 << lesson.kind;
        possible[lesson.situation] |= 1 << 3; // asking back is always possible
    }
    let (weights, priors) = descend(&vectors, numbered.len(), &possible);
    // The few largest weights are cut, so that the many small ones are told finely.
    let mut sizes: Vec<f32> = weights
        .iter()
        .flatten()
        .map(|weight| weight.abs())
        .collect();
    sizes.sort_unstable_by(f32::total_cmp);
    let largest = sizes[sizes.len() * 9995 / 10_000].max(1e-6);
    let step = largest / 127.0;
    let rows: Vec<_> = numbered
        .iter()
        .map(|(feature, (number, rarity))| {
            let steps = weights[*number].map(|w| (w / step).round().clamp(-127.0, 127.0) as i8);
            (feature.key, *rarity, steps)
        })
        .filter(|(_, _, steps)| steps.iter().any(|step| step.unsigned_abs() > 1))
        .collect();
    let situations: Vec<_> = possible.into_iter().zip(priors).collect();
    to_octets(step, &situations, &rows)
}

fn vector(lesson: &Lesson, numbered: &BTreeMap<Feature, (usize, u8)>) -> Vector {
    let mut features = Vec::with_capacity(lesson.features.len());
    for group in Group::ALL {
        let known: Vec<(usize, f32)> = lesson
            .features
            .iter()
            .filter(|feature| feature.group == group)
            .filter_map(|feature| numbered.get(feature))
            .map(|(number, rarity)| (*number, f32::from(*rarity) / RARITY_STEPS))
            .collect();
        let length = known
            .iter()
            .map(|(_, value)| value * value)
            .sum::<f32>()
            .sqrt();
        features.extend(
            known
                .iter()
                .map(|(number, value)| (*number, value / length)),
        );
    }
    Vector {
        features,
        situation: lesson.situation,
        kind: lesson.kind,
    }
}

type Kinds = [f32; KINDS.len()];

/// Stochastic gradient descent with a pace of its own for each weight (AdaGrad), in an order that
/// is mixed anew for each round and the same in each run.
fn descend(vectors: &[Vector], count: usize, possible: &[u32]) -> (Vec<Kinds>, Vec<Kinds>) {
    let zero = [0.0; KINDS.len()];
    let (mut weights, mut squares) = (vec![zero; count], vec![[1e-2; KINDS.len()]; count]);
    let (mut priors, mut prior_squares) = (
        vec![zero; possible.len()],
        vec![[1.0; KINDS.len()]; possible.len()],
    );
    let mut order: Vec<usize> = (0..vectors.len()).collect();
    let mut state = 42_u64;
    for _ in 0..ROUNDS {
        for at in (1..order.len()).rev() {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            order.swap(at, (state >> 33) as usize % (at + 1));
        }
        for vector in order.iter().map(|at| &vectors[*at]) {
            let mut sums = priors[vector.situation];
            for (number, value) in &vector.features {
                for (to, weight) in sums.iter_mut().zip(weights[*number]) {
                    *to += value * weight;
                }
            }
            let likely = postlunch::reading::learned::Likelihoods::from_sums(
                &sums,
                possible[vector.situation],
            );
            let mut slope = zero;
            for (at, (to, (_, share))) in slope.iter_mut().zip(likely.each()).enumerate() {
                *to = share - f32::from(u8::from(at == vector.kind));
            }
            for (number, value) in &vector.features {
                let (row, past) = (&mut weights[*number], &mut squares[*number]);
                for ((weight, past), slope) in row.iter_mut().zip(past).zip(slope) {
                    let step = slope * value + PULL * *weight;
                    *past += step * step;
                    *weight -= PACE * step / past.sqrt();
                }
            }
            let (row, past) = (
                &mut priors[vector.situation],
                &mut prior_squares[vector.situation],
            );
            for ((weight, past), slope) in row.iter_mut().zip(past).zip(slope) {
                *past += slope * slope;
                *weight -= 0.1 * slope / past.sqrt();
            }
        }
    }
    (weights, priors)
}

#[derive(Default, Clone, Copy)]
struct Score {
    read: usize,
    right: usize,
    false_yes: usize,
    missed_no: usize,
    asked: usize,
    guessed: usize,
}

fn score(name: &str, weights: &Weights, answers: &[&Row], show: bool) -> Score {
    let mut score = Score::default();
    for row in answers {
        let message = message_of(row);
        let context = context_of(row);
        let own = visible::own_words(&message, &context);
        let judged = judge::judge_by(weights, &message, &own, &context);
        let kind = judged.weightiest();
        let leaves = |kind: &str| matches!(kind, "decline" | "stop" | "end");
        let right = row.kinds.iter().any(|known| known == kind);
        score.read += 1;
        score.right += usize::from(right);
        if right {
            continue;
        }
        score.false_yes += usize::from(kind == "accept");
        score.missed_no += usize::from(leaves(&row.kinds[0]) && kind != "unclear" && !leaves(kind));
        score.asked += usize::from(kind == "unclear");
        score.guessed += usize::from(row.kinds[0] == "unclear" && kind != "other");
        if show {
            println!(
                "{} {:?} -> {kind} ({}) | {:?}",
                row.category, row.kinds, judged.reason, row.words
            );
        }
    }
    let percent = |part: usize| 100.0 * part as f32 / score.read.max(1) as f32;
    println!(
        "{name}: {} read, right {:.1} %, false yes {:.1} %, missed no {:.1} %, asked back {:.1} %, guessed {:.1} %",
        score.read,
        percent(score.right),
        percent(score.false_yes),
        percent(score.missed_no),
        percent(score.asked),
        percent(score.guessed)
    );
    score
}

fn leave_each_out(answers: &[Row], taught: &[Row]) {
    let mut files: Vec<&str> = taught.iter().map(|row| row.category.as_str()).collect();
    files.dedup();
    let mut all = Score::default();
    for file in &files {
        let (left_out, rest): (Vec<&Row>, Vec<&Row>) =
            answers.iter().partition(|row| row.category == *file);
        let one = score(file, &weights_of(&rest), &left_out, false);
        all.read += one.read;
        all.right += one.right;
        all.false_yes += one.false_yes;
        all.asked += one.asked;
        all.missed_no += one.missed_no;
    }
    println!(
        "all: {} read, {} right, {} false yes, {} missed no, {} asked back",
        all.read, all.right, all.false_yes, all.missed_no, all.asked
    );
}
