//! What came of a run, as a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Tally;

/// One line for each reader, and below it what failed.
pub fn table(tallies: &BTreeMap<&'static str, Tally>) -> String {
    let mut text = format!(
        "{:16} {:>10} {:>9} {:>9} {:>11} {:>9} {:>7}\n",
        "reader", "inputs", "MB", "a second", "slowest ms", "peak MiB", "failed"
    );
    let (mut inputs, mut failed) = (0, 0);
    for (name, tally) in tallies {
        let failures: u64 = tally.failures.values().map(|(count, _)| count).sum();
        let seconds = tally.busy.as_millis().max(1);
        let _ = writeln!(
            text,
            "{name:16} {:>10} {:>9} {:>9} {:>11} {:>9} {failures:>7}",
            tally.ran.inputs,
            tally.ran.bytes / 1_000_000,
            u128::from(tally.ran.inputs) * 1000 / seconds,
            tally.ran.slowest_us / 1000,
            tally.ran.peak_kib / 1024,
        );
        for (reason, (count, kept)) in &tally.failures {
            let _ = writeln!(text, "    {count} times: {reason}");
            for path in kept {
                let _ = writeln!(text, "        {}", path.display());
            }
        }
        inputs += tally.ran.inputs;
        failed += failures;
    }
    let _ = writeln!(text, "{:16} {inputs:>10} inputs, {failed} failed", "all");
    text
}
