//! The long run: many processes, each with some inputs of one reader, and what came of all of them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Output};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use std::{env, fs, io, thread};

use crate::change::input;
use crate::clock::Stopwatch;
use crate::readers::Reader;
use crate::seeds::Seeds;
use crate::worker::{Failure, HUNG, Ran};

mod table;

pub use table::table;

/// All that a process may take of memory, its own program and stacks included.
pub const MOST_MEMORY_KIB: u64 = 256 << 10;
/// How many inputs a process is handed.
const BATCH: u64 = 20_000;
/// How many inputs are kept that fail in the same way.
const KEPT: usize = 3;
/// A reader that ends its process this often is left alone.
const MOST_DEATHS: usize = 50;

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The readers, each with how many inputs it is handed.
    pub readers: Vec<(Reader, u64)>,
    /// How many processes at a time.
    pub workers: usize,
    /// Where inputs that fail are kept.
    pub keep: PathBuf,
    /// Where the seeds are.
    pub seeds: Seeds,
}

/// What came of one reader.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// How it went, summed up.
    pub ran: Ran,
    /// How long its processes took, one after the other.
    pub busy: Duration,
    /// What went wrong: how often, and the first inputs that show it.
    pub failures: BTreeMap<String, (u64, Vec<PathBuf>)>,
    deaths: usize,
}

/// Does it, and tells how far it is.
///
/// # Errors
/// No process can be started, or what fails cannot be kept.
pub fn run(plan: &Plan, say: &(dyn Fn(String) + Sync)) -> io::Result<BTreeMap<&'static str, Tally>> {
    let jobs = plan.readers.iter().flat_map(|(reader, inputs)| {
        let starts = (0..*inputs).step_by(usize::try_from(BATCH).unwrap_or(usize::MAX));
        starts.map(move |start| (*reader, start..inputs.min(&(start + BATCH)).to_owned()))
    });
    let jobs = Mutex::new(jobs);
    let tallies: Mutex<BTreeMap<&'static str, Tally>> = Mutex::default();
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || -> io::Result<()> {
        while let Some((reader, numbers)) = next() {
            let asked =
                plan.readers.iter().find(|(other, _)| other.name == reader.name).map_or(0, |(_, inputs)| *inputs);
            batch(plan, &reader, numbers, &tallies)?;
            let mut tallies = tallies.lock().unwrap_or_else(PoisonError::into_inner);
            let tally = tallies.entry(reader.name).or_default();
            let ten = (asked / 10).next_multiple_of(BATCH);
            if tally.ran.inputs >= asked || tally.ran.inputs.is_multiple_of(ten) {
                let failures: u64 = tally.failures.values().map(|(count, _)| count).sum();
                say(format!("{:16} {:>9} of {asked} inputs, {failures} failed", reader.name, tally.ran.inputs));
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..plan.workers.max(1)).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread fell"))))
    })?;
    Ok(tallies.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Some inputs of one reader. Where the process ends, the input that it was at has failed, and another process goes on behind it.
fn batch(
    plan: &Plan,
    reader: &Reader,
    mut numbers: Range<u64>,
    tallies: &Mutex<BTreeMap<&'static str, Tally>>,
) -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let state = folder.path().join("state");
    while !numbers.is_empty() {
        let watch = Stopwatch::start();
        let output = process(plan, reader, &numbers, &state, folder.path())?;
        let took = watch.elapsed();
        let (ran, mut failures) = read(&String::from_utf8_lossy(&output.stdout));
        let mut ran = ran.unwrap_or_default();
        let mut next = numbers.end;
        if !output.status.success() {
            let at = fs::read(&state).ok().and_then(|bytes| <[u8; 8]>::try_from(bytes).ok()).map(u64::from_le_bytes);
            let at = at.filter(|at| numbers.contains(at)).ok_or_else(|| io::Error::other(died(&output)))?;
            failures.push(Failure { number: at, reason: died(&output) });
            ran.inputs = at + 1 - numbers.start;
            next = at + 1;
        }
        let mut tallies = tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = tallies.entry(reader.name).or_default();
        tally.busy += took;
        tally.ran.inputs += ran.inputs;
        tally.ran.bytes += ran.bytes;
        tally.ran.slowest_us = tally.ran.slowest_us.max(ran.slowest_us);
        tally.ran.peak_kib = tally.ran.peak_kib.max(ran.peak_kib);
        for failure in failures {
            let (count, kept) = tally.failures.entry(failure.reason).or_default();
            *count += 1;
            if kept.len() < KEPT {
                fs::create_dir_all(&plan.keep)?;
                let path = plan.keep.join(format!("{}-{}", reader.name, failure.number));
                fs::write(&path, input(reader.name, &plan.seeds.of(reader)?, failure.number))?;
                kept.push(path);
            }
        }
        tally.deaths += usize::from(!output.status.success());
        if tally.deaths >= MOST_DEATHS {
            return Err(io::Error::other(format!("{} ended {MOST_DEATHS} processes: {}", reader.name, died(&output))));
        }
        numbers.start = next;
    }
    Ok(())
}

/// A process that is at these inputs, with a limit to its memory where the system has one.
fn process(
    plan: &Plan,
    reader: &Reader,
    numbers: &Range<u64>,
    state: &std::path::Path,
    scratch: &std::path::Path,
) -> io::Result<Output> {
    let program = env::current_exe()?;
    let mut command = if cfg!(target_os = "linux") {
        let mut command = Command::new("sh");
        // Memory that is refused ends the process, and the input is known.
        command.args(["-c", &format!("ulimit -v {MOST_MEMORY_KIB} && exec \"$0\" \"$@\"")]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.arg(reader.name).arg("--numbers").arg(format!("{}..{}", numbers.start, numbers.end));
    command.arg("--state").arg(state);
    if let Some(more) = &plan.seeds.more {
        command.arg("--more").arg(more);
    }
    // One arena: others would take address space that nobody uses.
    command.env("MALLOC_ARENA_MAX", "1").env("TMPDIR", scratch).output()
}

/// How a process ended.
fn died(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    // The first line says what happened; addresses and numbers differ from time to time.
    let said: String =
        said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().chars().take(200).collect();
    let ended = |status: ExitStatus| {
        if status.code() == Some(HUNG) { "does not come back".to_owned() } else { status.to_string() }
    };
    format!("ends the process: {} {said}", ended(output.status))
}

/// What a process says of itself.
fn read(text: &str) -> (Option<Ran>, Vec<Failure>) {
    let (mut ran, mut failures) = (None, Vec::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("failed ") {
            if let Some((number, reason)) = rest.split_once(' ')
                && let Ok(number) = number.parse()
            {
                failures.push(Failure { number, reason: reason.to_owned() });
            }
        } else if let Some(rest) = line.strip_prefix("ran ") {
            let numbers: Vec<u64> = rest.split(' ').filter_map(|number| number.parse().ok()).collect();
            if let [inputs, bytes, slowest_us, peak_kib] = numbers[..] {
                ran = Some(Ran { inputs, bytes, slowest_us, peak_kib });
            }
        }
    }
    (ran, failures)
}

/// As [`read`] reads it.
pub fn said(ran: &Ran) -> String {
    format!("ran {} {} {} {}", ran.inputs, ran.bytes, ran.slowest_us, ran.peak_kib)
}

/// As [`read`] reads it.
pub fn said_of(failure: &Failure) -> String {
    format!("failed {} {}", failure.number, failure.reason.replace(['\n', '\r'], " "))
}
