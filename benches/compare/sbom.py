"""Findings of an SBOM: this program and cve-bin-tool, with the same records of NVD.

cve-bin-tool downloads its records, which a comparison must not need. Here its own code makes its database from the same files of NVD: what
it does with records is its own, only where they come from is not. YEARS names the years whose records both are given (default 2014).
"""

import gzip
import json
import os
import shutil
import sys
from pathlib import Path

from measured import again, ratio, run, ward

YEARS = os.environ.get("YEARS", "2014").split(",")

# Components as devices have them, each with the CPE name that says which product is meant, so that only matching is compared.
COMPONENTS = [
    ("openssl", "openssl", "1.0.1f"),
    ("busybox", "busybox", "1.31.1"),
    ("haxx", "curl", "7.64.0"),
    ("gnu", "glibc", "2.28"),
    ("gnu", "bash", "4.2"),
    ("zlib", "zlib", "1.2.11"),
    ("libexpat_project", "libexpat", "2.2.5"),
    ("sqlite", "sqlite", "3.27.2"),
    ("xmlsoft", "libxml2", "2.9.4"),
    ("openbsd", "openssh", "7.9"),
    ("fasterxml", "jackson-databind", "2.9.8"),
    ("apache", "log4j", "2.14.1"),
    ("python", "python", "3.7.4"),
    ("w1.fi", "wpa_supplicant", "2.6"),
    ("thekelleys", "dnsmasq", "2.80"),
]


def database(mirror):
    """Fills the database of cve-bin-tool by its own code."""
    from cve_bin_tool.cvedb import CVEDB
    from cve_bin_tool.data_sources.nvd_source import NVD_Source

    entries = []
    for path in sorted(Path(mirror).glob("nvd/*.json.gz")):
        with gzip.open(path) as text:
            entries += json.load(text)["vulnerabilities"]
    source = NVD_Source(nvd_type="api2")
    Path(source.cachedir).mkdir(parents=True, exist_ok=True)
    held = CVEDB(sources=[])
    held.init_database()
    held.data = [(source.format_data_api2(entries), "NVD")]
    held.populate_db()


def main(data, folder):
    data, folder = Path(data).resolve(), Path(folder).resolve() / "sbom"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "mirror/nvd").mkdir(parents=True)
    left_out = 0
    for year in YEARS:
        name = f"nvd/nvdcve-2.0-{year}.json.gz"
        with gzip.open(data / name) as text:
            feed = json.load(text)
        # Version 3.4 breaks off at a record without a score: neither side is given those.
        scored = [one for one in feed["vulnerabilities"] if one["cve"].get("metrics")]
        left_out += len(feed["vulnerabilities"]) - len(scored)
        feed |= {"vulnerabilities": scored, "totalResults": len(scored), "resultsPerPage": len(scored)}
        with gzip.open(folder / "mirror" / name, "wt", compresslevel=1) as text:
            json.dump(feed, text)
    components = [
        {
            "type": "library",
            "bom-ref": product,
            "supplier": {"name": vendor},
            "name": product,
            "version": version,
            "cpe": f"cpe:2.3:a:{vendor}:{product}:{version}:*:*:*:*:*:*:*",
        }
        for vendor, product, version in COMPONENTS
    ]
    sbom = folder / "sbom.cdx.json"
    sbom.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.4", "version": 1, "components": components}))
    home, own, other = folder / "home", folder / "own.json", folder / "other"
    environment = {"HOME": str(folder)}
    built = run([ward(), "feeds", "sync", "-q", "--home", home, "--from", folder / "mirror"])
    built_there = run(again(__file__, "--database", folder / "mirror"), environment=environment)
    here = run([ward(), "scan", "-q", "--json", "--home", home, sbom], stdout=own)
    tool = Path(sys.executable).parent / "cve-bin-tool"
    asked = [tool, "--offline", "-u", "never", "--disable-version-check", "--sbom", "cyclonedx", "--sbom-file", sbom, "-f", "json", "-o", other]
    there = run(asked, environment=environment, allowed=(0, 1))
    mine = {}
    for finding in json.loads(own.read_text())["findings"]:
        mine[finding["component"]["name"], finding["vulnerability"]["id"]] = finding["state"]
    written = other.with_suffix(".json") if other.with_suffix(".json").exists() else other
    theirs = {(one["product"], one["cve_number"]) for one in json.loads(written.read_text()) if one["cve_number"].startswith("CVE-")}
    affected = {key for key, state in mine.items() if state == "affected"}
    print(f"sbom: {len(COMPONENTS)} components, records of {', '.join(YEARS)}, {left_out} without a score left out")
    print(f"  {len(affected)} affected here, {len(mine) - len(affected)} others; {len(theirs)} there; {len(affected & theirs)} alike")
    only_here = sorted(affected - theirs)
    only_there = sorted((*key, mine.get(key, "not affected here")) for key in theirs - affected)
    print(f"  only here: {len(only_here)}: " + " | ".join(map(" ".join, only_here[:30])))
    print(f"  only there: {len(only_there)}: " + " | ".join(map(" ".join, only_there[:40])))
    print(f"  records taken in: here {built}; there {built_there}: {ratio(built_there, built)}")
    print(f"  the scan: here {here}; there {there}: {ratio(there, here)}")


if __name__ == "__main__":
    if sys.argv[1] == "--database":
        database(sys.argv[2])
    else:
        main(*sys.argv[1:])
