//! The page of `status`: what deserves a look first, then the rest; fits a terminal of 80 by 24.

use crate::cli::show::{self, Ink};
use crate::daemon::request::{Health, Link, Standings, Status, Warning};
use crate::writing::plain::wrap;
use chrono::{DateTime, TimeDelta, Utc};

/// Widest line, in columns.
const COLUMNS: usize = 80;

/// Where the text begins behind a name.
const NAME_COLUMNS: usize = 14;

/// Most lines about what deserves a look; whatever is beyond is counted. `--json` has it all.
const WARNING_LINES: usize = 9;

/// How things stand.
pub fn page(status: &Status, ink: Ink) -> String {
    let running = span(status.wall - status.started);
    let head = format!("postlunch {}, running for {running}: ", status.version);
    let mut text = format!("{head}{}\n", verdict(status.health, ink));
    warnings(&mut text, &status.warnings, ink);
    let mut row = |name: &str, value: &str| named(&mut text, name, value, ink);
    let clock = if status.rehearsal { " (rehearsal)" } else { "" };
    row("clock", &format!("{}{clock}", show::moment(status.now)));
    let inbox = link(&status.imap, status.wall, "connecting");
    row("inbox", &inbox);
    let idle = "nothing was sent since the start; it connects when there is mail";
    row("submission", &link(&status.smtp, status.wall, idle));
    row("last mail", &last_mail(status));
    row("queue", &queue(status));
    let fates = (status.accepted, status.failed, status.withdrawn);
    row(
        "sent",
        &format!("{}; {} failed, {} withdrawn", fates.0, fates.1, fates.2),
    );
    row("review", &review(status));
    row("next due", &next_due(status));
    row("pairings", &pairings(&status.pairings));
    let people = format!("{}; {} lunches held", status.people, status.lunches_held);
    row("people", &people);
    row(
        "disk",
        &status.disk_free.map_or_else(|| "not told".to_owned(), free),
    );
    text
}

/// Where no daemon can be asked.
pub fn nobody(told: &str, ink: Ink) -> String {
    let (means, remedy) = parted(told);
    let mut text = format!("postlunch: {}\n", verdict(Health::Wrong, ink));
    let warning = Warning {
        health: Health::Wrong,
        means: means.to_owned(),
        remedy: remedy.to_owned(),
    };
    warnings(&mut text, &[warning], ink);
    text
}

/// An error and its remedy, which stands behind a semicolon.
pub fn parted(told: &str) -> (&str, &str) {
    told.rsplit_once("; ")
        .unwrap_or((told, "look at the daemon's log"))
}

fn verdict(health: Health, ink: Ink) -> String {
    match health {
        Health::Well => ink.own("all is well"),
        Health::Warning => ink.caution("something deserves a look"),
        Health::Wrong => ink.alarm("somebody has to act"),
    }
}

fn warnings(text: &mut String, warnings: &[Warning], ink: Ink) {
    let mut lines = 0;
    for (at, warning) in warnings.iter().enumerate() {
        let rows = wrap(&warning.means, COLUMNS - NAME_COLUMNS);
        let remedy = wrap(&format!("-> {}", warning.remedy), COLUMNS - NAME_COLUMNS);
        lines += rows.len() + remedy.len();
        if at > 0 && lines > WARNING_LINES {
            let rest = warnings.len() - at;
            let more = format!("and {rest} more; `postlunch status --json` tells all");
            named(text, "", &more, ink);
            break;
        }
        let mark = match warning.health {
            Health::Wrong => ink.alarm("  WRONG"),
            _ => ink.caution("  warning"),
        };
        let bare = if warning.health == Health::Wrong {
            7
        } else {
            9
        };
        let gap = " ".repeat(NAME_COLUMNS.saturating_sub(bare));
        for (number, row) in rows.iter().chain(&remedy).enumerate() {
            let margin = match number {
                0 => format!("{mark}{gap}"),
                _ => " ".repeat(NAME_COLUMNS),
            };
            text.push_str(&format!("{margin}{row}\n"));
        }
    }
}

