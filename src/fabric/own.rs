//! A member's own threads: time runs to the right, and each partner's thread comes to the member's
//! at every lunch. What grew from a thread branches off it.
//!
//! On no paper, in colours that can be told from a white page and from a dark one. The same stands
//! beside it in words, each line with its thread's colour.

use crate::fabric::drawing::{Colour, Drawing, Mark, Point};
use crate::fabric::{opacity, thickness};
use crate::lunch::weave::{OwnThread, Weave};
use chrono::{Datelike, Days, Months, NaiveDate};

/// Width of the page, in pixels: that of a letter's text.
pub const WIDTH: u32 = 512;

/// Most partners drawn; the words tell of all.
pub const PARTNERS_MAX: usize = 6;

/// Most threads drawn that grew from one.
const GROWN_MAX: usize = 4;

/// Months that are looked back at most; with more than two partners fewer, so that the threads can
/// be told apart.
const MONTHS_MAX: u32 = 12;
const MONTHS_MAX_OF_MANY: u32 = 6;

/// Days that are shown at least.
const DAYS_MIN: i64 = 92;

const LEFT: f64 = 12.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 12.0;
/// Below the threads: the initials of the months.
const AXIS: f64 = 27.0;

/// How far a partner's thread runs from one's own, from the next partner's, and a branch from it.
const APART: f64 = 34.0;
const BRANCH_APART: f64 = 13.0;

/// How many pixels a thread takes to come over, at most.
const SWING: f64 = 30.0;

/// Pixels from one sample of a curve to the next.
const STEP: f64 = 2.0;

/// One's own thread, and the months.
const SELF: Colour = Colour(0x86, 0x7d, 0x72);

/// One for each partner. Each has a contrast of at least 3 to white and to the dark page of the
/// letters (a test holds it).
const COLOURS: [Colour; PARTNERS_MAX] = [
    Colour(0xb8, 0x61, 0x2b),
    Colour(0x2f, 0x86, 0x7c),
    Colour(0x5d, 0x7c, 0xb4),
    Colour(0xa3, 0x66, 0x96),
    Colour(0x79, 0x82, 0x3c),
    Colour(0xbd, 0x58, 0x5c),
];

/// The colour of the thread with that place in the weave, as the words beside the picture show it.
pub fn colour(place: usize) -> Colour {
    COLOURS.get(place).copied().unwrap_or(SELF)
}

/// A thread as it is drawn.
struct Lane<'a> {
    thread: &'a OwnThread,
    colour: Colour,
    /// -1 above one's own thread, 1 below.
    side: f64,
    /// How far from it.
    offset: f64,
}

/// Days to pixels.
#[derive(Clone, Copy)]
struct Axis {
    from: NaiveDate,
    until: NaiveDate,
    days: f64,
}

impl Axis {
    fn of(weave: &Weave) -> Self {
        let until = weave.until;
        let earliest = weave.threads.iter().filter_map(|t| t.held.first()).min();
        let earliest = earliest.copied().unwrap_or(until);
        let months = match weave.threads.len() {
            0..=2 => MONTHS_MAX,
            _ => MONTHS_MAX_OF_MANY,
        };
        let back = until
            .checked_sub_months(Months::new(months))
            .unwrap_or(until);
        let from = earliest.max(back);
        let from = from.with_day(1).unwrap_or(from);
        let days = (until - from).num_days().max(DAYS_MIN);
        Self {
            from,
            until,
            days: days as f64,
        }
    }

    fn x(self, day: NaiveDate) -> f64 {
        let days = (day - self.from).num_days() as f64;
        LEFT + days / self.days * (f64::from(WIDTH) - LEFT - RIGHT)
    }

    /// The day at a place, in whole days.
    fn days_at(self, x: f64) -> i64 {
        ((x - LEFT) / (f64::from(WIDTH) - LEFT - RIGHT) * self.days).floor() as i64
    }
}

