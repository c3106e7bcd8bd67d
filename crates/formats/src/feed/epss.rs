//! EPSS: a score for nearly every CVE, as CSV with a remark on the first line.

use std::io::{BufRead, BufReader, Read};

use jiff::civil::Date;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::Epss;

use super::{FeedError, SetAside};

/// How many bytes the first line may have.
const LONGEST_REMARK: u64 = 4096;

/// One whole EPSS file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scores {
    /// The model's version, as the file names it.
    pub model_version: String,
    /// The day that every score speaks of.
    pub date: Date,
    /// The moment of that day, as a stamp; empty where the file says none.
    pub moment: String,
    /// The scores, in the order of the file.
    pub scores: Vec<(VulnerabilityId, Epss)>,
    /// Rows that could not be read.
    pub set_aside: Vec<SetAside>,
}

/// Reads one EPSS file, uncompressed.
///
/// # Errors
/// The bytes cannot be had, the first two lines are not those of EPSS, or the last line is cut off.
pub fn read(mut source: impl Read) -> Result<Scores, FeedError> {
    let mut text = String::new();
    source.read_to_string(&mut text)?;
    let mut lines = text.split_inclusive('\n');
    let remark = lines.next().unwrap_or_default();
    let (model_version, date, moment) = remark_line(remark)?;
    let header = lines.next().unwrap_or_default();
    if !header.trim_end().eq_ignore_ascii_case("cve,epss,percentile") {
        return Err(FeedError::WrongFeed { expected: "the EPSS columns `cve,epss,percentile`", found: quoted(header) });
    }
    // Without this a file that was cut inside its last number would give another number.
    if !text.ends_with('\n') {
        return Err(FeedError::Syntax { offset: text.len() as u64, reason: "the last line is cut off".to_owned() });
    }
    let mut scores = Vec::new();
    let mut set_aside = Vec::new();
    for (index, line) in lines.enumerate() {
        let line = line.trim_end_matches(['\n', '\r']);
        if line.is_empty() {
            continue;
        }
        match row(line, date) {
            Ok(score) => scores.push(score),
            Err(reason) => set_aside.push(SetAside {
                id: line.split(',').next().filter(|id| id.starts_with("CVE-")).map(VulnerabilityId::from),
                place: index as u64 + 1,
                reason,
                digest: Digest::of(line.as_bytes()),
                products: Vec::new(),
                subjects: Vec::new(),
                last_modified: String::new(),
            }),
        }
    }
    Ok(Scores { model_version, date, moment, scores, set_aside })
}

/// The day that a file of scores speaks of, from its first line alone.
///
/// # Errors
/// The bytes cannot be had, or the first line is not that of EPSS.
pub fn day_of(source: impl Read) -> Result<Date, FeedError> {
    let mut line = String::new();
    // It is short; whatever is longer is something else.
    BufReader::new(source.take(LONGEST_REMARK)).read_line(&mut line)?;
    Ok(remark_line(&line)?.1)
}

fn remark_line(line: &str) -> Result<(String, Date, String), FeedError> {
    let wrong = || FeedError::WrongFeed {
        expected: "an EPSS file that begins with `#model_version:…,score_date:…`",
        found: quoted(line),
    };
    let fields = line.trim_end().strip_prefix('#').ok_or_else(wrong)?;
    let (mut model_version, mut date, mut moment) = (None, None, String::new());
    for field in fields.split(',') {
        match field.split_once(':') {
            Some(("model_version", version)) => model_version = Some(version.to_owned()),
            // A time of day follows, with a zone that was written in several ways over the years.
            Some(("score_date", time)) => {
                (date, moment) = (time.get(..10).and_then(|day| day.parse().ok()), super::moment(time));
            }
            _ => {}
        }
    }
    Ok((model_version.ok_or_else(wrong)?, date.ok_or_else(wrong)?, moment))
}

fn quoted(line: &str) -> String {
    let mut short: String = line.trim_end().chars().take(60).collect();
    if short.is_empty() {
        short.push_str("nothing");
        return short;
    }
    format!("`{short}`")
}

fn row(line: &str, date: Date) -> Result<(VulnerabilityId, Epss), String> {
    let mut fields = line.split(',');
    let (Some(id), Some(score), Some(percentile), None) = (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err("expected three fields".to_owned());
    };
    if !super::is_cve(id) {
        return Err(format!("`{id}` is not a CVE number"));
    }
    let part = |name: &str, text: &str| {
        per_hundred_thousand(text).ok_or_else(|| format!("{name} `{text}` is not a number from 0 to 1"))
    };
    Ok((
        VulnerabilityId::from(id),
        Epss { score: part("score", score)?, percentile: part("percentile", percentile)?, date },
    ))
}

