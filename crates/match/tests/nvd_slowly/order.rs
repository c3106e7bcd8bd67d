//! The order of versions as `docs/versions.md` describes it, token by token and without keys. What is not one of the common ways to
//! write a version is not judged here.

use std::cmp::Ordering;

/// What comes of comparing two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Less,
    Equal,
    Greater,
    /// There is no order between the two.
    None,
    /// Written in a way that is not judged here, and in which.
    NotJudged(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// `alpha`, `beta`, `rc`.
    Pre(u8),
    /// The end of the text.
    End,
    /// A letter right behind a number.
    Letter(String),
    /// A word for a patch; its number follows.
    Patch(&'static str),
    /// A number without leading zeros.
    Number(String),
}

/// How a version is written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Written {
    Tokens(Vec<Token>),
    /// It holds no number, or means several versions (`4.x`, `16.12.1x`): there is no order.
    NoOrder,
    /// In a way that is not judged here, and in which.
    Otherwise(&'static str),
}

/// A run of digits or letters, and whether a digit stands right before and right behind it.
struct Run<'a> {
    text: &'a str,
    digits: bool,
    behind_digit: bool,
    before_digit: bool,
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for segment in text.split(['.', '-', '_']) {
        let mut rest = segment;
        let mut behind_digit = false;
        while let Some(first) = rest.bytes().next() {
            let digits = first.is_ascii_digit();
            let end = rest.bytes().position(|byte| byte.is_ascii_digit() != digits).unwrap_or(rest.len());
            let (text, tail) = rest.split_at(end);
            let before_digit = tail.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
            runs.push(Run { text, digits, behind_digit, before_digit });
            behind_digit = digits;
            rest = tail;
        }
    }
    runs
}

fn written(version: &str, update: Option<&str>) -> Written {
    let version = version.trim().to_lowercase();
    if !version.bytes().any(|byte| byte.is_ascii_digit()) {
        return Written::NoOrder;
    }
    let several = |segment: &str| {
        let digits = segment.strip_suffix('x');
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            || matches!(segment, "y" | "z" | "xx")
    };
    let bare = version.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let text = bare.unwrap_or(&version);
    let plain = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'.' | b'-' | b'_'));
    let update = update.map(str::to_lowercase).filter(|update| update != "-" && update != "*");
    if !plain(text) || !update.as_deref().is_none_or(plain) {
        return Written::Otherwise("with other signs, as releases of Cisco in brackets");
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Written::Otherwise("with a word in front, as `r2` and `snv_74`");
    }
    // Most texts of this kind mean any number there. Some makers count so far with letters, too; nobody can tell.
    if text.split(['.', '-', '_']).any(several) {
        return Written::NoOrder;
    }
    let mut all = runs(text);
    // Dates, counts of builds, years with a letter and commits have orders of their own.
    let head = all.first().map_or("", |run| run.text);
    let joined = text.contains(['-', '_']);
    let hexadecimal = |part: &str| part.len() >= 7 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    if all.iter().any(|run| run.digits && run.text.len() >= 5) {
        return Written::Otherwise("with a number of five digits, as dates and counts of builds");
    }
    if joined && all.len() >= 3 && all.iter().take(3).all(|run| run.digits) {
        return Written::Otherwise(
            "of three numbers with a dash behind or between them, as dates and `2.6.11_rc1_bk6`",
        );
    }
    if head.len() == 4 && all.len() == 2 && all.iter().any(|run| !run.digits) {
        return Written::Otherwise("a year with a letter");
    }
    if text.split(['.', '-', '_']).any(hexadecimal) {
        return Written::Otherwise("in hexadecimal");
    }
    // A lone `x` behind a number may stand for any letter or number.
    if all.iter().any(|run| run.text == "x") {
        return Written::Otherwise("with a lone `x`, as `15.1x49`");
    }
    let with_update = update.as_deref().map(|update| runs(update.trim_start_matches(['-', '_', '.'])));
    if let Some(more) = with_update {
        let bare_number = more.first().is_some_and(|run| run.digits);
        for (place, mut run) in more.into_iter().enumerate() {
            if place == 0 && bare_number {
                all.push(Run { text: "update", digits: false, behind_digit: false, before_digit: true });
            } else if place == 0 {
                run.behind_digit = run.text.len() == 1;
            }
            all.push(run);
        }
    }
    let mut tokens: Vec<Token> = Vec::new();
    for (place, run) in all.iter().enumerate() {
        if run.digits {
            tokens.push(Token::Number(run.text.trim_start_matches('0').to_owned()));
            continue;
        }
        let number = all.get(place + 1).filter(|next| next.digits).map(|next| next.text);
        let suffix = run.text.len() == 1 || run.text.len() == 2 && run.text.starts_with('z');
        let token = match (run.text, number) {
            (letters, _) if run.behind_digit && !run.before_digit && suffix => Some(Token::Letter(letters.to_owned())),
            ("alpha", _) | ("a", Some(_)) => Some(Token::Pre(0)),
            ("beta", _) => Some(Token::Pre(1)),
            ("b", Some(digits)) if digits.len() <= 2 && !digits.starts_with('0') => Some(Token::Pre(1)),
            ("rc" | "cr", _) => Some(Token::Pre(2)),
            ("p" | "pl" | "patch" | "patchlevel", Some(_)) => Some(Token::Patch("p")),
            ("sp" | "servicepack", Some(_)) => Some(Token::Patch("sp")),
            ("u" | "upd" | "update", Some(_)) => Some(Token::Patch("u")),
            ("hf" | "hotfix", Some(_)) => Some(Token::Patch("hf")),
            ("final" | "ga" | "release" | "rel" | "stable" | "gold" | "rtm", None) => None,
            // Words of makers: trains (`12.4xa`), `test9`, `pre3`, `preview`, `h2`. Nobody says where they stand.
            _ => return Written::Otherwise("with a word that has no known place, as `12.4xa` and `2.6.0 test6`"),
        };
        tokens.extend(token);
    }
    tokens.push(Token::End);
    // Zeros that no number follows say nothing.
    let mut place = tokens.len() - 1;
    while place > 0 {
        place -= 1;
        let zero = matches!(&tokens[place], Token::Number(digits) if digits.is_empty());
        if zero && !matches!(tokens[place + 1], Token::Number(_)) {
            tokens.remove(place);
        }
    }
    Written::Tokens(tokens)
}

