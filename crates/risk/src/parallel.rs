//! Work on a list in parts, on all processors. What comes out does not depend on how many there are.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// More threads would share too little with each other.
const MOST_THREADS: usize = 4;

/// How many parts so much work is worth, if each is to have at least so many items.
pub(crate) fn parts(items: usize, least: usize) -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    processors.min(MOST_THREADS).min(items / least.max(1)).max(1)
}

/// Works on a list in parts of neighbours, and does one thing before them that they need not wait for. Gives what came of that, and of
/// the parts in their order.
pub(crate) fn in_parts<'t, T: Sync, R: Send, F>(
    items: &'t [T],
    least: usize,
    work: impl Fn(&'t [T]) -> R + Sync,
    first: impl FnOnce() -> F,
) -> (F, Vec<R>) {
    if parts(items.len(), least) == 1 {
        return (first(), vec![work(items)]);
    }
    // Some parts take longer than others: whoever is done takes the next.
    let chunks: Vec<&'t [T]> = items.chunks(least.max(1)).collect();
    each_beside(&chunks, |chunk| work(chunk), first)
}

/// Does each of these, and one thing before them that others need not wait for: on all processors, each taking what is next. Gives
/// what came of the first thing, and of the others in their order.
pub(crate) fn each_beside<T: Sync, R: Send, F>(
    items: &[T],
    each: impl Fn(&T) -> R + Sync,
    first: impl FnOnce() -> F,
) -> (F, Vec<R>) {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((number, item)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            items.get(number).map(|item| (number, item))
        } {
            done.push((number, each(item)));
        }
        done
    };
    thread::scope(|scope| {
        let others = parts(items.len() + 1, 1) - 1;
        let working: Vec<_> = (0..others).map(|_| scope.spawn(work)).collect();
        let first = first();
        let mut done = work();
        for part in working {
            done.extend(part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done.sort_unstable_by_key(|(number, _)| *number);
        (first, done.into_iter().map(|(_, result)| result).collect())
    })
}

/// Changes each of these, on all processors.
pub(crate) fn each_mut<T: Send>(items: &mut [T], each: impl Fn(&mut T) + Sync) {
    let share = items.len().div_ceil(parts(items.len(), 1)).max(1);
    let mut shares = items.chunks_mut(share);
    thread::scope(|scope| {
        let first = shares.next();
        for share in shares {
            scope.spawn(|| share.iter_mut().for_each(&each));
        }
        first.into_iter().flatten().for_each(&each);
    });
}
