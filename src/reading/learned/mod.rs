//! What was learned from answers: how likely each kind is, by the words and what the rules found.
//!
//! Rules know idioms, negation and dates, but nobody can list all the ways in which people say no
//! without the word. So what the rules find is weighed together with the words themselves, by a
//! multinomial logistic regression whose weights come from the answers under `tests/corpus/`
//! (`examples/teach.rs` makes them). No answer of a person is looked up: it is arithmetic on a
//! few hundred numbers, the same every time, in a few microseconds. What is done with the result,
//! and when it is rather asked back, is told in `careful`.

pub mod careful;
pub mod features;

use crate::reading::learned::features::{Feature, Group};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// The kinds that are weighed, as `Act::kind` names them.
pub const KINDS: [&str; 17] = [
    "accept",
    "decline",
    "later",
    "unclear",
    "question",
    "stop",
    "end",
    "skip",
    "reschedule",
    "pause",
    "resume",
    "held",
    "notes",
    "correction",
    "permission",
    "command",
    "other",
];

/// What is answered, as far as the weights tell it apart.
pub const SITUATIONS: [&str; 9] = [
    "offer",
    "reminder",
    "followup",
    "receipt",
    "goal",
    "exchange",
    "summary",
    "proposal",
    "permission",
];

/// The first octets of the file of weights, with its version.
const MAGIC: &[u8] = b"postlunch weights 1\n";

/// How likely each kind is; the numbers add up to one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likelihoods {
    shares: [f32; KINDS.len()],
    /// Which part of the answer's words, alone and in rows, was ever met, from none 0 to all 1.
    pub known: f32,
}

impl Likelihoods {
    /// From what the weights add up to; kinds that never occur in a situation are left out.
    pub fn from_sums(sums: &[f32; KINDS.len()], possible: u32) -> Self {
        let taken = |at: usize| possible & (1 << at) != 0;
        let most = sums
            .iter()
            .enumerate()
            .filter(|(at, _)| taken(*at))
            .fold(f32::MIN, |most, (_, sum)| most.max(*sum));
        let mut likely = [0.0; KINDS.len()];
        let mut all = 0.0;
        for (at, (to, sum)) in likely.iter_mut().zip(sums).enumerate() {
            if taken(at) {
                *to = (sum - most).exp();
                all += *to;
            }
        }
        for to in &mut likely {
            *to /= all;
        }
        Self {
            shares: likely,
            known: 1.0,
        }
    }

    /// Of one kind; zero for a name that is none.
    pub fn of(&self, kind: &str) -> f32 {
        let at = KINDS.iter().position(|known| *known == kind);
        at.and_then(|at| self.shares.get(at))
            .copied()
            .unwrap_or(0.0)
    }

    /// Each kind with its likelihood.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, f32)> {
        KINDS.into_iter().zip(self.shares)
    }
}

/// A feature's rarity and its weights, one for each kind.
#[derive(Clone, Copy, Debug)]
struct Row {
    rarity: u8,
    weights: [i8; KINDS.len()],
}

/// Keys are hashes already.
#[derive(Default)]
struct Passing(u64);

impl Hasher for Passing {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        for octet in octets {
            self.0 = (self.0 << 8) | u64::from(*octet);
        }
    }

    fn write_u32(&mut self, key: u32) {
        // The table wants the upper bits spread too.
        self.0 = u64::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// What was learned.
#[derive(Debug, Default)]
pub struct Weights {
    rows: HashMap<u32, Row, BuildHasherDefault<Passing>>,
    /// By situation: which kinds occur, and the weight of each before a word is read.
    situations: Vec<(u32, [f32; KINDS.len()])>,
    /// What one step of an `i8` is worth.
    step: f32,
}

/// How many steps a rarity of one has.
pub const RARITY_STEPS: f32 = 20.0;

/// The weights that come with the program.
pub fn weights() -> &'static Weights {
    static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
        // A damaged file would be a fault of the build, and a test would have told it; then
        // nothing is learned and the rules decide.
        Weights::from_octets(include_bytes!("weights.bin")).unwrap_or_default()
    });
    &WEIGHTS
}