/// A decimal number from 0 to 1 in parts per hundred thousand, rounded half up on its digits; no float comes near it.
pub(crate) fn per_hundred_thousand(text: &str) -> Option<u32> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() || text.len() > 64 || !(-40..=40).contains(&exponent) {
        return None;
    }
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // At most 64 digits and an exponent of at most 40 in either direction.
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let digit = |place: i32| {
        usize::try_from(place).ok().and_then(|place| digits.get(place)).map_or(0, |digit| u64::from(digit - b'0'))
    };
    let mut value = 0_u64;
    for place in point.min(0)..point + 5 {
        value = value * 10 + digit(place);
        if value > 100_000 {
            return None;
        }
    }
    let rest_is_zero = usize::try_from((point + 5).max(0))
        .ok()
        .is_none_or(|from| digits.iter().skip(from).all(|digit| *digit == b'0'));
    if value == 100_000 && !rest_is_zero {
        return None;
    }
    if digit(point + 5) >= 5 {
        value += 1;
    }
    u32::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{FeedError, per_hundred_thousand, read};

    const FILE: &str = "#model_version:v2026.01.01,score_date:2026-01-30T12:55:00+0000\ncve,epss,percentile\n\
        CVE-2000-0001,0.94321,0.99999\nCVE-2000-0002,2e-05,0.0\nCVE-2000-0003,1.2,0.5\nnonsense\nCVE-2000-0004,1,1.0\nCVE-2000-OO05,1,1.0\n";

    #[test]
    fn reads_a_file_and_sets_bad_rows_aside() -> Result<(), FeedError> {
        let scores = read(FILE.as_bytes())?;
        assert_eq!(scores.moment, "2026-01-30T12:55:00");
        assert_eq!((scores.model_version.as_str(), scores.date.to_string().as_str()), ("v2026.01.01", "2026-01-30"));
        let plain: Vec<_> = scores.scores.iter().map(|(id, epss)| (id.as_str(), epss.score, epss.percentile)).collect();
        assert_eq!(
            plain,
            [("CVE-2000-0001", 94321, 99999), ("CVE-2000-0002", 2, 0), ("CVE-2000-0004", 100_000, 100_000)]
        );
        let aside: Vec<_> =
            scores.set_aside.iter().map(|row| (row.place, row.id.as_ref().map(|id| id.as_str()))).collect();
        assert_eq!(aside, [(3, Some("CVE-2000-0003")), (4, None), (6, Some("CVE-2000-OO05"))]);
        Ok(())
    }

    #[test]
    fn other_files_are_refused() {
        for text in [
            "",
            "cve,epss,percentile\nCVE-2000-0001,0.1,0.1\n",
            "#model_version:v1\ncve,epss,percentile\n",
            "#model_version:v1,score_date:2026-01-30\ncve,score\n",
        ] {
            assert!(matches!(read(text.as_bytes()), Err(FeedError::WrongFeed { .. })), "{text}");
        }
        let cut = &FILE[..FILE.len() - 2];
        assert!(matches!(read(cut.as_bytes()), Err(FeedError::Syntax { .. })));
    }

    #[test]
    fn numbers_are_rounded_on_their_digits() {
        for (text, wanted) in [
            ("0", Some(0)),
            ("0.000004", Some(0)),
            ("0.000005", Some(1)),
            ("0.0000049999", Some(0)),
            ("0.123455", Some(12346)),
            ("0.999995", Some(100_000)),
            ("1", Some(100_000)),
            ("1.000000", Some(100_000)),
            ("1.000001", None),
            ("2e-05", Some(2)),
            ("9.999e-01", Some(99990)),
            ("0.1E1", Some(100_000)),
            ("4.9e-6", Some(0)),
            ("5e-6", Some(1)),
            (".5", Some(50_000)),
            ("", None),
            (".", None),
            ("-0.1", None),
            ("1e40", None),
            ("0,5", None),
            ("NaN", None),
        ] {
            assert_eq!(per_hundred_thousand(text), wanted, "{text}");
        }
    }

    proptest! {
        #[test]
        fn five_decimals_come_back_whatever_the_exponent(value in 0_u32..=100_000, shift in 0_i32..6) {
            let text = format!("{}.{:05}", value / 100_000, value % 100_000);
            prop_assert_eq!(per_hundred_thousand(&text), Some(value));
            let shifted = format!("{value}e-{:02}", 5);
            prop_assert_eq!(per_hundred_thousand(&shifted), Some(value));
            let wide = format!("{value}{}e-{}", "0".repeat(shift.unsigned_abs() as usize), 5 + shift);
            prop_assert_eq!(per_hundred_thousand(&wide), Some(value));
        }

        #[test]
        fn no_text_makes_it_fall_over(text in "[0-9eE.+-]{0,70}") {
            let _ = per_hundred_thousand(&text);
        }
    }
}