/// Draws the threads; `None` where there is none yet.
pub fn draw(weave: &Weave) -> Option<Drawing> {
    if weave.threads.is_empty() {
        return None;
    }
    let axis = Axis::of(weave);
    let (lanes, above, below) = lanes(weave);
    let middle = TOP + above;
    let height = middle + below + AXIS;
    let mut marks = months(axis, height);
    let now = axis.x(axis.until);
    for lane in lanes.iter().rev() {
        branches(lane, axis, middle, &mut marks);
    }
    let first = lanes.iter().filter_map(|l| l.thread.held.first()).min();
    let begin = first.map_or(LEFT, |day| (axis.x(*day) - SWING).max(LEFT - 6.0));
    marks.push(Mark::Line {
        points: vec![(begin, middle), (now, middle)],
        colour: SELF,
        width: 3.0,
        opacity: 1.0,
        round: true,
    });
    for lane in lanes.iter().rev() {
        strand(lane, axis, middle, &mut marks);
    }
    Some(Drawing {
        width: WIDTH,
        height: height.ceil() as u32,
        paper: None,
        title: "Lunches as threads".to_owned(),
        marks,
    })
}

/// Gives each partner a lane, in turn above and below; and how far the lanes reach either way.
fn lanes(weave: &Weave) -> (Vec<Lane<'_>>, f64, f64) {
    let mut reach = [8.0, 8.0];
    let mut lanes = Vec::new();
    for (place, thread) in weave.threads.iter().take(PARTNERS_MAX).enumerate() {
        let below = place % 2 == 1;
        let Some(reached) = reach.get_mut(usize::from(below)) else {
            continue;
        };
        let offset = if *reached < APART {
            APART
        } else {
            *reached + APART * 0.7
        };
        let grown = thread.grown.len().min(GROWN_MAX) as f64;
        *reached = offset + grown * BRANCH_APART + 5.0;
        lanes.push(Lane {
            thread,
            colour: colour(place),
            side: if below { 1.0 } else { -1.0 },
            offset,
        });
    }
    let [above, below] = reach;
    (lanes, above, below)
}