/// Whether a version is written in a way that is judged here, and has a place in the order.
pub fn is_judged(version: &str, update: Option<&str>) -> bool {
    matches!(written(version, update), Written::Tokens(_))
}

/// Whether a version has no place in any order.
pub fn has_no_order(version: &str) -> bool {
    written(version, None) == Written::NoOrder
}

/// Whether a version differs from one with an `x` for a number (`4.x`, `16.12.1x`) in what stands before the `x`, so that it is another
/// one whatever the letter means. Compared as text: numbers without zeros before them, each with a dot behind it.
pub fn is_apart(own: &str, several: &str) -> bool {
    let numbers = |text: &str| -> String {
        let text = text.trim().to_lowercase();
        let mut all = String::new();
        for part in text.trim_start_matches('v').split(['.', '-', '_']) {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            if digits.is_empty() {
                break;
            }
            all.push_str(match digits.trim_start_matches('0') {
                "" => "0",
                number => number,
            });
            if digits.len() < part.len() && part.ends_with('x') && part.len() == digits.len() + 1 {
                // What follows may be more digits.
                return if all.ends_with(".0") || all == "0" { all[..all.len() - 1].to_owned() } else { all };
            }
            all.push('.');
            if digits.len() < part.len() {
                break;
            }
        }
        all
    };
    let lower = several.trim().to_lowercase();
    let is_one = |part: &str| part.strip_suffix('x').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    let parts: Vec<&str> = lower.trim_start_matches('v').split(['.', '-', '_']).collect();
    let Some(first) = parts.iter().position(|part| is_one(part)) else { return false };
    if parts[..first].iter().any(|part| part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit())) {
        return false;
    }
    let (own, stem) = (numbers(own), numbers(several));
    !own.is_empty() && !own.starts_with(&stem) && !stem.starts_with(&own)
}

