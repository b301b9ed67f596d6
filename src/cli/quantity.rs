//! Numbers and times as people write them.

use std::time::Duration;

/// A number, perhaps in thousands (`k`), millions (`M`) or more (`G`, `T`).
pub(super) fn amount(text: &str) -> Result<usize, String> {
    const UNITS: [(char, usize); 4] = [
        ('k', 1_000),
        ('M', 1_000_000),
        ('G', 1_000_000_000),
        ('T', 1_000_000_000_000),
    ];
    let unit = UNITS.iter().find(|(unit, _)| text.ends_with(*unit));
    let (number, factor) = match unit {
        Some((unit, factor)) => (text.trim_end_matches(*unit), *factor),
        None => (text, 1),
    };
    number
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| "write a number such as 1000, 500k, 2M or 4G".to_owned())
}

/// A time in seconds (`s`, or nothing), minutes (`m`) or hours (`h`).
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, seconds) = match text.chars().last() {
        Some('s') => (&text[..text.len() - 1], 1.0),
        Some('m') => (&text[..text.len() - 1], 60.0),
        Some('h') => (&text[..text.len() - 1], 3_600.0),
        _ => (text, 1.0),
    };
    let number = number.parse::<f64>().ok();
    number
        .and_then(|number| Duration::try_from_secs_f64(number * seconds).ok())
        .ok_or_else(|| "write a time such as 90s, 15m or 2h".to_owned())
}