/// From 0 to 1 without a corner.
fn ease(share: f64) -> f64 {
    let t = share.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// How far from one's own thread a partner's is at `x`: nothing at a lunch, its lane in between.
fn distance(lane: &Lane<'_>, axis: Axis, x: f64) -> f64 {
    let at: Vec<f64> = lane.thread.held.iter().map(|day| axis.x(*day)).collect();
    let before = at.iter().copied().filter(|at| *at <= x).reduce(f64::max);
    let after = at.iter().copied().filter(|at| *at > x).reduce(f64::min);
    let gap = match (before, after) {
        (Some(before), Some(after)) => after - before,
        _ => f64::MAX,
    };
    let swing = SWING.min(gap / 2.0);
    let near = before
        .map_or(f64::MAX, |at| x - at)
        .min(after.map_or(f64::MAX, |at| at - x));
    // Where lunches are close together, a thread does not swing out the whole way.
    let reach = lane.offset * (swing / SWING).sqrt();
    reach * ease(near / swing.max(1.0))
}

/// A partner's thread, thicker from lunch to lunch, and fading where there are none.
fn strand(lane: &Lane<'_>, axis: Axis, middle: f64, marks: &mut Vec<Mark>) {
    let days: Vec<i64> = lane
        .thread
        .held
        .iter()
        .map(|day| (*day - axis.from).num_days())
        .collect();
    let Some(first) = lane.thread.held.first() else {
        return;
    };
    let begin = (axis.x(*first) - SWING).max(LEFT - 6.0);
    let place = |x: f64| (x, middle + lane.side * distance(lane, axis, x));
    run(
        begin,
        axis.x(axis.until),
        place,
        axis,
        &days,
        1.0,
        lane.colour,
        marks,
    );
    for day in lane.thread.held.iter().filter(|day| **day >= axis.from) {
        marks.push(Mark::Dot {
            at: (axis.x(*day), middle),
            radius: 3.6,
            colour: lane.colour,
            hollow: None,
        });
    }
}

/// What grew from a thread, from its own first lunch on.
fn branches(lane: &Lane<'_>, axis: Axis, middle: f64, marks: &mut Vec<Mark>) {
    for (place, held) in lane.thread.grown.iter().take(GROWN_MAX).enumerate() {
        let Some(first) = held.first() else { continue };
        let begin = axis.x((*first).max(axis.from)) - SWING;
        let root = distance(lane, axis, begin.max(LEFT));
        let reach = lane.offset + (place as f64 + 1.0) * BRANCH_APART;
        let along = |x: f64| {
            let away = root + (reach - root) * ease((x - begin) / (SWING * 1.6));
            (x, middle + lane.side * away)
        };
        let days: Vec<i64> = held.iter().map(|d| (*d - axis.from).num_days()).collect();
        let end = axis.x(axis.until);
        run(
            begin.max(LEFT - 6.0),
            end,
            along,
            axis,
            &days,
            0.62,
            lane.colour,
            marks,
        );
        marks.push(Mark::Dot {
            at: along(end),
            radius: 2.6,
            colour: lane.colour,
            hollow: Some(1.4),
        });
    }
}

/// A line whose width and strength follow the lunches on it. `days` count from the axis's begin.
#[allow(clippy::too_many_arguments)] // a curve, its time, its look, its page
fn run(
    begin: f64,
    end: f64,
    place: impl Fn(f64) -> Point,
    axis: Axis,
    days: &[i64],
    share: f64,
    colour: Colour,
    marks: &mut Vec<Mark>,
) {
    let look = |x: f64| {
        let day = axis.days_at(x);
        let count = days.iter().filter(|held| **held <= day).count();
        let last = days.iter().copied().filter(|held| *held <= day).max();
        let strength = opacity(last.map_or(0, |last| day - last));
        // in few steps, so that a line has few pieces
        let strength = (strength * 20.0).round() / 20.0;
        (thickness(count.max(1)) * share, strength)
    };
    let mut x = begin;
    let mut now = look(x);
    let mut points = vec![place(x)];
    while x < end {
        x = (x + STEP).min(end);
        points.push(place(x));
        let next = look(x);
        if next != now || x >= end {
            let whole = (now.1 - 1.0).abs() < f64::EPSILON;
            marks.push(Mark::Line {
                points: std::mem::replace(&mut points, vec![place(x)]),
                colour,
                width: now.0,
                opacity: now.1,
                round: whole,
            });
            now = next;
        }
    }
}

/// A fine line and an initial for each month.
fn months(axis: Axis, height: f64) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut month = axis.from;
    let end = axis
        .from
        .checked_add_days(Days::new(axis.days as u64))
        .unwrap_or(axis.until);
    for _ in 0..=MONTHS_MAX + 1 {
        let Some(next) = month.checked_add_months(Months::new(1)) else {
            break;
        };
        let (from, to) = (axis.x(month), axis.x(next.min(end)));
        marks.push(Mark::Line {
            points: vec![(from, 2.0), (from, height - AXIS + 4.0)],
            colour: SELF,
            width: 0.7,
            opacity: 0.3,
            round: false,
        });
        if to - from > 16.0 {
            let middle = f64::midpoint(from, to);
            marks.extend(initial(month.month(), middle, height - 6.0));
        }
        month = next;
        if month >= end {
            break;
        }
    }
    marks
}

/// Strokes of the initials of the months, on a grid of 4 by 6 whose origin is the lower left.
fn strokes(month: u32) -> &'static [&'static [(f64, f64)]] {
    match month {
        1 | 6 | 7 => &[
            &[(1.0, 6.0), (4.0, 6.0)],
            &[(3.0, 6.0), (3.0, 1.2), (2.2, 0.0), (1.0, 0.0), (0.2, 1.2)],
        ],
        2 => &[
            &[(0.2, 0.0), (0.2, 6.0), (3.8, 6.0)],
            &[(0.2, 3.2), (3.0, 3.2)],
        ],
        3 | 5 => &[&[(0.0, 0.0), (0.0, 6.0), (2.0, 2.4), (4.0, 6.0), (4.0, 0.0)]],
        4 | 8 => &[
            &[(0.0, 0.0), (2.0, 6.0), (4.0, 0.0)],
            &[(0.7, 2.0), (3.3, 2.0)],
        ],
        9 => &[&[
            (3.7, 5.0),
            (2.8, 6.0),
            (1.2, 6.0),
            (0.3, 5.2),
            (0.3, 4.0),
            (1.2, 3.2),
            (2.8, 2.8),
            (3.7, 2.0),
            (3.7, 0.9),
            (2.8, 0.0),
            (1.2, 0.0),
            (0.3, 1.0),
        ]],
        10 => &[&[
            (1.3, 0.0),
            (0.1, 1.4),
            (0.1, 4.6),
            (1.3, 6.0),
            (2.7, 6.0),
            (3.9, 4.6),
            (3.9, 1.4),
            (2.7, 0.0),
            (1.3, 0.0),
        ]],
        11 => &[&[(0.1, 0.0), (0.1, 6.0), (3.9, 0.0), (3.9, 6.0)]],
        _ => &[&[
            (0.2, 0.0),
            (0.2, 6.0),
            (2.3, 6.0),
            (3.8, 4.5),
            (3.8, 1.5),
            (2.3, 0.0),
            (0.2, 0.0),
        ]],
    }
}

