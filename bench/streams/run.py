#!/usr/bin/env python3
"""Times a stream's step by Sluice and by its peers in turn, and prints one table with the floors.

    python bench/streams/run.py --shapes S1,S2 --rounds 7 --json OUT

Needs numpy and onnx; onnxruntime and torch for these peers. Outputs over 512 rows are compared first:
where they differ, nothing is timed and the status is 1. What is timed: bench/README.md.
"""
import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "bench" / "bench"
# Inputs, units, layers: guitar amplifiers, RTNeural's own comparison, limit order books, a voice
# activity detector, and what chip and finance vendors publish.
SHAPES = {"S1": (1, 8, 1), "S2": (1, 16, 1), "S3": (1, 20, 1), "S4": (1, 32, 1), "S5": (1, 40, 1),
          "S6": (1, 64, 1), "S7": (64, 64, 1), "S8": (40, 64, 1), "S9": (128, 128, 1),
          "S10": (128, 96, 2), "S11": (100, 100, 2)}
ROWS = 512
TOLERANCE = 2e-5


def layer_inputs(shape):
    inputs, hidden, layers = shape
    return [inputs] + [hidden] * (layers - 1)


def write_case(folder, shape):
    """Weights at the scale of a network at its start: large ones make it chaotic."""
    random = np.random.default_rng(1)
    inputs, hidden, layers = shape
    bound = 1 / math.sqrt(hidden)
    tensors = {}
    for layer, width in enumerate(layer_inputs(shape)):
        tensors[f"weight_ih_l{layer}"] = random.uniform(-bound, bound, (4 * hidden, width))
        tensors[f"weight_hh_l{layer}"] = random.uniform(-bound, bound, (4 * hidden, hidden))
        tensors[f"bias_ih_l{layer}"] = random.uniform(-bound, bound, 4 * hidden)
    tensors["head.weight"] = random.uniform(-bound, bound, (1, hidden))
    tensors["head.bias"] = random.uniform(-bound, bound, 1)
    tensors["x"] = random.standard_normal((ROWS, inputs))
    tensors = {name: array.astype(np.float32) for name, array in tensors.items()}
    for name, array in tensors.items():
        np.save(folder / f"{name}.npy", array)
    write_graphs(folder, shape, tensors)


def gates(array):
    """PyTorch's i f g o as ONNX's i o f c."""
    i, f, g, o = np.split(array, 4)
    return np.concatenate([i, o, f, g])


def write_graphs(folder, shape, tensors):
    """The net as an ONNX graph of one step, states in and out; and a graph that does nothing."""
    inputs, hidden, layers = shape
    value = helper.make_tensor_value_info
    nodes, constants, ins, outs = [], [], [], []

    def constant(name, array):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name))
        return name

    ins.append(value("x", TensorProto.FLOAT, [1, 1, inputs]))
    below = "x"
    for layer in range(layers):
        names = [constant(f"w{layer}", gates(tensors[f"weight_ih_l{layer}"])[None]),
                 constant(f"r{layer}", gates(tensors[f"weight_hh_l{layer}"])[None]),
                 constant(f"b{layer}", np.concatenate([gates(tensors[f"bias_ih_l{layer}"]),
                                                       np.zeros(4 * hidden)])[None])]
        for state in ("h", "c"):
            ins.append(value(f"{state}{layer}", TensorProto.FLOAT, [1, 1, hidden]))
            outs.append(value(f"{state}{layer}_next", TensorProto.FLOAT, [1, 1, hidden]))
        nodes.append(helper.make_node("LSTM", [below, *names, "", f"h{layer}", f"c{layer}"],
                                      ["", f"h{layer}_next", f"c{layer}_next"],
                                      hidden_size=hidden))
        below = f"h{layer}_next"
    nodes.append(helper.make_node("MatMul", [below, constant("v", tensors["head.weight"].T)],
                                  ["vh"]))
    nodes.append(helper.make_node("Add", ["vh", constant("vb", tensors["head.bias"])], ["y"]))
    outs.append(value("y", TensorProto.FLOAT, [1, 1, 1]))
    opset = [helper.make_opsetid("", 17)]
    graph = helper.make_graph(nodes, "step", ins, outs, constants)
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / "model.onnx")
    same = [value(name, TensorProto.FLOAT, [1, 1, inputs]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "null", same[:1],
                              same[1:])
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / "null.onnx")


