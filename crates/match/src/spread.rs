//! Work on a list, spread over the processors. What comes out does not depend on how many there are or which was first.

use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many items are worked on in one go: neighbours often share what has to be read for them.
const PORTION: usize = 16;
/// More threads would share too little with each other.
const MOST_THREADS: usize = 4;

/// Works on all numbers below `count`, portion by portion, and gives what comes of them in their order; of several errors that of
/// the lowest portion. Each thread begins with a state of its own, on which no result may depend.
///
/// # Errors
/// What `work` gives.
pub fn spread<S, R: Send, E: Send>(
    count: usize,
    begin: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, Range<usize>) -> Result<Vec<R>, E> + Sync,
) -> Result<Vec<R>, E> {
    let next = AtomicUsize::new(0);
    let alone = || {
        let mut state = begin();
        let mut done: Vec<(usize, Result<Vec<R>, E>)> = Vec::new();
        loop {
            let start = next.fetch_add(PORTION, Ordering::Relaxed);
            if start >= count {
                return done;
            }
            let result = work(&mut state, start..count.min(start.saturating_add(PORTION)));
            let failed = result.is_err();
            done.push((start, result));
            // Portions are handed out in order: no thread has an earlier one still before it.
            if failed {
                return done;
            }
        }
    };
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = processors.min(MOST_THREADS).min(count.div_ceil(PORTION));
    let mut portions = thread::scope(|scope| {
        // Where the system gives no further thread, this one does it all.
        let beside = || {
            make_room();
            alone()
        };
        let others: Vec<_> =
            (1..threads).filter_map(|_| thread::Builder::new().spawn_scoped(scope, beside).ok()).collect();
        let mut portions = alone();
        for other in others {
            portions.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        portions
    });
    portions.sort_unstable_by_key(|(start, _)| *start);
    let mut all = Vec::with_capacity(count);
    for (_, results) in portions {
        all.extend(results?);
    }
    Ok(all)
}

/// About what a thread takes for its part of a large inventory.
const ROOM: usize = 8 << 20;

/// Takes room for what a thread will make, and gives it back untouched. The allocator of glibc then has it at hand in one piece, where
/// it would ask the system for every single page of it. With others this does nothing.
fn make_room() {
    // It is freeing the first that tells the allocator to keep pieces of the size of the second.
    for size in [2 * ROOM, ROOM] {
        let mut room: Vec<u8> = Vec::new();
        // Where there is no such room, whoever needs it will say so.
        let _ = room.try_reserve_exact(size);
        std::hint::black_box(&room);
    }
}

/// Does one thing on another thread while the other is done on this one.
pub(crate) fn beside<A: Send, B>(one: impl Fn() -> A + Send + Sync, other: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        // Where the system gives no further thread, this one does both.
        let thread = thread::Builder::new().spawn_scoped(scope, &one);
        let other = other();
        let one = match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => one(),
        };
        (one, other)
    })
}

#[cfg(test)]
mod tests {
    use super::{PORTION, spread};

    #[test]
    fn results_come_in_order() {
        for count in [0, 1, PORTION, PORTION + 1, 20 * PORTION + 3] {
            let doubled = spread(count, || (), |(), part| Ok::<_, ()>(part.map(|number| 2 * number).collect()));
            assert_eq!(doubled, Ok((0..count).map(|number| 2 * number).collect()));
        }
    }

    #[test]
    fn of_several_errors_the_first_one_counts() {
        for _ in 0..50 {
            let failing = spread(
                40 * PORTION,
                || (),
                |(), part| -> Result<Vec<usize>, usize> {
                    if part.contains(&(5 * PORTION)) || part.start >= 9 * PORTION {
                        Err(part.start)
                    } else {
                        Ok(part.collect())
                    }
                },
            );
            assert_eq!(failing, Err(5 * PORTION));
        }
    }
}
