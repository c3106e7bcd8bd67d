//! What an answer is compared with: an earlier answer that was kept, or what would have been answered on an earlier day.

use std::path::Path;
use std::str::FromStr as _;

use jiff::civil::Date;
use ward_device::Reading;
use ward_model::Assessment;
use ward_model::assessment::SCHEMA;
use ward_model::since::Earlier;
use ward_policy::Library;

use crate::arguments::Global;
use crate::clock::AsOf;
use crate::failure::Failure;
use crate::files;
use crate::held::Held;
use crate::ui::Ui;

/// Says in an answer what is different from an earlier one: `from` is a day, a time, or a file.
pub fn compare(
    now: Assessment,
    from: &str,
    reading: &Reading,
    library: &Library,
    (global, ui): (&Global, &Ui),
) -> Result<Assessment, Failure> {
    let earlier = match AsOf::from_str(from) {
        Ok(day) => answered(day, now.inputs.as_of, reading, library, (global, ui))?,
        Err(_) => read(Path::new(from), &now)?,
    };
    if earlier.inputs.as_of > now.inputs.as_of {
        let message = format!("the earlier answer is of {}, after {}", earlier.inputs.as_of, now.inputs.as_of);
        return Err(Failure::input("since", message).hint("ask with --as-of for that day or a later one"));
    }
    let since = ward_assess::since(&earlier, &now, &reading.device);
    Ok(Assessment { since: Some(since), ..now })
}

/// The same folder by what was known on an earlier day.
fn answered(
    day: AsOf,
    now: Date,
    reading: &Reading,
    library: &Library,
    (global, ui): (&Global, &Ui),
) -> Result<Earlier, Failure> {
    if day.day > now {
        return Err(Failure::input("since", format!("{} is after the day asked about, {now}", day.day)));
    }
    let (held, day, notes) = Held::opened(global, Some(day))?;
    notes.iter().for_each(|note| ui.note(format!("since: {note}")));
    ui.note("since: the folder and its decisions are those of today: only what the world says is of that day");
    Ok(Earlier::from(&super::assessment(reading, library, &held, day, &[])?))
}

/// An earlier answer of `ward assess --json` about the same device.
fn read(path: &Path, now: &Assessment) -> Result<Earlier, Failure> {
    let input = files::read(path).map_err(|failure| failure.hint("--since takes a day as 2026-11-22, or a file"))?;
    let expected = "expected what `ward assess --json` has answered about this device";
    // Several devices give a list.
    let is_list = input.bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let kept = if is_list {
        serde_json::from_slice::<Vec<Earlier>>(&input.bytes)
    } else {
        serde_json::from_slice(&input.bytes).map(|one| vec![one])
    };
    let several = kept.map_err(|error| {
        Failure::input("since", format!("{} is no earlier answer", input.name)).because(&error).hint(expected)
    })?;
    let about = several.into_iter().find(|one| one.device.id == now.device.id);
    let earlier = about.ok_or_else(|| {
        Failure::input("since", format!("{} says nothing about the device {}", input.name, now.device.id))
            .hint(expected)
    })?;
    if earlier.schema != SCHEMA {
        let message = format!("{} has the schema `{}`", input.name, earlier.schema);
        return Err(Failure::input("since", message).hint(format!("expected `{SCHEMA}`")));
    }
    if !earlier.supposed.is_empty() {
        let message = format!("{} supposes changes that nobody has made", input.name);
        return Err(Failure::input("since", message).hint("expected an answer without --what-if"));
    }
    Ok(earlier)
}