class Worker:
    def __init__(self, name, command, folder):
        self.name = name
        self.process = subprocess.Popen([*command, str(folder)], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.about = json.loads(self.line())
        if self.line() != "ready":
            raise RuntimeError(f"{name}: expected the line 'ready'")

    def line(self):
        text = self.process.stdout.readline()
        if not text:
            raise RuntimeError(f"{self.name}: ended with status {self.process.wait()}")
        return text.strip()

    def ask(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        return json.loads(self.line())


def full_floor(shape, rates):
    """Nanoseconds of a whole step: products or reading the weights, cells, the head. Of the cell,
    55 ns and 26 for each further 16 units, measured on another machine of this class."""
    hidden = shape[1]
    resident = sum(4 * hidden * (width + hidden) * 4 for width in layer_inputs(shape))
    level = "l1" if resident <= 40 << 10 else "l2" if resident <= 1500 << 10 else "l3"
    total = 20.0
    for width in layer_inputs(shape):
        flop, read = 8 * hidden * (width + hidden), 16 * hidden * (width + hidden)
        total += max(flop / rates["fma_gflops"], read / rates[f"{level}_gb_s"])
        total += 55 + 26 * (math.ceil(hidden / 16) - 1)
    return total


def compare(folder, names):
    outputs = {name: np.load(folder / f"{name}.y.npy") for name in names}
    worst = max(float(np.max(np.abs(outputs[name] - outputs["sluice"]))) for name in names)
    if not worst <= TOLERANCE * float(np.max(np.abs(outputs["sluice"]))):
        sys.exit(f"outputs differ by {worst}: " + ", ".join(names))
    return worst


def time_shape(name, given, commands):
    shape = SHAPES[name]
    with tempfile.TemporaryDirectory() as text:
        folder = pathlib.Path(text)
        write_case(folder, shape)
        peers = [p for p in commands if p != "rtneural" or shape[2] == 1 and shape[1] <= 64
                 and shape[0] in (1, 64)]
        workers = [Worker(peer, commands[peer], folder) for peer in peers]
        worst = compare(folder, peers)
        rows = {}
        for worker in workers:  # so many that a round takes about given.seconds
            worker.ask("rows 200")
            rows[worker.name] = max(200, int(given.seconds * 1e9 / worker.ask("rows 500")["ns"]))
        times, rates = {worker.name: [] for worker in workers}, []
        for _ in range(given.rounds):
            for worker in workers:
                times[worker.name].append(worker.ask(f"rows {rows[worker.name]}")["ns"])
            rates.append(workers[0].ask("machine"))
        for worker in workers:
            worker.ask("quit")
    rates = {key: max(r[key] for r in rates) for key in rates[0]}
    floor = full_floor(shape, rates)
    return {"shape": name, "input": shape[0], "hidden": shape[1], "layers": shape[2],
            "floor_ns": floor, "rates": rates, "largest_difference": worst,
            "call_ns": {w.name: w.about.get("call_ns", 0.0) for w in workers},
            "about": {w.name: w.about for w in workers}, "ns": times}


def row_of(result, peers):
    medians = {peer: statistics.median(times) for peer, times in result["ns"].items()}
    best, mine = min(result["ns"]["sluice"]), medians["sluice"]
    cells = [result["shape"], f"{result['input']}, {result['hidden']} x {result['layers']}",
             f"{result['floor_ns']:.0f}", f"{best:.0f}", f"{mine:.0f}",
             f"{best / result['floor_ns']:.2f}", f"{mine / result['floor_ns']:.2f}"]
    for peer in peers[1:]:
        cells += [f"{medians[peer]:.0f}", f"{medians[peer] / mine:.2f}"] if peer in medians else \
            ["", ""]
    return cells


def main():
    def words(text):
        return text.split(",")

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shapes", type=words, default=list(SHAPES))
    parser.add_argument("--peers", type=words, default=["onnxruntime", "pytorch"],
                        help="also rtneural, where its worker was built")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.2, help="of each in each round, about")
    parser.add_argument("--json", type=pathlib.Path)
    given = parser.parse_args()
    python = [sys.executable, str(pathlib.Path(__file__).resolve().parent / "python_worker.py")]
    every = {"sluice": [str(BUILD / "bench_stream_worker")],
             "rtneural": [str(BUILD / "bench_rtneural_worker")],
             "onnxruntime": [*python, "onnxruntime"], "pytorch": [*python, "pytorch"]}
    commands = {name: every[name] for name in ["sluice", *given.peers]}
    results = []
    for name in given.shapes:
        results.append(time_shape(name, given, commands))
        print(f"{name}: outputs agree to {results[-1]['largest_difference']:.1e}", file=sys.stderr)
    peers = list(commands)
    head = ["shape", "I, H x L", "floor ns", "best", "median", "best / floor", "median / floor"]
    for peer in peers[1:]:
        head += [peer, f"{peer} / Sluice"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for result in results:
        print("| " + " | ".join(row_of(result, peers)) + " |")
    if given.json:
        record = {"date": time.strftime("%Y-%m-%d"), "machine": machine(), "results": results}
        given.json.write_text(json.dumps(record, indent=1) + "\n")


def machine():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return "unknown"


if __name__ == "__main__":
    main()
