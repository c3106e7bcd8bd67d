//! A sync that is killed leaves the generation that was there.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::civil::date;
use ward_feeds::{Silent, sync};
use ward_knowledge::Home;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

const MIRROR: &str = "WARD_TEST_MIRROR";
const HOME: &str = "WARD_TEST_HOME";
const KILLS: u32 = 20;

/// Not a test: the program that is killed. It is this file's own binary, so that it is never an older one.
#[test]
#[ignore = "run by the other test as a program of its own"]
fn child() -> TestResult {
    let (Some(mirror), Some(home)) = (std::env::var_os(MIRROR), std::env::var_os(HOME)) else { return Ok(()) };
    sync(mirror.as_ref(), &[], &Home::open(PathBuf::from(home)), date(2026, 1, 2), &mut Silent)?;
    Ok(())
}

fn start(mirror: &Path, home: &Path) -> TestResult<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--exact", "child", "--ignored"]).env(MIRROR, mirror).env(HOME, home);
    Ok(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
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
    mirror(&large, 6, 2500, "after")?;
    let seed = folder.path().join("home");
    let before = sync(&small, &[], &Home::open(&seed), date(2026, 1, 1), &mut Silent)?;

    // How long it takes when nobody interferes, and what comes out then.
    let whole = folder.path().join("whole");
    copy(&seed, &whole)?;
    let begun = Instant::now();
    assert!(start(&large, &whole)?.wait()?.success());
    let takes = begun.elapsed();
    let after = Home::open(&whole).current()?.ok_or("nothing there")?.root();
    assert_ne!(after, before.root);

    let mut earlier = 0;
    for round in 0..KILLS {
        let home = folder.path().join(format!("home{round}"));
        copy(&seed, &home)?;
        let mut child = start(&large, &home)?;
        // Spread over the whole run, and past its end where the machine is in a hurry.
        std::thread::sleep(takes * (2 * round + 1) / (2 * KILLS) + Duration::from_micros(u64::from(round) * 137));
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
    assert!(earlier >= KILLS / 2, "only {earlier} of {KILLS} were killed before they were done");
    Ok(())
}
