//! What the words of `dates.txt` mean.

use crate::reading::machine::phrases::fold;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Month(u32),
    Weekday(u32),
    ShortWeekday(u32),
    Next,
    Tomorrow,
    AfterTomorrow,
    Day,
    Week,
    MonthUnit,
    In,
    NumberOfWeek,
    End,
    Middle,
    Beginning,
    Article,
    Joins,
    Range,
    Between,
    Both,
    Count(u32),
}

impl Meaning {
    pub(super) fn of(section: &str, number: u32) -> Option<Self> {
        Some(match section {
            "month" => Self::Month(number),
            "weekday" => Self::Weekday(number),
            "short weekday" => Self::ShortWeekday(number),
            "count" => Self::Count(number),
            "next" => Self::Next,
            "tomorrow" => Self::Tomorrow,
            "day after tomorrow" => Self::AfterTomorrow,
            "day" => Self::Day,
            "week" => Self::Week,
            "month unit" => Self::MonthUnit,
            "in" => Self::In,
            "number of week" => Self::NumberOfWeek,
            "end" => Self::End,
            "middle" => Self::Middle,
            "beginning" => Self::Beginning,
            "article" => Self::Article,
            "joins" => Self::Joins,
            "range" => Self::Range,
            "between" => Self::Between,
            "both" => Self::Both,
            _ => return None,
        })
    }
}

pub(super) fn meanings() -> &'static HashMap<String, Vec<Meaning>> {
    static MEANINGS: LazyLock<HashMap<String, Vec<Meaning>>> = LazyLock::new(|| {
        let mut all: HashMap<String, Vec<Meaning>> = HashMap::new();
        let mut section = "";
        for line in include_str!("../dates.txt").lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                section = name;
                continue;
            }
            let (number, words) = match line.split_once(' ') {
                Some((first, rest)) if first.parse::<u32>().is_ok() => {
                    (first.parse().unwrap_or(0), rest)
                }
                _ => (0, line),
            };
            for word in words.split_whitespace() {
                if let Some(meaning) = Meaning::of(section, number) {
                    all.entry(fold(word)).or_default().push(meaning);
                }
            }
        }
        all
    });
    &MEANINGS
}

/// Weekdays and units of scripts whose words bear endings, folded.
pub(super) struct Eastern {
    pub(super) weekdays: Vec<(String, u32)>,
    pub(super) year: [String; 2],
    pub(super) month: [String; 2],
    pub(super) day: [String; 4],
    pub(super) tomorrow: Vec<String>,
    pub(super) next_week: Vec<String>,
}

pub(super) fn eastern() -> &'static Eastern {
    static EASTERN: LazyLock<Eastern> = LazyLock::new(|| {
        let mut weekdays = Vec::new();
        let names = ["월", "화", "수", "목", "금", "토", "일"];
        for (number, name) in (1..).zip(names) {
            weekdays.push((fold(&format!("{name}요일")), number));
        }
        for (number, name) in (1..).zip(["月", "火", "水", "木", "金", "土", "日"]) {
            weekdays.push((fold(&format!("{name}曜日")), number));
            weekdays.push((fold(&format!("{name}曜")), number));
        }
        let numbers = [
            ("一", 1),
            ("二", 2),
            ("三", 3),
            ("四", 4),
            ("五", 5),
            ("六", 6),
            ("日", 7),
            ("天", 7),
        ];
        for prefix in ["星期", "礼拜", "禮拜", "周", "週"] {
            for (name, number) in numbers {
                weekdays.push((fold(&format!("{prefix}{name}")), number));
            }
        }
        Eastern {
            weekdays,
            year: [fold("年"), fold("년")],
            month: [fold("月"), fold("월")],
            day: [fold("日"), fold("号"), fold("號"), fold("일")],
            tomorrow: ["明日", "明天", "내일"].map(fold).to_vec(),
            next_week: [
                "来週",
                "下周",
                "下週",
                "下星期",
                "下礼拜",
                "다음 주",
                "다음주",
            ]
            .map(fold)
            .to_vec(),
        }
    });
    &EASTERN
}
