"""The order of versions: random pairs of real version strings, by this program and by the package `univers`."""

import collections
import io
import json
import os
import random
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from urllib.parse import unquote

from measured import again, ratio, run, ward

PAIRS = int(os.environ.get("PAIRS", "1000000"))
SEED = 20260822
# How many disagreements are shown of each scheme.
SHOWN = 6

# Our scheme, their class, and where its strings come from: types of package URLs, ecosystems of OSV, kinds of labels
# or what CPE names say of the software around them.
SCHEMES = [
    ("deb", "DebianVersion", ["deb"], [], "deb"),
    ("rpm", "RpmVersion", ["rpm"], ["AlmaLinux"], "rpm"),
    ("apk", "AlpineLinuxVersion", ["apk", "alpine"], [], "apk"),
    ("npm", "SemverVersion", ["npm", "cargo"], [], None),
    ("pep440", "PypiVersion", ["pypi"], ["PyPI"], None),
    ("maven", "MavenVersion", ["maven"], [], None),
    ("gem", "RubygemsVersion", ["gem"], [], "ruby"),
    ("nuget", "NugetVersion", ["nuget"], [], ".net"),
    ("composer", "ComposerVersion", ["composer"], [], "php"),
    ("go", "GolangVersion", ["golang"], ["Go"], None),
]

PURL = re.compile(rb'pkg:([a-zA-Z.+-]+)/[^"\s<>@]+@([^"\s<>?#&\],]+)')


def unpacked(path):
    return subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE).stdout


def real(data):
    """Version strings as they are written, by type of package URL, ecosystem of OSV, kind of label, and surroundings in CPE names."""
    found = collections.defaultdict(set)
    with tarfile.open(fileobj=io.BytesIO(unpacked(data / "sbom/sboms.tar.zst"))) as files:
        for member in files:
            if member.isfile():
                for kind, version in PURL.findall(files.extractfile(member).read()):
                    try:
                        found["purl", kind.decode().lower()].add(unquote(version.decode()))
                    except UnicodeDecodeError:
                        pass
    for path in sorted((data / "osv").glob("*/all.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                for affected in json.loads(archive.read(name)).get("affected", []):
                    strings = list(affected.get("versions", []))
                    for one in affected.get("ranges", []):
                        if one["type"] != "GIT":
                            strings += [text for event in one["events"] for text in event.values() if text != "0"]
                    found["osv", path.parent.name].update(strings)
    for line in unpacked(data / "conformance/anchore-vulnerability-match-labels.jsonl.zst").decode().splitlines():
        version = (json.loads(line).get("package") or {}).get("version") or ""
        if re.search(r"-r\d+$", version):
            found["label", "apk"].add(version)
        elif re.search(r"-.*\.(el|amzn|fc|cm)\d|\.module", version):
            found["label", "rpm"].add(version)
        elif re.search(r"ubuntu|\+deb|~deb|\+dfsg", version):
            found["label", "deb"].add(version)
    around = {"ruby": "ruby", "rubygems": "ruby", ".net": ".net", "nuget": ".net", "asp.net": ".net", "php": "php", "composer": "php"}
    for line in unpacked(data / "conformance/cpe23_unique_names.txt.zst").decode().splitlines():
        parts = line.split(":")
        if len(parts) == 13 and parts[10] in around and parts[5] not in "*-" and "\\" not in parts[5]:
            found["label", around[parts[10]]].add(parts[5])
    return found


def theirs(name, pairs, answers):
    """What `univers` says, one sign a line."""
    from univers import versions

    kind = getattr(versions, name)
    with open(pairs) as lines, open(answers, "w") as out:
        for line in lines:
            _, a, b = line.rstrip("\n").split("\t")
            try:
                left, right = kind(a), kind(b)
                # Equal by the order, which need not be the same text.
                sign = "<" if left < right else ">" if right < left else "="
            except Exception as error:
                sign = f"{type(error).__name__}"
            out.write(sign + "\n")


def main(data, folder):
    data, folder = Path(data), Path(folder)
    found = real(data)
    for scheme, name, purls, ecosystems, label in SCHEMES:
        strings = set()
        for key in [("purl", kind) for kind in purls] + [("osv", one) for one in ecosystems]:
            strings |= found[key]
        strings |= found["label", label]
        strings = sorted(text for text in strings if text.strip() == text and text and not re.search(r"[\t\n\r]", text))
        draw = random.Random(f"{SEED} {scheme}")
        pairs, own, other = (folder / f"{part}-{scheme}.txt" for part in ("pairs", "own", "other"))
        with open(pairs, "w") as out:
            for _ in range(PAIRS):
                out.write(f"{scheme}\t{draw.choice(strings)}\t{draw.choice(strings)}\n")
        here = run([ward(), "inspect", "versions", "-"], pairs, own)
        there = run(again(__file__, "--theirs", name, pairs, other))
        classes, shown = collections.Counter(), collections.defaultdict(list)
        with open(pairs) as asked, open(own) as mine, open(other) as said:
            for line, answer, sign in zip(asked, mine, said):
                order, sign = json.loads(answer).get("order", "refused"), sign.strip()
                if order == sign:
                    classes["equal"] += 1
                    continue
                key = f"{order} here, {sign} there"
                classes[key] += 1
                if len(shown[key]) < SHOWN:
                    shown[key].append(" ".join(line.rstrip("\n").split("\t")[1:]))
        total = sum(classes.values())
        assert total == PAIRS, f"{total} answers for {PAIRS} pairs"
        print(f"{scheme}: {len(strings)} strings, {total} pairs, {classes.pop('equal', 0)} answered alike; {ratio(there, here)}")
        print(f"  here {here}; there {there}")
        for key, count in classes.most_common():
            print(f"  {count:>8} {key}: " + " | ".join(shown[key]))
        for path in (pairs, own, other):
            path.unlink()


if __name__ == "__main__":
    if sys.argv[1] == "--theirs":
        theirs(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
