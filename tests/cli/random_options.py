#!/usr/bin/env python3
"""Trains with random options on small tables, then runs one more command on the model. Standard library only.

    random_options.py --sluice build/release/sluice [--seed 1] [--runs 60] [--seconds 45]

What the options mean is tested elsewhere. Here no combination may crash, be reported by a sanitizer, or end as an
internal error: exit status 0 or 1, or 2 or 3 with one line that says why; and a model that was written reproduces its
own test vectors. The same seed gives the same command lines; after so many seconds no further run is begun.
"""

import argparse
import math
import pathlib
import random
import shlex
import subprocess
import sys
import tempfile
import time

FLAGS = ["peephole", "coupled", "forget-from-input", "layer-norm", "layer-norm-tflite", "projection-bias", "residual",
         "learned-state", "rnn"]
NUMBERS = {"forget-bias": (-1, 3), "gate-clip": (0.1, 5), "cell-clip": (0.1, 5), "projection-clip": (0.1, 5),
           "zoneout-c": (0, 0.9), "zoneout-h": (0, 0.9), "recurrent-dropout": (0, 0.9),
           "variational-dropout": (0, 0.9), "drop-connect": (0, 0.9)}
ACTIVATIONS = ["sigmoid", "tanh", "relu", "affine", "leaky-relu", "thresholded-relu", "scaled-tanh", "hard-sigmoid",
               "elu", "softsign", "softplus"]
INITIALISERS = ["standard", "pytorch", "keras", "glorot-uniform", "glorot-normal", "he-uniform", "he-normal",
                "orthogonal"]
# Combinations that once wrote past an array come first, whatever the seed.
FIRST = ["--cell layer-norm --hidden 17 --layers 3 --projection 2", "--cell layer-norm --hidden 7 --projection 3",
         "--cell layer-norm,peephole --hidden 5 --layers 2 --bidirectional --loss squared",
         "--cell layer-norm-tflite,learned-state --hidden 11 --layers 2 --members 2"]
SANITIZERS = ("Sanitizer", "runtime error:", "malloc", "free()", "glibc")


