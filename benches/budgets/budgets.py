"""What whole commands take, beside the budgets that they are held to."""

import gzip
import json
import os
import shutil
import statistics
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from measured import run, ward

RUNS = int(os.environ.get("RUNS", "15"))
MEMORY_ONLY = os.environ.get("MEMORY") == "only"
TODAY = datetime.now(timezone.utc).date()
MIB = 1024
# What the kernel is called; it is counted apart.
KERNELS = ("linux-imx", "linux-yocto", "linux_kernel")


class Table:
    """The rows that are told, and whether a budget was missed."""

    def __init__(self):
        self.missed = False
        print("| job | budget | elapsed, least | processor time | peak | |\n|---|---|---|---|---|---|", flush=True)

    def row(self, job, taken, seconds=None, mebibytes=None):
        """One job, and what its runs took."""
        elapsed = statistics.median(one.elapsed for one in taken)
        least = min(one.elapsed for one in taken)
        processor = statistics.median(one.processor for one in taken)
        peak = max(one.kilobytes for one in taken) / MIB
        budget = [f"{seconds} s"] if seconds else []
        budget += [f"{mebibytes} MiB"] if mebibytes else []
        slow = seconds is not None and elapsed > seconds
        large = mebibytes is not None and peak > mebibytes
        self.missed |= large or (slow and not MEMORY_ONLY)
        word = "**missed**" if large or slow else "holds" if budget else ""
        runs = f"{elapsed:.3f} s" if len(taken) == 1 else f"{elapsed:.3f} s, {least:.3f} s ({len(taken)} runs)"
        print(f"| {job} | {', '.join(budget) or '-'} | {runs} | {processor:.2f} s | {peak:.0f} MiB | {word} |", flush=True)

    def size(self, job, folder, mebibytes=None):
        """One row that says how much a folder holds."""
        held = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MIB / MIB
        large = mebibytes is not None and held > mebibytes
        self.missed |= large
        word = "**missed**" if large else "holds" if mebibytes else ""
        print(f"| {job} | {f'{mebibytes} MiB' if mebibytes else '-'} | | | {held:.0f} MiB on disk | {word} |", flush=True)


def mirror(data, folder, sources):
    """A folder of links to some sources of another."""
    folder.mkdir()
    for source in sources:
        (folder / source).symlink_to((data / source).resolve())
    return folder


def sync(home, folder):
    return run([ward(), "--home", home, "feeds", "sync", "--from", folder])


