//! The fabric: lunches that were held, as threads between people.
//!
//! A thread thickens with every lunch and fades with the time since the last one. Only lunches that
//! took place come in here, so nobody who said no can be found in any picture, nor missed in one.
//! `own` draws a member's threads for the member; `whole` draws everybody's, without names.

pub mod drawing;
pub mod own;
pub mod whole;

/// Days for which a thread keeps its full colour after a lunch: more than a fortnight and a skip.
const FRESH_DAYS: f64 = 30.0;

/// Days after the last lunch at which no more of it fades.
const FADED_DAYS: f64 = 240.0;

/// How much of a thread's colour always stays.
const OPACITY_MIN: f64 = 0.3;

/// How strong a thread is so many days after its last lunch: 1 at first, never nothing.
pub fn opacity(days_since: i64) -> f64 {
    let days = days_since.max(0) as f64;
    let faded = ((days - FRESH_DAYS) / (FADED_DAYS - FRESH_DAYS)).clamp(0.0, 1.0);
    1.0 - faded * (1.0 - OPACITY_MIN)
}

/// How thick a thread of so many lunches is, in pixels: each one more adds a little less.
pub fn thickness(lunches: usize) -> f64 {
    1.1 + 0.95 * (lunches.min(100) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_thickens_by_count_and_fades_with_time() {
        for count in 1..30 {
            assert!(thickness(count) < thickness(count + 1));
        }
        assert!((opacity(14) - 1.0).abs() < 1e-9);
        assert!(opacity(60) > opacity(120));
        assert!((opacity(5000) - OPACITY_MIN).abs() < 1e-9);
        assert!((opacity(-3) - 1.0).abs() < 1e-9, "a lunch of tomorrow");
    }
}
