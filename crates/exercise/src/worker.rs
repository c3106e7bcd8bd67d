//! A run of one reader in a process of its own, so that whatever it does to the process can be told from outside.

use std::any::Any;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::change::input;
use crate::clock::{Stopwatch, at_work};
use crate::memory::peak_kib;
use crate::readers::Reader;

/// What a reader may take for one input.
pub const LONGEST: Duration = Duration::from_secs(1);
/// Longer than this, the machine may have been at something else: it is measured again in time at work, and the least counts.
const ODD: Duration = Duration::from_millis(200);
/// When nobody waits any longer. Far above [`LONGEST`], because other programs run on the machine too.
const HANGS: Duration = Duration::from_secs(15);
/// How the process ends where a reader does not come back.
pub const HUNG: i32 = 97;
/// A thread's usual stack: what a sync reads with.
const STACK: usize = 2 << 20;

/// How a run went, as one line; the failures, one a line, stand before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ran {
    /// How many inputs.
    pub inputs: u64,
    /// How many bytes they had.
    pub bytes: u64,
    /// The longest that one took, in microseconds.
    pub slowest_us: u64,
    /// The most memory that the process took, in KiB; 0 where the system does not tell.
    pub peak_kib: u64,
}

/// What went wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The number of the input.
    pub number: u64,
    /// What went wrong, and where.
    pub reason: String,
}

/// Hands the inputs of these numbers to a reader. The number of each is written to the file `state` first.
///
/// # Errors
/// The state cannot be written.
pub fn work(
    reader: &Reader,
    seeds: Vec<Vec<u8>>,
    numbers: Range<u64>,
    state: &Path,
    failed: &mut dyn FnMut(Failure),
) -> io::Result<Ran> {
    let mut state = File::create(state)?;
    let fell = catch_falls();
    let begun = Arc::new(AtomicU64::new(0));
    watch(Arc::clone(&begun));
    let reader = *reader;
    let all = move || -> io::Result<(Ran, Vec<Failure>)> {
        let (mut ran, mut failures) = (Ran::default(), Vec::new());
        for number in numbers {
            state.seek(SeekFrom::Start(0))?;
            state.write_all(&number.to_le_bytes())?;
            let bytes = input(reader.name, &seeds, number);
            let mut took = Duration::MAX;
            for attempt in 0..3 {
                begun.fetch_add(1, Ordering::Relaxed);
                let (watch, before) = (Stopwatch::start(), if attempt > 0 { at_work() } else { None });
                let answered = panic::catch_unwind(AssertUnwindSafe(|| (reader.read)(&bytes)));
                let at_work = before.and_then(|before| at_work()?.checked_sub(before));
                took = took.min(at_work.unwrap_or_else(|| watch.elapsed()));
                if let Err(payload) = answered {
                    let said = fell.lock().unwrap_or_else(PoisonError::into_inner).take();
                    failures.push(Failure { number, reason: said.unwrap_or_else(|| text_of(&*payload)) });
                    break;
                }
                if took < ODD {
                    break;
                }
            }
            if took > LONGEST {
                failures.push(Failure { number, reason: format!("takes longer than {LONGEST:?}") });
            }
            ran.inputs += 1;
            ran.bytes += bytes.len() as u64;
            ran.slowest_us = ran.slowest_us.max(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        }
        ran.peak_kib = peak_kib().unwrap_or(0);
        Ok((ran, failures))
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(all)?;
    let (ran, failures) = thread.join().map_err(|payload| io::Error::other(text_of(&*payload)))??;
    failures.into_iter().for_each(failed);
    Ok(ran)
}

/// Keeps what the last panic said, with its place, in place of printing it.
fn catch_falls() -> Arc<Mutex<Option<String>>> {
    let kept = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&kept);
    panic::set_hook(Box::new(move |info| {
        let place = info.location().map(|place| format!("{}:{}", place.file(), place.line()));
        let said = format!("panics at {}: {}", place.unwrap_or_default(), text_of(info.payload()));
        *keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
    }));
    kept
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panics".to_owned())
}

/// Ends the process where nothing was begun for too long.
fn watch(begun: Arc<AtomicU64>) {
    thread::spawn(move || {
        let (mut last, mut since) = (0, Stopwatch::start());
        loop {
            thread::sleep(Duration::from_millis(200));
            let now = begun.load(Ordering::Relaxed);
            if now != last {
                (last, since) = (now, Stopwatch::start());
            } else if now > 0 && since.elapsed() > HANGS {
                std::process::exit(HUNG);
            }
        }
    });
}
