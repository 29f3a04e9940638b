//! The fabric: a thread between two people for each lunch they have had, as a picture and in words.

use crate::daemon::glance::Couple;
use crate::demo::stage::{PLAYERS, Player};
use crate::lunch::pairing::LunchState;
use serde::Serialize;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 250.0;

/// Between two threads of the same two people, where they are furthest apart.
const APART: f64 = 14.0;

/// Most threads drawn between two; more would be a blot.
const THREADS_MAX: usize = 9;

/// A person in the picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Knot {
    /// Name.
    pub name: &'static str,
    /// First letter.
    pub initial: char,
    /// Where.
    pub x: f64,
    /// Where.
    pub y: f64,
    /// Where the name stands.
    pub label_y: f64,
}

/// A lunch in the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Thread {
    /// The path of SVG.
    pub path: String,
    /// Whether they have said that it took place; else it only may have.
    pub held: bool,
}

/// The picture, and the same in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Fabric {
    /// Width of the picture.
    pub width: f64,
    /// Height of the picture.
    pub height: f64,
    /// Everybody.
    pub knots: Vec<Knot>,
    /// Every lunch.
    pub threads: Vec<Thread>,
    /// Two people, and their lunches.
    pub words: Vec<String>,
}

fn place(player: Player) -> (f64, f64) {
    let places = [(120.0, 62.0), (300.0, 62.0), (120.0, 178.0), (300.0, 178.0)];
    let at = PLAYERS.iter().position(|known| *known == player);
    let found = at.and_then(|at| places.get(at));
    found.copied().unwrap_or((WIDTH / 2.0, HEIGHT / 2.0))
}

/// Weaves the lunches up to now.
pub fn fabric(couples: &[Couple], now: chrono::NaiveDateTime) -> Fabric {
    let mut fabric = Fabric {
        width: WIDTH,
        height: HEIGHT,
        ..Fabric::default()
    };
    for player in PLAYERS {
        let (x, y) = place(player);
        let above = y < HEIGHT / 2.0;
        fabric.knots.push(Knot {
            name: player.name,
            initial: player.name.chars().next().unwrap_or('?'),
            x,
            y,
            label_y: if above { y - 32.0 } else { y + 44.0 },
        });
    }
    for couple in couples {
        let found = |address: &str| PLAYERS.into_iter().find(|p| p.address == address);
        let (Some(one), Some(other)) = (found(&couple.inviter), found(&couple.invitee)) else {
            continue;
        };
        let past = couple.lunches.iter().filter(|(start, state)| {
            *start < now && matches!(state, LunchState::Held | LunchState::Planned)
        });
        let past: Vec<_> = past.collect();
        let drawn = past.len().min(THREADS_MAX);
        for (at, (_, state)) in past.iter().rev().take(drawn).rev().enumerate() {
            fabric.threads.push(Thread {
                path: path(place(one), place(other), at, drawn),
                held: *state == LunchState::Held,
            });
        }
        fabric.words.extend(words(one, other, &past));
    }
    fabric
}

/// A bow from one to the other, each further out than the one before.
fn path((x1, y1): (f64, f64), (x2, y2): (f64, f64), at: usize, of: usize) -> String {
    let half = of.saturating_sub(1) as f64 / 2.0;
    let bow = (at as f64 - half) * APART * 2.0;
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = dx.hypot(dy).max(1.0);
    let (mx, my) = (
        f64::midpoint(x1, x2) - dy / length * bow,
        f64::midpoint(y1, y2) + dx / length * bow,
    );
    format!("M{x1:.0} {y1:.0}Q{mx:.0} {my:.0} {x2:.0} {y2:.0}")
}

fn words(one: Player, other: Player, past: &[&(chrono::NaiveDateTime, LunchState)]) -> Vec<String> {
    let listed = |wanted: LunchState| {
        let days = past.iter().filter(|(_, state)| *state == wanted);
        let days: Vec<String> = days
            .map(|(start, _)| start.format("%-d %B").to_string())
            .collect();
        (days.len(), days.join(", "))
    };
    let names = format!("{} and {}", one.name, other.name);
    let mut told = Vec::new();
    let (held, days) = listed(LunchState::Held);
    if held > 0 {
        let lunches = if held == 1 { "one lunch" } else { "lunches" };
        let count = if held == 1 {
            String::new()
        } else {
            format!("{held} ")
        };
        told.push(format!("{names}: {count}{lunches}, on {days}."));
    }
    let (unsaid, days) = listed(LunchState::Planned);
    if unsaid > 0 {
        told.push(format!(
            "{names}, perhaps: {days}. Nobody has said whether they met."
        ));
    }
    told
}
