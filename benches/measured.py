"""Runs a program and says what it took: processor time and the most memory it held. Elapsed time is told beside it, and says little
on a machine that does other things too."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


class Taken:
    """What one process took."""

    def __init__(self, elapsed, processor, kilobytes):
        self.elapsed, self.processor, self.kilobytes = elapsed, processor, kilobytes

    def __str__(self):
        return f"{self.processor:.2f} s of processor time, {self.elapsed:.2f} s elapsed, {self.kilobytes / 1024:.0f} MiB"


def run(command, stdin=None, stdout=None, environment=None, allowed=(0,)):
    """Runs a command with files for its input and output, under GNU time: what a process held before it became another program would
    be counted for that one otherwise."""
    with tempfile.NamedTemporaryFile("r") as taken:
        began = time.perf_counter()
        words = subprocess.run(
            ["/usr/bin/time", "-q", "-o", taken.name, "-f", "%U %S %M", *map(str, command)],
            stdin=open(stdin, "rb") if stdin else subprocess.DEVNULL,
            stdout=open(stdout, "wb") if stdout else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )
        elapsed = time.perf_counter() - began
        if words.returncode not in allowed:
            sys.exit(f"{command[0]} ended with {words.returncode}: {words.stderr.decode(errors='replace')[-2000:]}")
        user, system, kilobytes = taken.read().split()
    return Taken(elapsed, float(user) + float(system), int(kilobytes))


def again(script, *arguments):
    """Runs a part of a script by itself, with the Python that runs this one."""
    return [sys.executable, Path(script).resolve(), *arguments]


def ward():
    """The program that is compared."""
    return os.environ.get("WARD") or sys.exit("WARD names the program to compare")


def ratio(other, own):
    """How many times as much the other one took."""
    return f"{other.processor / max(own.processor, 0.005):.1f} times the processor time, {other.kilobytes / own.kilobytes:.1f} times the memory"
