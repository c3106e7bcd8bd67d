use std::collections::BTreeSet;

use super::{Lists, NothingShown};
use crate::component::CompiledFiles;

fn list(paths: &[&str]) -> CompiledFiles {
    CompiledFiles::new(paths.iter().map(|path| (*path).to_owned()).collect(), 0)
}

/// Whatever is not shown leaves a vulnerability where it is.
#[test]
fn absence_is_shown_by_whole_lists_of_one_tree() {
    let sources = list(&[
        "linux-6.6/init/main.c",
        "linux-6.6/kernel/fork.c",
        "linux-6.6/net/core/sock.c",
        "linux-6.6/net/can/raw.c",
        "linux-6.6/include/net/sock.h",
        "linux-6.6/include/linux/can.h",
    ]);
    let built = ["k/init/main.c", "k/kernel/fork.c", "k/net/core/sock.c", "k/include/net/sock.h"];
    let asked = |compiled: Option<&CompiledFiles>, files: &[&str]| {
        let files: BTreeSet<String> = files.iter().map(|file| (*file).to_owned()).collect();
        Lists::new(&sources, compiled)?.lack(&files)
    };
    let whole = list(&built);
    assert_eq!(asked(Some(&whole), &["net/can/raw.c"]), Ok(()));
    assert_eq!(asked(Some(&whole), &["./net/can/raw.c", "include/linux/can.h"]), Ok(()));
    let file = str::to_owned;
    for (files, why) in [
        (&[][..], NothingShown::NoFiles),
        (&["net/core/sock.c"][..], NothingShown::CompiledIn(file("net/core/sock.c"))),
        (&["net/can/raw.c", "net/core/sock.c"], NothingShown::CompiledIn(file("net/core/sock.c"))),
        (&["net/can/raw.c", "include/net/sock.h"], NothingShown::CompiledIn(file("include/net/sock.h"))),
        // The file was called otherwise in this version: what it holds may have been compiled in.
        (&["net/can/raw-new.c"], NothingShown::NotInSource(file("net/can/raw-new.c"))),
        // Only a part of a path is no path.
        (&["can/raw.c"], NothingShown::NotInSource(file("can/raw.c"))),
    ] {
        assert_eq!(asked(Some(&whole), files), Err(why), "{files:?}");
    }
    let can = &["net/can/raw.c"];
    assert_eq!(asked(None, can), Err(NothingShown::NoList));
    let gaps = CompiledFiles { unresolved: 2, ..whole.clone() };
    assert_eq!(asked(Some(&gaps), can), Err(NothingShown::Unresolved(2)));
    assert_eq!(asked(Some(&list(&built[1..])), can), Err(NothingShown::NotWhole("init/main.c")));
    assert_eq!(asked(Some(&list(&built[..3])), can), Err(NothingShown::NoHeaders));
    // Lists of a program that is no kernel.
    let other = list(&["src/a.c", "src/b.c", "src/b.h"]);
    let of_other = |compiled: &[&str]| Lists::new(&other, Some(&list(compiled))).map(|_| ());
    assert_eq!(of_other(&["t/src/a.c", "t/src/b.h"]), Ok(()));
    assert_eq!(of_other(&["t/lib/z.c", "t/lib/z.h"]), Err(NothingShown::OtherTree));
}

const KERNEL: [&str; 12] = [
    "linux-6.1/init/main.c",
    "linux-6.1/kernel/fork.c",
    "linux-6.1/kernel/trace/Kconfig",
    "linux-6.1/drivers/gpu/drm/amd/amdgpu/amdgpu_drv.c",
    "linux-6.1/drivers/gpu/drm/amd/display/dc/core/dc.c",
    "linux-6.1/drivers/gpu/drm/i915/dc.c",
    "linux-6.1/net/bluetooth/hci_core.c",
    "linux-6.1/include/net/sock.h",
    "linux-6.1/arch/arm/boot/dts/board.dts",
    "linux-6.1/arch/arm/kernel/entry.S",
    "linux-6.1/scripts/Makefile.lib",
    "linux-6.1/.mailmap",
];

