#!/usr/bin/env python3
"""bits.py PROGRAM [SAVED]: the SHA-256 of everything that a dozen small models give.

Trains, runs, streams, quantises and inspects small models with PROGRAM and prints one line for each
file or output. With SAVED, the output of an earlier run on the same machine, it prints the lines that
differ and fails if there are any. A change that must not move a bit is made between two runs of it.
"""
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUNSPOTS = ROOT / "data" / "sunspots.csv"
SMALL = ["--target", "sunspots", "--horizon", "3", "--epochs", "3"]
MODELS = {
    "plain": [],
    "two_layers": ["--layers", "2", "--hidden", "9"],
    "projection": ["--projection", "5"],
    "layer_norm": ["--cell", "layer-norm"],
    "layer_norm_tflite": ["--cell", "layer-norm-tflite,peephole"],
    "coupled": ["--cell", "coupled,learned-state,zoneout-c=0.1,zoneout-h=0.1"],
    "noise": ["--cell", "recurrent-dropout=0.1,variational-dropout=0.1,drop-connect=0.1"],
    "bidirectional": ["--window", "24", "--bidirectional"],
    "residual": ["--layers", "2", "--hidden", "7", "--cell", "residual,squash=softsign"],
    "rnn": ["--cell", "rnn"],
    "window": ["--window", "18"],
    "squared": ["--loss", "squared", "--optimizer", "sgd", "--recompute"],
    "huber": ["--loss", "huber", "--optimizer", "adam", "--threads", "1"],
    "linear": ["--hidden", "0"],
}
STREAMED = {"plain", "two_layers", "projection", "coupled", "window", "rnn"}
QUANTISED = {"plain", "two_layers", "window"}


def contents(model):
    """A model file without the hash that it carries of itself."""
    size, = struct.unpack("<Q", model[:8])
    header = json.loads(model[8:8 + size])
    header.get("__metadata__", {}).pop("sluice.hash", None)
    return json.dumps(header, sort_keys=True).encode() + model[8 + size:]


class Run:
    def __init__(self, program, folder):
        self.program, self.folder, self.lines = program, folder, []

    def keep(self, name, content):
        self.lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}")

    def call(self, name, *arguments, stdin=None, statuses=(0, 1)):
        done = subprocess.run([self.program, *map(str, arguments)], input=stdin, capture_output=True)
        if done.returncode not in statuses:
            sys.exit(f"{name}: {done.stderr.decode()}")
        return done.stdout

    def model(self, name, options):
        model = self.folder / f"{name}.safetensors"
        size = [] if "--hidden" in options else ["--hidden", "12"]
        self.call(name, "train", SUNSPOTS, *SMALL, *size, *options, "-o", model)
        self.keep(f"{name}: model", contents(model.read_bytes()))
        forecast = self.folder / f"{name}.csv"
        self.call(name, "forecast", model, SUNSPOTS, "-o", forecast)
        self.keep(f"{name}: forecast", forecast.read_bytes())
        scores = self.folder / f"{name}.json"
        self.call(name, "evaluate", model, SUNSPOTS, "--json", scores)
        self.keep(f"{name}: scores", scores.read_bytes())
        if name in STREAMED:
            rows = "".join(SUNSPOTS.read_text().splitlines(True)[:400]).encode()
            self.keep(f"{name}: stream", self.call(name, "stream", model, stdin=rows))
        if name in QUANTISED:
            for weights in ("f16", "int8"):
                smaller = self.folder / f"{name}_{weights}.safetensors"
                data = ["--calibrate", SUNSPOTS] if weights == "int8" else []
                self.call(name, "convert", model, smaller, "--weights", weights, *data)
                self.keep(f"{name}: {weights}", contents(smaller.read_bytes()))
                self.call(name, "forecast", smaller, SUNSPOTS, "-o", forecast)
                self.keep(f"{name}: {weights} forecast", forecast.read_bytes())
        if name in ("plain", "two_layers", "layer_norm"):
            trace = self.folder / f"{name}_trace.safetensors"
            self.call(name, "inspect", model, SUNSPOTS, "--trace", trace)
            self.keep(f"{name}: trace", trace.read_bytes())


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(folder))
        for name, options in MODELS.items():
            run.model(name, options)
    print("\n".join(run.lines))
    if len(sys.argv) == 3:
        before = set(pathlib.Path(sys.argv[2]).read_text().splitlines())
        changed = [line for line in run.lines if line not in before]
        if changed:
            sys.exit("changed:\n" + "\n".join(changed))


if __name__ == "__main__":
    main()
