"""CVSS: the overall score of every vector that was observed, by this program and by the package `cvss`."""

import csv
import json
import re
import sys
from pathlib import Path

from measured import again, ratio, run, ward

# How often the vectors are repeated, so that there is something to time.
TIMES = 100


# Metrics that begin so are environmental; the second set is temporal.
ENVIRONMENTAL = re.compile(r"/(CDP|TD|CR|IR|AR|M[A-Z]{1,3}):(?!X\b|ND\b)")
TEMPORAL = re.compile(r"/(E|RL|RC):")


def theirs(vectors, answers):
    """What the package `cvss` says, one score a line: that of the last kind of metrics that the vector holds. The package gives an
    environmental score without environmental metrics too, which by version 3.1 is another number than the base score."""
    from cvss import CVSS2, CVSS3, CVSS4

    with open(vectors) as lines, open(answers, "w") as out:
        for line in lines:
            vector = line.strip()
            try:
                if vector.startswith("CVSS:4"):
                    score = CVSS4(vector).base_score
                else:
                    scores = (CVSS3 if vector.startswith("CVSS:3") else CVSS2)(vector).scores()
                    score = scores[2 if ENVIRONMENTAL.search(vector) else 1 if TEMPORAL.search(vector) else 0]
                out.write(f"{float(score):.1f}\n")
            except Exception as error:
                out.write(f"{type(error).__name__}\n")


def main(data, folder):
    rows = list(csv.DictReader(open(Path(data) / "conformance/cvss_vectors_observed.csv")))
    vectors, once = Path(folder) / "vectors.txt", Path(folder) / "vectors-once.txt"
    text = "".join(row["vector"] + "\n" for row in rows)
    once.write_text(text)
    vectors.write_text(text * TIMES)
    own, other = Path(folder) / "cvss-own.txt", Path(folder) / "cvss-other.txt"
    single = run([ward(), "inspect", "cvss", "-"], once, own)
    single_other = run(again(__file__, "--theirs", once, other))
    said = [json.loads(line) for line in own.read_text().splitlines()]
    scores = other.read_text().splitlines()
    assert len(said) == len(scores) == len(rows)
    different = []
    for row, mine, score in zip(rows, said, scores):
        overall = f"{mine['overall']:.1f}" if "overall" in mine else f"refused: {mine.get('error')}"
        if overall != score:
            different.append(f"{row['vector']}: {overall} here, {score} there, {row['base_score']} published")
    print(f"cvss: {len(rows)} vectors, {len(rows) - len(different)} scores equal to those of the package `cvss`")
    for line in different:
        print(f"  {line}")
    many = run([ward(), "inspect", "cvss", "-"], vectors)
    many_other = run(again(__file__, "--theirs", vectors, other))
    print(f"  once: here {single}; there {single_other}: {ratio(single_other, single)}")
    print(f"  {len(rows) * TIMES} vectors: here {many}; there {many_other}: {ratio(many_other, many)}")


if __name__ == "__main__":
    if sys.argv[1] == "--theirs":
        theirs(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