fn asked(more: &[&str], file: &str) -> Result<(), NothingShown> {
    let always = ["/k/init/main.c", "/k/kernel/fork.c", "/k/include/net/sock.h"];
    let sources = list(&KERNEL);
    let compiled = list(&[&always, more].concat());
    Lists::new(&sources, Some(&compiled))?.lack(&BTreeSet::from([file.to_owned()]))
}

/// However a build spells a path, it is the file that it leads to; where that cannot be told, it may be any of that name.
#[test]
fn a_compiled_file_is_known_however_it_is_spelt() {
    let (display, other) = ("drivers/gpu/drm/amd/display/dc/core/dc.c", "drivers/gpu/drm/i915/dc.c");
    let compiled = |file: &str| Err(NothingShown::CompiledIn(file.to_owned()));
    for spelt in [
        "drivers/gpu/drm/amd/amdgpu/../display/dc/core/dc.c",
        "/k/drivers/gpu/drm/amd/amdgpu/../display//dc/./core/dc.c",
        "./drivers/gpu/drm/amd/display/dc/core/dc.c",
        r"C:\k\drivers\gpu\drm\amd\amdgpu\..\display\dc\core\dc.c",
        "linux-6.1/drivers/gpu/drm/amd/display/dc/core/dc.c",
        "../linux-6.1/drivers/gpu/drm/amd/display/dc/core/dc.c",
        // From inside the tree.
        "display/dc/core/dc.c",
        "../display/dc/core/dc.c",
        " drivers/gpu/drm/amd/display/dc/core/dc.c ",
    ] {
        assert_eq!(asked(&[spelt], display), compiled(display), "{spelt}");
        assert_eq!(
            asked(&[spelt], &format!("linux-6.1/{display}")),
            compiled(&format!("linux-6.1/{display}")),
            "{spelt}"
        );
    }
    assert_eq!(asked(&["dc.c"], display), compiled(display));
    assert_eq!(asked(&["dc.c"], other), compiled(other));
    // One whose place is known is no other one of that name.
    assert_eq!(asked(&["/k/drivers/gpu/drm/amd/amdgpu/../display/dc/core/dc.c"], other), Ok(()));
    assert_eq!(asked(&["display/dc/core/dc.c"], other), Ok(()));
    for unplaced in ["/k/build/link/dc.c", "../core/dc.c", "../../i915x/dc.c", "/k/drivers/gpu/drm/i915/DC.C"] {
        let why = NothingShown::Unplaced { file: other.to_owned(), listed: unplaced.to_owned() };
        assert_eq!(asked(&[unplaced], other), Err(why), "{unplaced}");
    }
    assert_eq!(asked(&[".."], other), Err(NothingShown::NoPath("..".to_owned())));
    // Not listed in any spelling.
    assert_eq!(asked(&[], display), Ok(()));
    assert_eq!(asked(&[], &format!("./{display}")), Ok(()));
    assert_eq!(asked(&[], &format!("../{display}")), Err(NothingShown::NotInSource(format!("../{display}"))));
}

/// Of a file that no compiler reads, a list of what compilers read says nothing.
#[test]
fn only_kinds_that_are_listed_are_known_not_to_be_there() {
    for file in [
        "kernel/trace/Kconfig",
        "scripts/Makefile.lib",
        "arch/arm/boot/dts/board.dts",
        "arch/arm/kernel/entry.S",
        ".mailmap",
    ] {
        assert_eq!(asked(&[], file), Err(NothingShown::OtherKind(file.to_owned())), "{file}");
    }
    for (file, listed) in [
        ("arch/arm/boot/dts/board.dts", "/k/arch/arm/boot/dts/other.dts"),
        ("arch/arm/kernel/entry.S", "/k/arch/arm/kernel/head.S"),
    ] {
        assert_eq!(asked(&[listed], file), Ok(()), "{file}");
    }
    // What says what is built is never compiled, whatever is listed beside it.
    for (file, listed) in [("scripts/Makefile.lib", "/k/scripts/x.lib"), ("kernel/trace/Kconfig", "/k/x/Kbuild")] {
        assert_eq!(asked(&[listed], file), Err(NothingShown::OtherKind(file.to_owned())), "{file}");
    }
}