def delta(data, folder, records=2000):
    """Changes of NVD: so many records of two years ago and before, each with another description, changed today."""
    (folder / "nvd").mkdir(parents=True)
    years = sorted((data / "nvd").glob("nvdcve-2.0-*.json.gz"))
    entries = []
    for path in years[len(years) // 2 :]:
        with gzip.open(path) as file:
            entries += json.load(file)["vulnerabilities"][: records - len(entries)]
        if len(entries) == records:
            break
    now = f"{TODAY}T00:00:00.000"
    for entry in entries:
        entry["cve"]["lastModified"] = now
        entry["cve"]["descriptions"][0]["value"] += " Changed."
    head = {"resultsPerPage": records, "startIndex": 0, "totalResults": records}
    head |= {"format": "NVD_CVE", "version": "2.0", "timestamp": now, "vulnerabilities": entries}
    (folder / "nvd/nvdcve-2.0-modified.json").write_text(json.dumps(head))
    return folder


def know(table, data, scratch):
    home = scratch / "all"
    table.row("sync of all sources into an empty home", [sync(home, data)], 30, 600)
    table.row("a second sync, nothing new", [sync(home, data) for _ in range(3)], 2, 600)
    table.size("the home on disk, all sources", home)
    changes = delta(data, scratch / "changes")
    copies = [scratch / f"copy-{number}" for number in range(3)]
    for copy in copies:
        shutil.copytree(home, copy)
    table.row("a delta of 2,000 changed records of NVD", [sync(copy, changes) for copy in copies], 1, 600)
    table.row("`ward verify` of that", [run([ward(), "--home", copies[0], "verify"])])
    for copy in copies:
        shutil.rmtree(copy)


def scores(data):
    """The scores of EPSS, each a CVE and a number."""
    file = next((data / "epss").glob("*.csv*"))
    with (gzip.open(file, "rt") if file.suffix == ".gz" else open(file)) as lines:
        rows = [line.strip().split(",") for line in lines if line.startswith("CVE-")]
    return [(row[0], float(row[1])) for row in rows]


def day_of(rows, number):
    """The scores of a later day: one in fifty moves a little, always the same ones."""
    moved = []
    for place, (cve, score) in enumerate(rows):
        if (place * 2654435761 + number * 40503) % 50 == 0:
            score = min(0.99999, max(0.00001, score * (1.2 if (place + number) % 2 else 0.8) + 0.00001))
        moved.append((cve, round(score, 5)))
    return moved


def days(table, data, scratch, count=30):
    """Thirty days, one sync each, in a home of all sources. The percentile is the share of scores that are no higher."""
    home = scratch / "days"
    sync(home, data)
    rows = scores(data)
    taken = []
    for number in range(1, count + 1):
        rows = day_of(rows, number)
        day = TODAY - timedelta(days=count - number)
        order = sorted(score for _, score in rows)
        share = {score: (place + 1) / len(order) for place, score in enumerate(order)}
        folder = scratch / f"day-{number}"
        (folder / "epss").mkdir(parents=True)
        lines = [f"#model_version:v2026.01.01,score_date:{day}T00:00:00+0000", "cve,epss,percentile"]
        lines += [f"{cve},{score:.5f},{share[score]:.5f}" for cve, score in rows]
        with gzip.open(folder / f"epss/epss_scores-{day}.csv.gz", "wt", compresslevel=1) as file:
            file.write("\n".join(lines) + "\n")
        taken.append(sync(home, folder))
        shutil.rmtree(folder)
        if number in (1, count // 2, count):
            table.row(f"sync of day {number} of EPSS scores", [taken[-1]], 30, 600)
            table.size(f"the home on disk after day {number}", home)
    table.row(f"the {count} days", taken, 30, 600)


def components(folder):
    """The components of the examples' SBOMs, without the kernel, over again until there are a thousand."""
    found = []
    for example in ("first-pump", "infusion-pump", "insulin-pump"):
        for path in sorted((Path("examples") / example / "sbom").glob("*.cdx.json")):
            waiting = json.loads(path.read_text())["components"]
            while waiting:
                component = waiting.pop(0)
                waiting = component.pop("components", []) + waiting
                if not component["name"].startswith(KERNELS):
                    found.append(component)
    thousand = [{**found[number % len(found)], "bom-ref": f"component-{number}"} for number in range(1000)]
    sbom = folder / "thousand.cdx.json"
    sbom.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": thousand}))
    return sbom


def scan(table, data, scratch):
    sbom = components(scratch)
    homes = {"NVD, KEV and EPSS": scratch / "nvd"}
    sync(homes["NVD, KEV and EPSS"], mirror(data, scratch / "nvd-mirror", ["nvd", "kev", "epss"]))
    homes["all sources"] = scratch / "all"
    if not homes["all sources"].exists():
        sync(homes["all sources"], data)
    for name, home in homes.items():
        command = [ward(), "--home", home, "scan", sbom, "-q", "--json"]
        run(command)
        table.row(f"`ward scan` of 1,000 components, {name}", [run(command) for _ in range(RUNS)], 0.06)


def assess(table, data, scratch):
    empty = scratch / "seed"
    command = [ward(), "--home", empty, "assess", "examples/infusion-pump", "-q"]
    run(command)
    table.row("`ward assess examples/infusion-pump`, seed", [run(command) for _ in range(RUNS)], 0.1)
    home = scratch / "all"
    if not home.exists():
        sync(home, data)
    for verb in ("assess", "treat"):
        command = [ward(), "--home", home, verb, "examples/infusion-pump", "-q", "--json"]
        table.row(f"`ward {verb} examples/infusion-pump`, all sources", [run(command, allowed=(0, 1)) for _ in range(3)])


def main(data, *steps):
    table = Table()
    with tempfile.TemporaryDirectory() as scratch:
        for step in steps:
            {"know": know, "days": days, "scan": scan, "assess": assess}[step](table, Path(data), Path(scratch))
    sys.exit(1 if table.missed else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