def write_tables(folder):
    """Hourly rows with times and gaps in the values; rows without times; a target that hardly changes."""
    rows = [(math.sin(t / 4) + (37 * t % 23) / 11, (53 * t * t % 101) / 40, t % 24 // 8) for t in range(300)]
    with open(folder / "hourly.csv", "w") as file:
        file.write("time,y,x,k\n")
        for t, (y, x, k) in enumerate(rows):
            cell = "" if t % 41 == 7 else f"{y:.3f}"
            file.write(f"2024-01-{1 + t // 24:02d} {t % 24:02d}:00,{cell},{x:.3f},{k}\n")
    with open(folder / "rows.csv", "w") as file:
        file.write("y,x,k\n")
        file.writelines(f"{10 * y:.2f},{x:.2f},{k}\n" for y, x, k in rows[:220])
    with open(folder / "flat.csv", "w") as file:
        file.write("y,x,k\n")
        file.writelines(f"{5 + (t % 60 == 50)},{x:.2f},{k}\n" for t, (y, x, k) in enumerate(rows[:200]))


def cell(rng):
    words = rng.sample(FLAGS, rng.choice((0, 1, 1, 2, 3)))
    for name in rng.sample(sorted(NUMBERS), rng.choice((0, 0, 1, 2))):
        low, high = NUMBERS[name]
        value = rng.choice((-1, 0, 1)) if rng.random() < 0.1 else rng.uniform(low, high)
        words.append(f"{name}={value:.3g}")
    for name in ("gate", "candidate", "squash"):
        if rng.random() < 0.1:
            words.append(f"{name}={rng.choice(ACTIVATIONS)}")
    return ["--cell", ",".join(words)] if words else []


def train_options(rng):
    options = ["--hidden", str(rng.choice((0, 1, 2, 3, 5, 7, 16, 17, 20))), *cell(rng)]

    def maybe(chance, *words):
        if rng.random() < chance:
            options.extend(str(word) for word in words)

    maybe(0.6, "--layers", rng.choice((1, 2, 3)))
    asks = any(word.startswith("projection") for word in options[-1].split(","))
    maybe(0.8 if asks else 0.3, "--projection", rng.choice((1, 1, 2, 3, 16)))
    if rng.random() < 0.2:
        options.append("--bidirectional")
    else:
        maybe(0.2, "--recompute")
    maybe(0.2, "--window", rng.choice((4, 5, 12, 24)))
    maybe(0.3, "--init", rng.choice(INITIALISERS))
    maybe(0.5, "--members", rng.choice((1, 2, 3, 4)))
    maybe(0.3, "--batch", rng.choice((1, 3, 17, 64)))
    maybe(0.3, "--bptt", rng.choice((4, 5, 16, 64)))
    maybe(0.4, "--loss", rng.choice(("quantile", "squared", "absolute", "huber")))
    maybe(0.3, "--optimizer", rng.choice(("adamw", "adam", "sgd")))
    maybe(0.3, "--schedule", rng.choice(("cosine", "constant", "plateau")))
    maybe(0.3, "--lr", rng.choice((1e-5, 0.003, 0.1, 10)))
    maybe(0.3, "--dropout", rng.choice((0, 0.1, 0.5, 0.9)))
    maybe(0.2, rng.choice(("--log", "--no-log")))
    maybe(0.1, "--refit")
    maybe(0.05, *rng.choice((("--dropout", 1), ("--bptt", 1), ("--window", 1), ("--members", 0), ("--lr", "nan"))))
    maybe(0.5, "--horizon", rng.choice((1, 2, 3, 5)))
    maybe(0.3, "--quantiles", rng.choice(("0.5", "0.1,0.9", "0.05,0.25,0.5,0.75,0.95")))
    maybe(0.4, "--lags", rng.choice((0, 1, 5, 30)))
    maybe(0.3, "--period", rng.choice((1, 7, 24)))
    maybe(0.3, "--known", "k")
    maybe(0.3, "--past", rng.choice(("x", "none", "k")))
    maybe(0.3, "--threads", rng.choice((1, 2, 3)))
    return options


def second_command(rng, data, horizon_rows):
    return rng.choice((
        ["evaluate", "m.safetensors", data, "--json", "scores.json"],
        ["forecast", "m.safetensors", horizon_rows, "-o", "f.csv", "--plot", "f.svg"],
        ["info", "m.safetensors", "--json"],
        ["info", "m.safetensors"],
        ["stream", "m.safetensors"],
        ["stream", "m.safetensors", "--warm", data],
        ["inspect", "m.safetensors", data, "-o", "report.html"],
        ["inspect", "m.safetensors", data, "--step", "50"],
        ["convert", "m.safetensors", "small.safetensors", "--weights", "f16"],
        ["convert", "m.safetensors", "small.safetensors", "--weights", "int8", "--calibrate", data, "--force"],
    ))


class Failed(Exception):
    pass


def run(program, words, folder, source=None):
    """Its exit status; Failed where it is no answer."""
    with open(folder / source if source else "/dev/null", "rb") as stdin:
        done = subprocess.run([program, *words], cwd=folder, stdin=stdin, capture_output=True, timeout=300, check=False)
    errors = done.stderr.decode(errors="replace")
    if done.returncode not in (0, 1, 2, 3) or any(word in errors for word in SANITIZERS):
        raise Failed(f"exit {done.returncode}: {errors[-2000:]}")
    message = [line for line in errors.splitlines() if line.startswith("sluice: ")]
    if done.returncode in (2, 3) and len(message) != 1:
        raise Failed(f"exit {done.returncode} without one line that says why: {errors[-500:]}")
    return done.returncode


def one(program, number, seed, folder):
    """The exit statuses of a training and of what follows it."""
    rng = random.Random(f"{seed} {number}")
    data = rng.choice(("hourly.csv", "rows.csv", "flat.csv"))
    options = shlex.split(FIRST[number]) if number < len(FIRST) else train_options(rng)
    train = ["train", data, "--target", "y", "--epochs", "1", *options, "-o", "m.safetensors"]
    (folder / "m.safetensors").unlink(missing_ok=True)
    commands = [train, ["verify", "m.safetensors"], second_command(rng, data, data)]
    statuses = []
    for words in commands:
        source = data if words[0] == "stream" else None
        try:
            statuses.append(run(program, words, folder, source))
        except (Failed, subprocess.TimeoutExpired) as error:
            lines = "\n".join("  sluice " + shlex.join(each) for each in commands[:len(statuses) + 1])
            raise Failed(f"run {number}:\n{lines}\n{error}") from error
        if words[0] == "train" and statuses[-1] != 0:
            break
        if words[0] == "verify" and statuses[-1] != 0:
            raise Failed(f"run {number}: the model does not verify\n  sluice {shlex.join(train)}")
    return statuses


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", required=True, type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--only", type=int, help="this run alone")
    options = parser.parse_args()
    started, trained, refused = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_tables(folder)
        for number in range(options.runs) if options.only is None else [options.only]:
            if number >= len(FIRST) and time.monotonic() - started > options.seconds:
                break
            try:
                statuses = one(options.sluice.resolve(), number, options.seed, folder)
            except Failed as error:
                sys.exit(f"FAILED, {error}")
            trained += statuses[0] == 0
            refused += statuses[0] != 0
    print(f"{trained} trained and used, {refused} refused with a reason, {time.monotonic() - started:.0f} s")
    if options.only is None and trained < len(FIRST):
        sys.exit("FAILED: too few combinations were trained to say anything")


if __name__ == "__main__":
    main()