fn named(text: &mut String, name: &str, value: &str, ink: Ink) {
    for (number, row) in wrap(value, COLUMNS - NAME_COLUMNS).iter().enumerate() {
        let name = if number == 0 { name } else { "" };
        let gap = " ".repeat(NAME_COLUMNS.saturating_sub(2 + name.chars().count()));
        text.push_str(&format!("  {}{gap}{row}\n", ink.faint(name)));
    }
}

fn link(link: &Link, wall: DateTime<Utc>, before: &str) -> String {
    let Some(since) = link.since else {
        return before.to_owned();
    };
    let lasting = span(wall - since);
    if let Some(trouble) = &link.trouble {
        let tried = span(wall - trouble.at);
        return format!("NOT CONNECTED for {lasting}, tried {tried} ago; see above");
    }
    let contact = link.contact.map_or_else(String::new, |at| {
        format!(", last contact {} ago", span(wall - at))
    });
    let past = link.last_trouble.as_ref().map_or_else(String::new, |past| {
        format!("; {} ago: {}", span(wall - past.at), past.means)
    });
    format!("well for {lasting}{contact}{past}")
}

fn last_mail(status: &Status) -> String {
    let told = |at: Option<DateTime<Utc>>, way: &str| match at {
        Some(at) => format!("{way} {} ago", span(status.now - at)),
        None => format!("none {way} yet"),
    };
    let (last_in, last_out) = (told(status.last_in, "in"), told(status.last_out, "out"));
    format!("{last_in}, {last_out}")
}

fn queue(status: &Status) -> String {
    let Some(oldest) = status.oldest_queued else {
        return "empty".to_owned();
    };
    let on_their_way = status.in_flight.saturating_sub(status.in_doubt);
    let counts = [
        (status.queued, "queued"),
        (on_their_way, "on the way"),
        (status.in_doubt, "in doubt"),
    ];
    format!(
        "{}; the oldest for {}",
        counted(&counts),
        span(status.now - oldest)
    )
}

fn review(status: &Status) -> String {
    match status.review {
        None => "not counted yet".to_owned(),
        Some(0) => "nothing set aside".to_owned(),
        Some(mails) => format!("{mails} in {}", status.review_folder),
    }
}

fn next_due(status: &Status) -> String {
    match status.next_due {
        None => "nothing".to_owned(),
        Some(at) if at <= status.now => "now".to_owned(),
        Some(at) => format!("{}, in {}", show::moment(at), span(at - status.now)),
    }
}

fn pairings(standings: &Standings) -> String {
    let counts = [
        (standings.invited, "invited"),
        (standings.postponed, "postponed"),
        (standings.meeting, "meeting"),
        (standings.paused, "paused"),
        (standings.over, "over"),
    ];
    match counted(&counts) {
        none if none.is_empty() => "none yet; `postlunch invite` starts one".to_owned(),
        some => some,
    }
}

fn counted(counts: &[(u64, &str)]) -> String {
    let there = counts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = there
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    told.join(", ")
}

fn free(octets: u64) -> String {
    match octets {
        0..1_000_000_000 => format!("{} MB free", octets / 1_000_000),
        _ => format!(
            "{}.{} GB free",
            octets / 1_000_000_000,
            octets / 100_000_000 % 10
        ),
    }
}

