#!/usr/bin/env python3
"""Times training of two commits in turn, A B B A .., and gives the ratio new / old with its interval.

    python3 bench/compare.py OLD [NEW] --shapes T2,T7 --threads 1 --rounds 12

Builds each commit's program under build/compare (NEW left out: the working tree as it is built in
build/release). Exits 1 where a shape is surely more than 5 % slower: where all of its 95 % interval
is above 1.05. The interval is a bootstrap over rounds of the ratio of medians, because such machines
have two speeds that change within minutes. Python's standard library only.
"""
import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from shapes import SHAPES  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[1]
LIMIT = 1.05


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, text=True, **options)


def program_of(commit):
    """The program of a commit, built unless that was done before."""
    if commit is None:
        return ROOT / "build" / "release" / "sluice"
    name = run("git", "rev-parse", "--short=12", f"{commit}^{{commit}}", cwd=ROOT,
               capture_output=True).stdout.strip()
    tree = ROOT / "build" / "compare" / name
    if not tree.is_dir():
        run("git", "worktree", "add", "--detach", tree, name, cwd=ROOT)
    run("cmake", "--preset", "release", cwd=tree, stdout=subprocess.DEVNULL)
    run("cmake", "--build", "--preset", "release", "--target", "sluice-cli", cwd=tree,
        stdout=subprocess.DEVNULL)
    return tree / "build" / "release" / "sluice"


def median_ms(program, shape, threads, seconds):
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        run(program, "bench", "--train", "--shape", f"{shape.input},{shape.hidden},{shape.layers}",
            "--batch", shape.batch, "--steps", shape.steps, "--threads", threads, "--seconds",
            seconds, "--json", file.name, stdout=subprocess.DEVNULL)
        return json.loads(pathlib.Path(file.name).read_text())["train_ms"]["p50"]


def interval(pairs, draws=2000):
    """95 % of the ratio of medians, over rounds drawn anew."""
    chance = random.Random(1)
    ratios = []
    for _ in range(draws):
        drawn = chance.choices(pairs, k=len(pairs))
        ratios.append(ratio_of(drawn))
    ratios.sort()
    return ratios[int(0.025 * draws)], ratios[int(0.975 * draws)]


def ratio_of(pairs):
    """The median of new / old within a round: both of a round mostly see the same speed."""
    return statistics.median(new / old for old, new in pairs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old")
    parser.add_argument("new", nargs="?")
    parser.add_argument("--shapes", default="T2,T7")
    parser.add_argument("--threads", default="1")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=0.6, help="of each in each round")
    given = parser.parse_args()
    for name in given.shapes.split(","):
        if name not in SHAPES:
            parser.error(f"there is no shape {name!r}: {', '.join(SHAPES)}")
    old, new = program_of(given.old), program_of(given.new)
    slower = False
    for name in given.shapes.split(","):
        pairs = []
        for number in range(given.rounds):
            order = [old, new] if number % 2 == 0 else [new, old]
            ms = {program: median_ms(program, SHAPES[name], given.threads, given.seconds)
                  for program in order}
            pairs.append((ms[old], ms[new]))
        low, high = interval(pairs)
        lost = low > LIMIT
        slower = slower or lost
        print(f"{name}: new / old {ratio_of(pairs):.3f}, 95 % {low:.3f} to {high:.3f}"
              f"{', SLOWER' if lost else ''}")
    return 1 if slower else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"compare.py: {error}")
