#!/usr/bin/env python3
"""Ways to lose the terminal, the disk and the pipe: whatever is lost, the model of a training is there, or the
reason why it cannot be was said before the training. Standard library only.

    lost_outputs.py --sluice build/release/sluice [--only WORDS]
"""

import argparse
import math
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

OPTIONS = ["--target", "y", "--hidden", "8", "--batch", "40"]
SHORT = [*OPTIONS, "--epochs", "4"]
CASES = []


def case(function):
    CASES.append(function)
    return function


class Failed(Exception):
    pass


def expect(holds, text):
    if not holds:
        raise Failed(text)


class Place:
    """A folder of its own with a series, and the program in it."""

    def __init__(self, sluice, path):
        self.sluice, self.path = sluice, path
        draw = random.Random(3)
        rows = (math.sin(t / 4) + draw.gauss(0, 0.2) for t in range(500))
        (path / "g.csv").write_text("y\n" + "".join(f"{value:.4f}\n" for value in rows))

    def run(self, *words, **how):
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
        return subprocess.run([self.sluice, *words], cwd=self.path, stdin=subprocess.DEVNULL, timeout=60, **how)

    def shell(self, line):
        """`sluice` in a line of bash; its status is that of the first program of a pipe."""
        return subprocess.run(["bash", "-c", f"sluice() {{ {self.sluice} \"$@\"; }}\n{line}\nexit ${{PIPESTATUS[0]}}"],
                              cwd=self.path, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def train(self, *words, **how):
        return self.run("train", "g.csv", *SHORT, "-o", "m.safetensors", *words, **how)

    def expect_model(self, name="m.safetensors"):
        expect((self.path / name).exists(), f"{name} is not there")
        expect(self.run("verify", name).returncode == 0, f"{name} does not load")
        left = [entry for entry in os.listdir(self.path) if ".tmp-" in entry]
        expect(not left, f"{left} are left")

    def status(self, done, wanted):
        expect(done.returncode == wanted, f"exit status {done.returncode}, expected {wanted}: {done.stderr}")


def full():
    return open("/dev/full", "wb", buffering=0)


@case
def standard_error_is_full(place):
    place.status(place.train(stderr=full()), 0)
    place.expect_model()


@case
def standard_output_is_full(place):
    done = place.train(stdout=full())
    place.status(done, 3)
    expect(b"standard output: cannot write" in done.stderr, "nothing is said of it")
    place.expect_model()


@case
def both_are_full(place):
    place.status(place.train(stdout=full(), stderr=full()), 3)
    place.expect_model()


@case
def standard_error_is_closed(place):
    place.status(place.shell(f"sluice train g.csv {' '.join(SHORT)} -o m.safetensors 2>&-"), 0)
    place.expect_model()


@case
def all_three_are_closed(place):
    place.status(place.shell(f"sluice train g.csv {' '.join(SHORT)} -o m.safetensors <&- >&- 2>&-"), 3)
    place.expect_model()


@case
def the_reader_of_the_progress_has_gone(place):
    done = place.shell(f"sluice train g.csv {' '.join(SHORT)} -o m.safetensors 2>&1 | true")
    place.status(done, 128 + signal.SIGPIPE)
    place.expect_model()


@case
def every_command_says_that_its_output_is_lost(place):
    place.train()
    for words in (["forecast", "m.safetensors", "g.csv"], ["info", "m.safetensors"], ["verify", "m.safetensors"],
                  ["evaluate", "m.safetensors", "g.csv"], ["train", "--help"], ["--version"]):
        done = place.run(*words, stdout=full())
        expect(done.returncode == 3, f"{words[0]}: exit status {done.returncode}")
        expect(b"standard output" in done.stderr, f"{words[0]}: {done.stderr}")


@case
def files_are_written_though_standard_output_is_lost(place):
    place.train()
    done = place.run("forecast", "m.safetensors", "g.csv", "-o", "f.csv", "--plot", "f.svg", stdout=full())
    place.status(done, 3)
    done = place.run("inspect", "m.safetensors", "g.csv", "-o", "r.html", stdout=full())
    place.status(done, 3)
    for name in ("f.csv", "f.svg", "r.html"):
        expect((place.path / name).exists(), f"{name} is not there")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sluice", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    failures = 0
    chosen = [one for one in CASES if options.only in one.__name__.replace("_", " ")]
    for one in chosen:
        name = one.__name__.replace("_", " ")
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="sluice-lost-") as root:
            try:
                one(Place(str(pathlib.Path(options.sluice).resolve()), pathlib.Path(root)))
                print(f"ok      {name} ({time.monotonic() - started:.1f} s)", flush=True)
            except (Failed, OSError, subprocess.SubprocessError) as failure:
                failures += 1
                print(f"FAILED  {name}\n  {failure}", flush=True)
    print(f"{len(chosen) - failures} of {len(chosen)} as expected")
    sys.exit(1 if failures or not chosen else 0)


if __name__ == "__main__":
    main()
