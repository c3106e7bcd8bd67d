//! Work on a list in parts, on all processors. What comes out does not depend on how many there are.

use std::num::NonZero;
use std::thread;

/// More threads would share too little with each other.
const MOST_THREADS: usize = 4;

/// How many parts so much work is worth, if each is to have at least so many items.
pub(crate) fn parts(items: usize, least: usize) -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    processors.min(MOST_THREADS).min(items / least.max(1)).max(1)
}

/// Works on a list in parts of neighbours, and gives what comes of them in their order.
pub(crate) fn in_parts<T: Sync, R: Send>(items: &[T], least: usize, work: impl Fn(&[T]) -> Vec<R> + Sync) -> Vec<R> {
    let parts = parts(items.len(), least);
    if parts == 1 {
        return work(items);
    }
    let work = &work;
    thread::scope(|scope| {
        let chunks = items.chunks(items.len().div_ceil(parts));
        let working: Vec<_> = chunks.map(|chunk| scope.spawn(move || work(chunk))).collect();
        let done = working.into_iter().map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        let mut all = Vec::with_capacity(items.len());
        done.for_each(|part| all.extend(part));
        all
    })
}
