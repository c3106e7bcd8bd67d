"""RustSec: the advisories for crates, by this program and by cargo-audit. This program does not read RustSec's own files, only OSV, and
the data hold no OSV of crates.io; so the advisories that need no translation worth the name become OSV here: those whose mended versions are
one `>= X`, and whose untouched ones are none or one `< X`. The others are counted and left out on both sides. The lock file names every crate
in several versions around those bounds."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from measured import ratio, run, ward

PLAIN = re.compile(r"(>=|<) ?(\d+\.\d+\.\d+)")


def advisories(folder):
    """Those that can be taken over as they are, and how many cannot."""
    taken, left_out = [], []
    for path in sorted(folder.glob("crates/*/RUSTSEC-*.md")):
        text = path.read_text()
        front = re.match(r"```toml\n(.*?)```", text, re.DOTALL)
        value = tomllib.loads(front[1])
        advisory, versions = value["advisory"], value.get("versions", {})
        if advisory.get("withdrawn"):
            continue
        patched = [PLAIN.fullmatch(one) for one in versions.get("patched", [])]
        untouched = [PLAIN.fullmatch(one) for one in versions.get("unaffected", [])]
        fits = (
            "informational" not in advisory
            and len(patched) == 1
            and len(untouched) <= 1
            and all(one and one[1] == ">=" for one in patched)
            and all(one and one[1] == "<" for one in untouched)
        )
        if fits:
            taken.append((path, advisory["id"], advisory["package"], untouched[0][2] if untouched else None, patched[0][2]))
        else:
            left_out.append(path)
    return taken, left_out


def around(bound):
    """A bound, what is just before it and what is behind it."""
    major, minor, patch = map(int, bound.split("."))
    before = (major, minor, patch - 1) if patch else (major, minor - 1, 9) if minor else (max(major - 1, 0), 9, 9)
    return [".".join(map(str, one)) for one in (before, (major, minor, patch), (major, minor, patch + 1))] + [f"{bound}-rc.1"]


def main(data, folder):
    data, folder = Path(data), Path(folder).resolve()
    shutil.rmtree(folder / "rustsec", ignore_errors=True)
    (folder / "rustsec/db").mkdir(parents=True)
    packed = subprocess.run(["zstd", "-dcq", data / "other/rustsec-advisory-db.tar.zst"], check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "-x", "-C", folder / "rustsec/db"], input=packed, check=True)
    database = next((folder / "rustsec/db").glob("**/crates")).parent
    taken, left_out = advisories(database)
    for path in left_out:
        path.unlink()
    (folder / "rustsec/mirror/osv/crates.io").mkdir(parents=True)
    with zipfile.ZipFile(folder / "rustsec/mirror/osv/crates.io/all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for _, name, package, begins, mended in taken:
            events = [{"introduced": begins or "0.0.0-0"}, {"fixed": mended}]
            affected = {"package": {"ecosystem": "crates.io", "name": package}, "ranges": [{"type": "SEMVER", "events": events}]}
            record = {"schema_version": "1.6.0", "id": name, "modified": "2026-08-22T00:00:00Z", "affected": [affected]}
            archive.writestr(f"{name}.json", json.dumps(record))
    asked = sorted({(package, version) for _, _, package, *bounds in taken for one in bounds if one for version in around(one)})
    crates = "".join(
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n'
        for name, version in asked
    )
    lock, sbom = folder / "rustsec/Cargo.lock", folder / "rustsec/sbom.json"
    lock.write_text("version = 3\n" + crates)
    components = [
        {"type": "library", "bom-ref": f"{name}@{version}", "name": name, "version": version, "purl": f"pkg:cargo/{name}@{version}"}
        for name, version in asked
    ]
    sbom.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}))
    home, own, other = (folder / "rustsec" / name for name in ("home", "own.json", "other.json"))
    run([ward(), "feeds", "sync", "-q", "--home", home, "--from", folder / "rustsec/mirror"])
    here = run([ward(), "scan", "-q", "--json", "--home", home, sbom], stdout=own)
    audit = [folder / "audit/bin/cargo-audit", "audit", "--db", database, "--no-fetch", "--stale", "--json", "-f", lock]
    there = run(audit, stdout=other, allowed=(0, 1))
    mine, unknown = set(), set()
    for finding in json.loads(own.read_text())["findings"]:
        component = finding["component"]
        place = mine if finding["state"] == "affected" else unknown
        place.add((component["name"], component["version"], finding["vulnerability"]["id"]))
    listed = json.loads(other.read_text())["vulnerabilities"]["list"]
    theirs = {(one["package"]["name"], one["package"]["version"], one["advisory"]["id"]) for one in listed}
    print(f"audit: {len(taken)} advisories taken, {len(left_out)} left out; {len(asked)} crates and versions")
    print(f"  affected: {len(mine)} here, {len(theirs)} there, {len(mine & theirs)} alike; unknown here {len(unknown)}")
    for name, only in (("here", mine - theirs), ("there", theirs - mine)):
        print(f"  only {name}: {len(only)}: " + " | ".join(" ".join(one) for one in sorted(only)[:12]))
    print(f"  here {here}; there {there}: {ratio(there, here)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
