#!/usr/bin/env python3
"""How a training step's time grows with T, layers, B and H, and its memory with T and H.

    python bench/growth.py [--svg FILE] [--json FILE]

Runs `sluice bench --train` of build/release on one thread over each range, in turn and back, and fits
the slope of log time over log size: 1 is proportional. Memory is laid beside the formula of
docs/performance.md. Needs matplotlib for --svg.
"""
import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
# Name, what is varied, its values, and the rest: batch, steps, input, hidden, layers.
RANGES = [
    ("T", "steps", [100, 300, 1000, 3000, 10000], dict(batch=16, input=16, hidden=64, layers=1)),
    ("layers", "layers", [1, 2, 4, 8], dict(batch=32, steps=50, input=128, hidden=128)),
    ("B", "batch", [32, 64, 128, 256, 512, 1024], dict(steps=50, input=32, hidden=128, layers=1)),
    ("FLOP, by H", "hidden", [64, 128, 256, 384, 512, 640], dict(batch=32, steps=30, layers=1)),
]
ROUNDS = 3
PROGRAM_MB = 9


def run(shape, seconds):
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        subprocess.run([str(ROOT / "build/release/sluice"), "bench", "--train", "--shape",
                        f"{shape['input']},{shape['hidden']},{shape['layers']}", "--batch",
                        str(shape["batch"]), "--steps", str(shape["steps"]), "--seconds",
                        str(seconds), "--json", file.name],
                       check=True, stdout=subprocess.DEVNULL)
        return json.loads(pathlib.Path(file.name).read_text())


def padded(count):
    return (count + 15) // 16 * 16


def row_stride(inputs):
    return padded(inputs) if inputs > 8 else 1 << (inputs - 1).bit_length()


def formula_mb(shape, parts):
    """Of `bench --train` (docs/performance.md): activations; x, y's gradient and the target; seven
    times the parameters; of each part of the batch its sums, a segment's gradient and the packed
    rows; the program."""
    rows = shape["batch"] * shape["steps"]
    hp = padded(shape["hidden"])
    floats = rows * ((7 * shape["layers"] + 2) * hp + row_stride(shape["input"]))
    for layer in range(shape["layers"]):
        inputs = shape["input"] if layer == 0 else shape["hidden"]
        floats += 4 * shape["hidden"] * (inputs + shape["hidden"]) * (7 + parts)
        floats += parts * 512 * hp
    floats += parts * 256 * (max(shape["input"], shape["hidden"]) + shape["hidden"] + 65)
    return floats * 4e-6 + PROGRAM_MB


def flop(shape):
    return 8 * shape["hidden"] * (2 * shape["input"] + 3 * shape["hidden"])


def slope(xs, ys):
    xs, ys = [math.log(x) for x in xs], [math.log(y) for y in ys]
    x, y = statistics.mean(xs), statistics.mean(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)


def measure(varied, values, rest):
    shapes = []
    for value in values:
        shape = {**rest, varied: value}
        shape.setdefault("input", shape["hidden"])
        shapes.append(shape)
    ms = [[] for _ in shapes]
    memory, formula = [0.0] * len(shapes), [0.0] * len(shapes)
    for number in range(ROUNDS):
        order = list(range(len(shapes)))
        for at in order if number % 2 == 0 else reversed(order):
            figures = run(shapes[at], 0.8)
            ms[at].append(figures["train_ms"]["p50"])
            memory[at] = figures["peak_rss_mb"]
            formula[at] = formula_mb(shapes[at], figures["parts"])
    sizes = [flop(s) for s in shapes] if varied == "hidden" else values
    return {"values": values, "sizes": sizes, "ms": [statistics.median(m) for m in ms],
            "memory_mb": memory, "formula_mb": formula}


def draw(results, path):
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "sluice"
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(1, len(results), figsize=(3.2 * len(results), 3.2))
    for axis, (name, result) in zip(axes, results.items()):
        axis.loglog(result["values"], result["ms"], "o-", color="#1b5e8c", label="ms a step")
        axis.loglog(result["values"], result["memory_mb"], "s-", color="#b3541e", label="MB at most")
        axis.loglog(result["values"], result["formula_mb"], ":", color="#b3541e",
                    label="MB by the formula")
        axis.set_title(f"{name}: slope {result['slope']:.2f}", fontsize=10)
        axis.set_xticks(result["values"], [str(v) for v in result["values"]], fontsize=7)
        axis.minorticks_off()
    axes[0].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--svg", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    given = parser.parse_args()
    results = {}
    for name, varied, values, rest in RANGES:
        result = results[name] = measure(varied, values, rest)
        result["slope"] = slope(result["sizes"], result["ms"])
        print(f"{name}: slope {result['slope']:.3f}; "
              + ", ".join(f"{v}: {m:.2f} ms, {mb:.0f} MB ({f:.0f} by the formula)" for v, m, mb, f in
                          zip(values, result["ms"], result["memory_mb"], result["formula_mb"])))
    if given.json:
        given.json.write_text(json.dumps(results, indent=1) + "\n")
    if given.svg:
        draw(results, given.svg)


if __name__ == "__main__":
    try:
        main()
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"growth.py: {error}")