fn rank(token: &Token) -> u8 {
    match token {
        Token::Pre(_) => 0,
        Token::End => 1,
        Token::Letter(_) => 2,
        Token::Patch(_) => 3,
        Token::Number(_) => 4,
    }
}

fn to_order(order: Ordering) -> Order {
    match order {
        Ordering::Less => Order::Less,
        Ordering::Equal => Order::Equal,
        Ordering::Greater => Order::Greater,
    }
}

/// The order of two versions, each with its update.
pub fn compare(a: (&str, Option<&str>), b: (&str, Option<&str>)) -> Order {
    let (left, right) = (written(a.0, a.1), written(b.0, b.1));
    let (left, right) = match (left, right) {
        (Written::Tokens(left), Written::Tokens(right)) => (left, right),
        (Written::Otherwise(how), _) | (_, Written::Otherwise(how)) => return Order::NotJudged(how),
        // Without an order the same text is still the same version.
        _ if a.0.trim().eq_ignore_ascii_case(b.0.trim()) && a.1 == b.1 => return Order::Equal,
        _ => return Order::None,
    };
    for (left, right) in left.iter().zip(&right) {
        if left == right {
            continue;
        }
        return match (left, right) {
            (Token::Number(a), Token::Number(b)) => to_order((a.len(), a).cmp(&(b.len(), b))),
            (Token::Pre(a), Token::Pre(b)) => to_order(a.cmp(b)),
            (Token::Letter(a), Token::Letter(b)) => to_order(a.cmp(b)),
            (Token::Patch(_), Token::Patch(_) | Token::Letter(_)) | (Token::Letter(_), Token::Patch(_)) => Order::None,
            _ => to_order(rank(left).cmp(&rank(right))),
        };
    }
    Order::Equal
}

/// OpenSSL numbers otherwise: three numbers, letters, and what comes before a release.
pub fn compare_openssl(a: (&str, Option<&str>), b: (&str, Option<&str>)) -> Order {
    match (openssl(a.0, a.1), openssl(b.0, b.1)) {
        (Some(a), Some(b)) => to_order(a.cmp(&b)),
        _ if has_no_order(a.0) || has_no_order(b.0) => compare(a, b),
        _ => Order::NotJudged("of OpenSSL, written otherwise"),
    }
}

type Openssl = ([u32; 3], String, u8, u32);

fn openssl(version: &str, update: Option<&str>) -> Option<Openssl> {
    let version = version.trim().to_lowercase();
    let (base, mut suffix) = match version.split_once('-') {
        Some((base, suffix)) => (base.to_owned(), suffix.to_owned()),
        None => (version, String::new()),
    };
    if let Some(update) = update.filter(|update| !matches!(*update, "-" | "*")) {
        if !suffix.is_empty() {
            return None;
        }
        suffix = update.to_lowercase();
    }
    let end = base.bytes().position(|byte| byte.is_ascii_lowercase()).unwrap_or(base.len());
    let (core, letters) = base.split_at(end);
    let mut letters = letters.to_owned();
    let mut numbers = [0; 3];
    let parts: Vec<&str> = core.split('.').collect();
    if !(2..=3).contains(&parts.len()) || letters.len() > 2 || !letters.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    for (slot, part) in numbers.iter_mut().zip(parts) {
        *slot = part.parse().ok()?;
    }
    if letters.is_empty() && suffix.len() <= 2 && suffix.bytes().all(|byte| byte.is_ascii_lowercase()) {
        letters = std::mem::take(&mut suffix);
    }
    let digits = suffix.bytes().position(|byte| byte.is_ascii_digit()).unwrap_or(suffix.len());
    let (word, number) = suffix.split_at(digits);
    let (rank, number) = match word {
        "" if number.is_empty() => (3, 0),
        "alpha" => (0, number.parse().ok()?),
        "beta" => (1, number.parse().ok()?),
        "rc" => (2, number.parse().ok()?),
        _ => return None,
    };
    Some((numbers, letters, rank, number))
}

/// Whether an OpenSSL version has a place in the order.
pub fn is_openssl(version: &str, update: Option<&str>) -> bool {
    openssl(version, update).is_some()
}
