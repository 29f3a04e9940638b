//! Settings: what of the configuration the decider needs, in the words of the lunch.

use crate::config::{Config, ReplyTo};
use crate::daemon::ownership::Ownership;
use crate::lunch::cadence::on_working_day;
use crate::lunch::event::Rules;
use crate::lunch::pairing::Plan;
use crate::lunch::person::PersonId;
use crate::lunch::schedule::Schedule;
use crate::summary::monthly;
use crate::words::address::{Address, NameAddr};
use crate::words::token::TokenKey;
use crate::writing::House;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// Summaries go out within so many minutes.
const SUMMARY_SPREAD_MINUTES: u64 = 90;

/// Settings of one run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Rules of the house.
    pub rules: Rules,
    /// What a new invitation proposes.
    pub plan: Plan,
    /// Who runs this, for the small print.
    pub house: House,
    /// Whose mailbox it is.
    pub ownership: Ownership,
    /// The mailbox that we read.
    pub mailbox: NameAddr,
    /// Whether the mailbox takes mail for its subaddresses.
    pub subaddressing: bool,
    /// Zone of the house, for what belongs to no pairing.
    pub zone: Tz,
    /// When summaries go out.
    pub summary: Schedule,
    /// Most mails to one person in a day.
    pub mails_per_day: u64,
    /// Whether the operator may have the whole fabric drawn.
    pub fabric: bool,
    /// Whose `Authentication-Results` are believed.
    pub trusted_authserv_id: Option<String>,
    /// In a rehearsal off loopback: the only addresses written to.
    pub recipients: Option<BTreeSet<Address>>,
    /// Looking for a mail in doubt, this many times sooner than usual.
    pub haste: i32,
    /// Domains whose people may invite by mail; `*` is any.
    pub inviting_domains: Vec<String>,
}

impl Settings {
    /// From the configuration and the store's token key.
    pub fn new(config: &Config, key: TokenKey, recipients: Option<BTreeSet<Address>>) -> Self {
        let lunch = &config.lunch;
        let ownership = Ownership::of(config);
        Self {
            rules: Rules {
                key,
                mailbox: config.mail.name_addr(),
                holidays: lunch.holidays.clone(),
                remind_after: config.invitation.remind_after,
                lapse_after: config.invitation.lapse_after,
                reminder_days: config.reminder.days_before.into(),
                reminder_time: config.reminder.time,
                followup_after: config.followup.after,
                nudge_after: config.followup.nudge_after,
                seal: config.followup.seal,
                max_pairings: config.policy.max_pairings.into(),
            },
            plan: Plan {
                every_weeks: lunch.every_weeks.into(),
                weekday: lunch.weekday,
                time: lunch.time,
                minutes: lunch.minutes.into(),
                zone: lunch.timezone,
                location: lunch.location.to_string(),
                once: false,
                notes: true,
            },
            house: ownership.house(config),
            ownership,
            mailbox: config.mail.name_addr(),
            subaddressing: config.mail.reply_to == ReplyTo::Subaddress,
            zone: lunch.timezone,
            summary: config.summary.cron.clone(),
            mails_per_day: config.policy.mails_per_person_per_day.into(),
            fabric: config.policy.fabric,
            inviting_domains: config.policy.allowed_domains.clone(),
            trusted_authserv_id: config.policy.trusted_authserv_id.clone(),
            recipients,
            haste: 1,
        }
    }

    /// When somebody's next summary is due after a moment: on a morning of their own, and not all at
    /// once, so that neither the server nor the provider has to bear them in one minute.
    pub fn summary_after(
        &self,
        person: PersonId,
        zone: Tz,
        moment: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let delay = summary_delay(person);
        let run = self.summary.after(moment - delay, zone)?;
        // Mail that nobody asked for comes on a working day, but where the operator names the days.
        let run = match self.summary.names_weekdays() {
            true => run,
            false => {
                let time = run.with_timezone(&zone).time();
                on_working_day(run, zone, time, &self.rules.holidays)
            }
        };
        Some(run + delay)
    }

    /// The month that a summary due at that moment tells of, by its first day.
    pub fn summary_month(&self, person: PersonId, zone: Tz, due: DateTime<Utc>) -> NaiveDate {
        let run = due - summary_delay(person);
        monthly::month_before(run.with_timezone(&zone).date_naive())
    }
}

/// How long after the schedule's time somebody's summary goes out.
fn summary_delay(person: PersonId) -> TimeDelta {
    let minutes = person.0 % SUMMARY_SPREAD_MINUTES;
    TimeDelta::minutes(minutes.cast_signed())
}
