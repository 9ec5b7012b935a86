"""ONNX Runtime's and PyTorch's streams for run.py, one thread each, the state fed back.

    python python_worker.py onnxruntime|pytorch CASE_DIR

ONNX Runtime: the graph that run.py made, inputs and outputs bound once, two bindings in turn so that
one's states are the other's: nothing is copied or allocated between rows. PyTorch: nn.LSTM under
inference_mode. Both are called from Python, as pip gives them; `call_ns` is what such a call costs
where it computes nothing. The protocol is in bench/README.md.
"""
import json
import pathlib
import sys
import time

import numpy as np


class OnnxRuntime:
    name = "onnxruntime"

    def __init__(self, folder, x):
        import onnxruntime
        self.x = x
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.version = onnxruntime.__version__
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options,
                                                    providers=["CPUExecutionProvider"])
        null = onnxruntime.InferenceSession(str(folder / "null.onnx"), options,
                                            providers=["CPUExecutionProvider"])
        value = onnxruntime.OrtValue.ortvalue_from_numpy
        shapes = {i.name: i.shape for i in self.session.get_inputs()}
        self.row = np.zeros(shapes["x"], np.float32)
        self.y = np.zeros((1, 1, 1), np.float32)
        states = [{name: np.zeros(shape, np.float32) for name, shape in shapes.items()
                   if name != "x"} for _ in range(2)]
        self.states = states
        self.kept = [value(self.row), value(self.y)]
        self.bindings = []
        values = [{name: value(array) for name, array in state.items()} for state in states]
        self.kept += values
        for before, after in ((0, 1), (1, 0)):
            binding = self.session.io_binding()
            binding.bind_ortvalue_input("x", self.kept[0])
            binding.bind_ortvalue_output("y", self.kept[1])
            for name in values[before]:
                binding.bind_ortvalue_input(name, values[before][name])
                binding.bind_ortvalue_output(name + "_next", values[after][name])
            self.bindings.append(binding)
        self.turn = 0
        self.null = (null, null.io_binding())
        self.null[1].bind_ortvalue_input("x", self.kept[0])
        self.null[1].bind_ortvalue_output("y", value(np.zeros_like(self.row)))

    def push(self, t):
        self.kept[0].update_inplace(self.x[t].reshape(self.row.shape))
        self.session.run_with_iobinding(self.bindings[self.turn])
        self.turn ^= 1

    def last(self):
        return float(self.kept[1].numpy().reshape(-1)[0])

    def reset(self):
        for values in self.kept[2:]:
            for value in values.values():
                value.update_inplace(np.zeros(value.shape(), np.float32))
        self.turn = 0

    def call_nothing(self):
        self.kept[0].update_inplace(self.x[0].reshape(self.row.shape))
        self.null[0].run_with_iobinding(self.null[1])


class PyTorch:
    name = "pytorch"

    def __init__(self, folder, x):
        import torch
        torch.set_num_threads(1)
        torch.set_flush_denormal(True)
        self.torch, self.version = torch, torch.__version__
        self.x = torch.from_numpy(x).reshape(len(x), 1, 1, -1)
        layers = len(list(folder.glob("weight_hh_l*.npy")))
        read = lambda name: torch.from_numpy(np.load(folder / f"{name}.npy"))  # noqa: E731
        self.lstm = torch.nn.LSTM(x.shape[1], read("weight_hh_l0").shape[1], layers)
        self.head = torch.nn.Linear(self.lstm.hidden_size, 1)
        with torch.no_grad():
            for layer in range(layers):
                for name in ("weight_ih", "weight_hh", "bias_ih"):
                    getattr(self.lstm, f"{name}_l{layer}").copy_(read(f"{name}_l{layer}"))
                getattr(self.lstm, f"bias_hh_l{layer}").zero_()
            self.head.weight.copy_(read("head.weight"))
            self.head.bias.copy_(read("head.bias"))
        self.lstm.flatten_parameters()
        self.guard = torch.inference_mode()  # it ends when nobody holds it
        self.guard.__enter__()
        self.reset()

    def push(self, t):
        h, self.state = self.lstm(self.x[t], self.state)
        self.y = self.head(h)

    def last(self):
        return float(self.y)

    def reset(self):
        self.state = None

    def call_nothing(self):
        self.torch.neg(self.x[0])


def main():
    kind, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    x = np.load(folder / "x.npy")
    engine = {"onnxruntime": OnnxRuntime, "pytorch": PyTorch}[kind](folder, x)
    y = []
    for t in range(len(x)):
        engine.push(t)
        y.append(engine.last())
    np.save(folder / f"{kind}.y.npy", np.array(y, np.float32).reshape(-1, 1))
    start = time.perf_counter()
    for _ in range(500):
        engine.call_nothing()
    call = (time.perf_counter() - start) / 500 * 1e9
    print(json.dumps({"version": engine.version, "call_ns": call}))
    print("ready", flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "rows":
            rows = int(words[1])
            start = time.perf_counter()
            for n in range(rows):
                engine.push(n % len(x))
            print(json.dumps({"ns": (time.perf_counter() - start) / rows * 1e9}), flush=True)
        else:
            print("{}", flush=True)
            return


main()