/// A stretch of time in its fitting unit. Clocks may have been set back: then it is nothing yet.
fn span(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::daemon::request::Trouble;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_500) + TimeDelta::minutes(minutes)
    }

    fn link_up() -> Link {
        Link {
            up: true,
            since: Some(at(-300)),
            contact: Some(at(-2)),
            ..Link::default()
        }
    }

    fn sample() -> Status {
        Status {
            version: "1.2.3".to_owned(),
            started: at(-4000),
            wall: at(0),
            now: at(0),
            imap: link_up(),
            review: Some(0),
            last_in: Some(at(-180)),
            queued: 3,
            in_flight: 2,
            in_doubt: 1,
            oldest_queued: Some(at(-4)),
            next_due: Some(at(60 * 13)),
            pairings: Standings {
                invited: 2,
                meeting: 5,
                ..Standings::default()
            },
            disk_free: Some(12_345_000_000),
            ..Status::default()
        }
    }

    fn lost(means: &str, remedy: &str) -> Link {
        let mut trouble = Trouble::new(means, remedy, true);
        trouble.at = at(-90);
        Link {
            since: Some(at(-90)),
            last_trouble: Some(trouble.clone()),
            trouble: Some(trouble),
            ..Link::default()
        }
    }

    #[test]
    fn all_of_it_is_told_in_plain_words() {
        let text = page(&sample(), Ink(false));
        for line in [
            "postlunch 1.2.3, running for 2 days: all is well",
            "  inbox       well for 5 h, last contact 2 min ago",
            "  last mail   in 3 h ago, none out yet",
            "  queue       3 queued, 1 on the way, 1 in doubt; the oldest for 4 min",
            "  next due    Mon 2026-02-16 13:00 UTC, in 13 h",
            "  pairings    2 invited, 5 meeting",
            "  disk        12.3 GB free",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} in\n{text}");
        }
        assert!(!text.contains('\x1b'));
        assert!(page(&sample(), Ink(true)).contains("\x1b[32mall is well"));
    }

    #[test]
    fn trouble_stands_on_top_with_its_remedy_and_everything_fits_the_screen() {
        let long = "the server keeps answering with something that takes a good many words to say, up to two hundred characters, which is where it is cut off before it ever gets here, so that";
        let warnings = ["inbox", "submission", "disk", "hold", "queue", "review"];
        let warnings = warnings.map(|what| Warning {
            health: Health::Wrong,
            means: format!("{what}: {long}"),
            remedy: "check username and password; accounts with two-step sign-in need an app password, and IMAP may be switched off for the mailbox".to_owned(),
        });
        let status = Status {
            health: Health::Wrong,
            warnings: warnings.to_vec(),
            imap: lost(long, "check"),
            smtp: lost(long, "check"),
            ..sample()
        };
        let text = page(&status, Ink(false));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].ends_with("somebody has to act"), "{text}");
        assert!(
            lines[1].starts_with("  WRONG       inbox: the server"),
            "{text}"
        );
        assert!(text.contains("-> check username and password"), "{text}");
        assert!(text.contains("5 more; `postlunch status --json`"), "{text}");
        assert!(text.contains("NOT CONNECTED for 90 min"), "{text}");
        assert!(lines.len() <= 23, "{} lines:\n{text}", lines.len());
        assert!(lines.iter().all(|l| l.chars().count() <= COLUMNS), "{text}");
        let over = Status {
            smtp: Link {
                last_trouble: lost(long, "check").trouble,
                ..link_up()
            },
            ..sample()
        };
        let text = page(&over, Ink(false));
        let joined: Vec<&str> = text.split_whitespace().collect();
        assert!(
            joined.join(" ").contains("90 min ago: the server keeps"),
            "{text}"
        );
    }

    #[test]
    fn without_a_daemon_the_way_to_one_is_told() {
        let text = nobody(
            "no daemon is running at x.sock; start it with `postlunch run`",
            Ink(false),
        );
        assert!(
            text.contains("  WRONG       no daemon is running at x.sock\n"),
            "{text}"
        );
        assert!(text.contains("-> start it with `postlunch run`"), "{text}");
    }

    #[test]
    fn a_stretch_of_time_has_its_fitting_unit() {
        for (seconds, told) in [
            (-5, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (7200, "2 h"),
            (172_800, "2 days"),
        ] {
            assert_eq!(span(TimeDelta::seconds(seconds)), told);
        }
        assert_eq!(free(999_999_999), "999 MB free");
        assert_eq!(free(1_000_000_000), "1.0 GB free");
    }
}