impl Weights {
    /// Reads the file that `examples/teach.rs` writes; `None` if it is none.
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        let mut rest = octets.strip_prefix(MAGIC)?;
        let step = f32::from_le_bytes(*take(&mut rest)?);
        let mut situations = Vec::with_capacity(SITUATIONS.len());
        for _ in SITUATIONS {
            let possible = u32::from_le_bytes(*take(&mut rest)?);
            let mut priors = [0.0; KINDS.len()];
            for prior in &mut priors {
                *prior = f32::from_le_bytes(*take(&mut rest)?);
            }
            situations.push((possible, priors));
        }
        let count = u32::from_le_bytes(*take(&mut rest)?) as usize;
        let mut rows = HashMap::with_capacity_and_hasher(count, BuildHasherDefault::default());
        for _ in 0..count {
            let key = u32::from_le_bytes(*take(&mut rest)?);
            let [rarity] = *take(&mut rest)?;
            let weights: &[u8; KINDS.len()] = take(&mut rest)?;
            let weights = weights.map(|octet| i8::from_le_bytes([octet]));
            rows.insert(key, Row { rarity, weights });
        }
        rest.is_empty().then_some(Self {
            rows,
            situations,
            step,
        })
    }

    /// How many features have a weight.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How likely each kind is; `None` where nothing was learned about the situation.
    pub fn likelihoods(&self, features: &[Feature], situation: usize) -> Option<Likelihoods> {
        let (possible, priors) = self.situations.get(situation)?;
        let mut sums = *priors;
        let (mut met, mut words) = (0.0_f32, 0.0_f32);
        for group in Group::ALL {
            let mut length = 0.0;
            let mut of_group = [0.0; KINDS.len()];
            for feature in features.iter().filter(|feature| feature.group == group) {
                let row = self.rows.get(&feature.key);
                if group == Group::Words {
                    words += 1.0;
                    met += f32::from(u8::from(row.is_some()));
                }
                let Some(row) = row else {
                    continue;
                };
                let rarity = f32::from(row.rarity) / RARITY_STEPS;
                length += rarity * rarity;
                for (to, weight) in of_group.iter_mut().zip(row.weights) {
                    *to += rarity * f32::from(weight);
                }
            }
            if length > 0.0 {
                let scale = self.step / length.sqrt();
                for (to, sum) in sums.iter_mut().zip(of_group) {
                    *to += scale * sum;
                }
            }
        }
        let mut likely = Likelihoods::from_sums(&sums, *possible);
        likely.known = met / words.max(1.0);
        Some(likely)
    }
}

/// Takes a fixed number of octets off the front.
fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(taken)
}

/// The octets of a file of weights: the counterpart of [`Weights::from_octets`], for teaching.
pub fn to_octets(
    step: f32,
    situations: &[(u32, [f32; KINDS.len()])],
    rows: &[(u32, u8, [i8; KINDS.len()])],
) -> Vec<u8> {
    let mut octets = MAGIC.to_vec();
    octets.extend(step.to_le_bytes());
    for (possible, priors) in situations {
        octets.extend(possible.to_le_bytes());
        octets.extend(priors.iter().flat_map(|prior| prior.to_le_bytes()));
    }
    octets.extend(u32::try_from(rows.len()).unwrap_or(u32::MAX).to_le_bytes());
    for (key, rarity, weights) in rows {
        octets.extend(key.to_le_bytes());
        octets.push(*rarity);
        octets.extend(weights.iter().flat_map(|weight| weight.to_le_bytes()));
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_come_with_the_program_and_know_every_situation() {
        assert!(weights().len() > 10_000, "{}", weights().len());
        assert_eq!(weights().situations.len(), SITUATIONS.len());
        for (name, (possible, _)) in SITUATIONS.iter().zip(&weights().situations) {
            assert!(possible.count_ones() >= 3, "{name}");
        }
    }

    #[test]
    fn a_file_that_is_cut_or_longer_is_none() {
        let situations = [(0b11, [0.0; KINDS.len()]); SITUATIONS.len()];
        let whole = to_octets(0.1, &situations, &[(7, 20, [1; KINDS.len()])]);
        assert_eq!(Weights::from_octets(&whole).map(|w| w.len()), Some(1));
        for end in 0..whole.len() {
            assert!(Weights::from_octets(&whole[..end]).is_none(), "{end}");
        }
        let longer = [whole.as_slice(), b"x"].concat();
        assert!(Weights::from_octets(&longer).is_none());
    }

    #[test]
    fn likelihoods_add_up_and_leave_out_what_cannot_be() {
        let mut sums = [0.0; KINDS.len()];
        sums[0] = 90.0;
        let likely = Likelihoods::from_sums(&sums, 0b110);
        assert_eq!(likely.of("accept"), 0.0);
        assert!((likely.each().map(|(_, l)| l).sum::<f32>() - 1.0).abs() < 1e-5);
    }
}
