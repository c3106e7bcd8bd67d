//! A sync that is killed leaves the generation that was there.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use jiff::civil::date;
use ward_feeds::{Progress, Silent, Source, Step, sync};
use ward_knowledge::Home;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

const MIRROR: &str = "WARD_TEST_MIRROR";
const HOME: &str = "WARD_TEST_HOME";

/// How often: 20 times, in the long run 200 times.
fn kills() -> u32 {
    match std::env::var_os("WARD_LARGE") {
        Some(value) if value == "1" || value == "true" => 200,
        _ => 20,
    }
}

/// Not a test: the program that is killed. It is this file's own binary, so that it is never an older one.
#[test]
#[ignore = "run by the other test as a program of its own"]
fn child() -> TestResult {
    let (Some(mirror), Some(home)) = (std::env::var_os(MIRROR), std::env::var_os(HOME)) else { return Ok(()) };
    sync(mirror.as_ref(), &[], &Home::open(PathBuf::from(home)), date(2026, 1, 2), &mut Ticks(0))?;
    Ok(())
}

/// Writes a byte for every bit of work, so that the other side can strike at a moment of its choice without a clock.
struct Ticks(u64);

impl Ticks {
    fn tick() {
        let _ = std::io::stderr().write_all(b".");
    }
}

impl Progress for Ticks {
    fn step(&mut self, _: Step) {
        Self::tick();
    }

    fn bytes(&mut self, _: Source, _: u64) {
        Self::tick();
    }

    fn records(&mut self, more: u64) {
        let before = self.0 / 100;
        self.0 += more;
        (before..self.0 / 100).for_each(|_| Self::tick());
    }
}

fn start(mirror: &Path, home: &Path) -> TestResult<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--exact", "child", "--ignored"]).env(MIRROR, mirror).env(HOME, home);
    Ok(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?)
}

/// A mirror of several files with some ten thousand records.
fn mirror(folder: &Path, files: u32, records: u32, word: &str) -> TestResult {
    fs::create_dir_all(folder.join("nvd"))?;
    for year in 2000..2000 + files {
        let mut file = std::io::BufWriter::new(fs::File::create(folder.join(format!("nvd/nvdcve-2.0-{year}.json")))?);
        write!(file, r#"{{"format":"NVD_CVE","version":"2.0","vulnerabilities":["#)?;
        for number in 0..records {
            let comma = if number == 0 { "" } else { "," };
            write!(
                file,
                r#"{comma}{{"cve":{{"id":"CVE-{year}-{number:05}","lastModified":"2020-01-01T00:00:00.000","descriptions":[{{"lang":"en","value":"{word} {number} {}"}}],
                "configurations":[{{"nodes":[{{"operator":"OR","cpeMatch":[{{"vulnerable":true,"criteria":"cpe:2.3:a:acme:pump{}:{number}:*:*:*:*:*:*:*"}}]}}]}}]}}}}"#,
                u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15),
                number % 700
            )?;
        }
        write!(file, "]}}")?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> TestResult {
    fs::create_dir_all(to.join("knowledge"))?;
    for entry in fs::read_dir(from.join("knowledge"))? {
        let entry = entry?;
        fs::copy(entry.path(), to.join("knowledge").join(entry.file_name()))?;
    }
    Ok(())
}

#[test]
fn a_killed_sync_leaves_the_earlier_generation() -> TestResult {
    let folder = tempfile::tempdir()?;
    let (small, large) = (folder.path().join("small"), folder.path().join("large"));
    mirror(&small, 1, 50, "before")?;
    mirror(&large, 5, 1500, "after")?;
    let seed = folder.path().join("home");
    let before = sync(&small, &[], &Home::open(&seed), date(2026, 1, 1), &mut Silent)?;

    // How many ticks it takes when nobody interferes, and what comes out then.
    let whole = folder.path().join("whole");
    copy(&seed, &whole)?;
    let mut child = start(&large, &whole)?;
    let mut seen = Vec::new();
    let ticks = child.stderr.take().ok_or("no pipe")?.read_to_end(&mut seen)?;
    assert!(child.wait()?.success());
    assert!(ticks > 100, "{ticks} ticks are too few to strike between");
    let after = Home::open(&whole).current()?.ok_or("nothing there")?.root();
    assert_ne!(after, before.root);

    let (mut earlier, kills) = (0, kills());
    for round in 0..kills {
        let home = folder.path().join(format!("home{round}"));
        copy(&seed, &home)?;
        let mut child = start(&large, &home)?;
        // Spread over the whole run, the last one right before its end.
        let strike = ticks * (round as usize + 1) / kills as usize;
        let mut pipe = child.stderr.take().ok_or("no pipe")?;
        std::io::copy(&mut pipe.by_ref().take(strike as u64), &mut std::io::sink())?;
        child.kill()?;
        let finished = child.wait()?.success();
        let held = Home::open(&home).current()?.ok_or("the home is empty")?;
        held.verify()?;
        assert!(held.root() == before.root || held.root() == after, "round {round}: neither one nor the other");
        assert!(!finished || held.root() == after);
        earlier += u32::from(held.root() == before.root);
        drop(held);
        // And the next sync is not in the way of what was left.
        if round % 5 == 0 {
            sync(&large, &[], &Home::open(&home), date(2026, 1, 2), &mut Silent)?;
            assert_eq!(Home::open(&home).current()?.ok_or("the home is empty")?.root(), after);
            let names: Vec<_> = fs::read_dir(home.join("knowledge"))?
                .map(|entry| entry.map(|entry| entry.file_name()))
                .collect::<Result<_, _>>()?;
            assert!(names.iter().all(|name| !name.to_string_lossy().starts_with("part-")), "{names:?}");
        }
    }
    assert!(earlier >= kills / 2, "only {earlier} of {kills} were killed before they were done");
    Ok(())
}
