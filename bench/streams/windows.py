#!/usr/bin/env python3
"""Times whole windows and batches without a gradient by Sluice, ONNX Runtime and PyTorch in turn.

    python bench/streams/windows.py --shapes W1,W5 --threads 1,2 --rounds 7 --json OUT

Needs numpy, onnx, onnxruntime and torch. Outputs are compared first: where they differ, nothing is
timed and the status is 1. The net has no head; y is h of the last layer at every step.
"""
import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

sys.dont_write_bytecode = True  # nothing of a run is left beside the sources
from run import BUILD, gates, machine  # noqa: E402

# Samples, steps, inputs, units, layers.
SHAPES = {"W1": (1, 50, 100, 100, 2), "W2": (1, 100, 250, 200, 3), "W3": (1, 100, 500, 1000, 4),
          "W4": (256, 365, 32, 128, 1), "W5": (32, 96, 7, 128, 2), "W6": (64, 50, 100, 100, 2),
          "W7": (20, 300, 800, 800, 1)}
TOLERANCE = 2e-5


def write_case(folder, shape):
    batch, steps, inputs, hidden, layers = shape
    random = np.random.default_rng(1)
    bound = 1 / math.sqrt(hidden)
    tensors = {"x": random.standard_normal((steps, batch, inputs))}
    for layer in range(layers):
        width = inputs if layer == 0 else hidden
        tensors[f"weight_ih_l{layer}"] = random.uniform(-bound, bound, (4 * hidden, width))
        tensors[f"weight_hh_l{layer}"] = random.uniform(-bound, bound, (4 * hidden, hidden))
        tensors[f"bias_ih_l{layer}"] = random.uniform(-bound, bound, 4 * hidden)
    for name, array in tensors.items():
        np.save(folder / f"{name}.npy", array.astype(np.float32))


