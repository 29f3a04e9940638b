//! The story on the embedded sandbox: the built program as a process of its own, real sockets, and
//! half a year of lunches.

#[allow(dead_code, reason = "each test program uses its own part of the theatre")]
mod support;

use support::script::{BEGINNING, play};
use support::theatre::Theatre;

#[test]
fn half_a_year_of_lunches() {
    let mut theatre = Theatre::sandbox("story", BEGINNING).open();
    let all = play(&mut theatre);
    for (person, letters) in &all.of {
        for letter in letters { println!("{} {}", person.name, letter.line()); }
    }
    println!("{:?}", theatre.durations);
    theatre.close();
}