fn initial(month: u32, middle: f64, base: f64) -> Vec<Mark> {
    let size = 1.8;
    let lines = strokes(month).iter().map(|stroke| Mark::Line {
        points: stroke
            .iter()
            .map(|(x, y)| (middle + (x - 2.0) * size, base - y * size))
            .collect(),
        colour: SELF,
        width: 1.3,
        opacity: 1.0,
        round: true,
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::address::NameAddr;

    fn luminance(Colour(r, g, b): Colour) -> f64 {
        let part = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    fn contrast(a: Colour, b: Colour) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    /// WCAG 2.2, 1.4.11: what a picture shows has a contrast of 3 to what lies beside it.
    #[test]
    fn each_colour_is_seen_on_a_white_page_and_on_a_dark_one() {
        for colour in COLOURS.into_iter().chain([SELF]) {
            for page in [Colour(255, 255, 255), Colour(0x1b, 0x1a, 0x18)] {
                let contrast = contrast(colour, page);
                assert!(
                    contrast >= 3.0,
                    "{} on {}: {contrast:.2}",
                    colour.hex(),
                    page.hex()
                );
            }
        }
    }

    /// Any number of partners, lunches on one day or years apart, none of late, branches everywhere.
    #[test]
    fn any_threads_stay_on_the_page() {
        let until = NaiveDate::from_ymd_opt(2027, 2, 1).unwrap();
        let mut state = 11_u64;
        let mut chance = |most: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % most
        };
        for round in 0..60 {
            let mut days = |most: u64| {
                let reach = 1 + chance(900);
                let count = 1 + chance(most);
                let mut days: Vec<_> = (0..count)
                    .map(|_| until - Days::new(chance(reach)))
                    .collect();
                days.sort_unstable();
                days
            };
            let mut threads: Vec<OwnThread> = (0..round % 9)
                .map(|number| OwnThread {
                    partner: NameAddr::parse(&format!("p{number}@example.com")).unwrap(),
                    held: days(30),
                    goes_on: true,
                    grown: (0..number % 6).map(|_| days(9)).collect(),
                })
                .collect();
            threads.sort_by_key(|thread| thread.held.first().copied());
            let weave = Weave { threads, until };
            let Some(drawing) = draw(&weave) else {
                assert_eq!(round % 9, 0);
                continue;
            };
            let on_page = |(x, y): &Point| {
                let (width, height) = (f64::from(drawing.width), f64::from(drawing.height));
                x.is_finite()
                    && y.is_finite()
                    && (0.0..=width).contains(x)
                    && (0.0..=height).contains(y)
            };
            for mark in &drawing.marks {
                let fits = match mark {
                    Mark::Line {
                        points,
                        width,
                        opacity,
                        ..
                    } => points.iter().all(on_page) && *width < 12.0 && *opacity <= 1.0,
                    Mark::Dot { at, .. } => on_page(at),
                    Mark::Bow { .. } | Mark::Word { .. } => false,
                };
                assert!(
                    fits,
                    "round {round}: {mark:?} on {} by {}",
                    drawing.width, drawing.height
                );
            }
            assert_eq!(drawing.svg(), draw(&weave).unwrap().svg(), "the same twice");
        }
    }
}