def onnx_session(folder, threads):
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper
    read = lambda name: np.load(folder / f"{name}.npy")  # noqa: E731
    x, nodes, constants, below = read("x"), [], [], "x"
    layers = len(list(folder.glob("weight_hh_l*.npy")))
    hidden = read("weight_hh_l0").shape[1]
    for layer in range(layers):
        arrays = {f"w{layer}": gates(read(f"weight_ih_l{layer}"))[None],
                  f"r{layer}": gates(read(f"weight_hh_l{layer}"))[None],
                  f"b{layer}": np.concatenate([gates(read(f"bias_ih_l{layer}")),
                                               np.zeros(4 * hidden, np.float32)])[None]}
        constants += [numpy_helper.from_array(np.ascontiguousarray(a), n)
                      for n, a in arrays.items()]
        out = "y" if layer + 1 == layers else f"h{layer}"
        nodes.append(helper.make_node("LSTM", [below, *arrays], [f"d{layer}"], hidden_size=hidden))
        nodes.append(helper.make_node("Squeeze", [f"d{layer}", "one"], [out]))
        below = out
    constants.append(numpy_helper.from_array(np.array([1], np.int64), "one"))
    value = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, "window", [value("x", TensorProto.FLOAT, x.shape)],
                              [value("y", TensorProto.FLOAT, [*x.shape[:2], hidden])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                           providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    value = onnxruntime.OrtValue.ortvalue_from_numpy
    y = value(np.zeros((*x.shape[:2], hidden), np.float32))
    binding.bind_ortvalue_input("x", value(x))
    binding.bind_ortvalue_output("y", y)
    return lambda: session.run_with_iobinding(binding), y.numpy


def pytorch_lstm(folder, threads):
    import torch
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    read = lambda name: torch.from_numpy(np.load(folder / f"{name}.npy"))  # noqa: E731
    x = read("x")
    layers = len(list(folder.glob("weight_hh_l*.npy")))
    lstm = torch.nn.LSTM(x.shape[2], read("weight_hh_l0").shape[1], layers)
    with torch.no_grad():
        for layer in range(layers):
            for name in ("weight_ih", "weight_hh", "bias_ih"):
                getattr(lstm, f"{name}_l{layer}").copy_(read(f"{name}_l{layer}"))
            getattr(lstm, f"bias_hh_l{layer}").zero_()
    lstm.flatten_parameters()
    out = {"guard": torch.inference_mode()}  # it ends when nobody holds it
    out["guard"].__enter__()

    def run():
        out["y"], _ = lstm(x)
    return run, lambda: out["y"].numpy()


def worker(kind, folder, threads):
    """The other side of Worker, in Python."""
    run, y = {"onnxruntime": onnx_session, "pytorch": pytorch_lstm}[kind](folder, threads)
    run()
    np.save(folder / f"{kind}.y.npy", y())
    print("ready", flush=True)
    for line in sys.stdin:
        count, times = int(line), []
        for _ in range(count):
            start = time.perf_counter()
            run()
            times.append((time.perf_counter() - start) * 1e3)
        print(json.dumps(times), flush=True)


class Worker:
    def __init__(self, name, folder, threads):
        self.name = name
        command = [sys.executable, __file__, "--worker", name]
        if name == "sluice":
            command = [str(BUILD / "bench_window_worker")]
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MALLOC_MMAP_MAX_="0",
                           MALLOC_TRIM_THRESHOLD_=str(1 << 40))
        self.process = subprocess.Popen([*command, str(folder), str(threads)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=environment)
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{name}: ended with status {self.process.wait()}")

    def times(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def time_shape(name, threads, given):
    with tempfile.TemporaryDirectory() as text:
        folder = pathlib.Path(text)
        write_case(folder, SHAPES[name])
        workers = [Worker(peer, folder, threads) for peer in ("sluice", "onnxruntime", "pytorch")]
        outputs = {w.name: np.load(folder / f"{w.name}.y.npy") for w in workers}
        worst = max(float(np.max(np.abs(y - outputs["sluice"]))) for y in outputs.values())
        if not worst <= TOLERANCE:
            sys.exit(f"{name}: outputs differ by {worst}")
        counts = {w.name: max(1, int(given.seconds * 1e3 / max(w.times(2)[1], 1e-3)))
                  for w in workers}
        times = {w.name: [] for w in workers}
        for _ in range(given.rounds):
            for w in workers:
                times[w.name] += w.times(counts[w.name])
        for w in workers:
            w.stop()
    return {"shape": name, "threads": threads, "largest_difference": worst,
            "ms": {peer: statistics.median(of) for peer, of in times.items()}}


def main():
    if sys.argv[1:2] == ["--worker"]:
        return worker(sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4]))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shapes", type=lambda text: text.split(","), default=list(SHAPES))
    parser.add_argument("--threads", type=lambda text: text.split(","), default=["1", "2"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each in each round")
    parser.add_argument("--json", type=pathlib.Path)
    given = parser.parse_args()
    results = []
    print("| shape | B, T, I, H x L | threads | Sluice ms | onnxruntime | / Sluice | pytorch | "
          "/ Sluice |\n|---|---|---|---|---|---|---|---|")
    for name in given.shapes:
        for threads in map(int, given.threads):
            results.append(time_shape(name, threads, given))
            ms = results[-1]["ms"]
            batch, steps, inputs, hidden, layers = SHAPES[name]
            cells = [name, f"{batch}, {steps}, {inputs}, {hidden} x {layers}", str(threads),
                     f"{ms['sluice']:.3f}"]
            for peer in ("onnxruntime", "pytorch"):
                cells += [f"{ms[peer]:.3f}", f"{ms[peer] / ms['sluice']:.2f}"]
            print("| " + " | ".join(cells) + " |", flush=True)
    if given.json:
        record = {"date": time.strftime("%Y-%m-%d"), "machine": machine(), "results": results}
        given.json.write_text(json.dumps(record, indent=1) + "\n")


main()
