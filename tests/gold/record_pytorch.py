#!/usr/bin/env python3
"""Records how PyTorch trains a small LSTM, for the tests to replay. Needs PyTorch and nothing else.

    python3 tests/gold/record_pytorch.py

writes pytorch_sgd.json, pytorch_adam.json and pytorch_adamw_clip.json beside this script: a two-layer
torch.nn.LSTM with a linear head, all in float64, trained for 20 steps on one fixed batch from a fixed
initial state. Every array is {"shape": [..], "data": [..]}, row-major, under PyTorch's own names; x is
[T, B, I], h0 and c0 are [L, B, H]. Gates stand in the order i, f, g, o and each has its own scale, so that
no two can be mistaken for one another. bias_ih and bias_hh are both there and both trained.
"""
import json
import pathlib

import torch

STEPS, BATCH, INPUT, HIDDEN, LAYERS, OUTPUT = 7, 4, 3, 5, 2, 2
UPDATES = 20
GATE_SCALES = {"i": 0.3, "f": 0.5, "g": 0.9, "o": 0.7}
FORGET_BIAS = 1.0

RECORDINGS = {
    "sgd": {
        "seed": 11,
        "optimizer": {"name": "sgd", "lr": 0.1},
        "make": lambda parameters: torch.optim.SGD(parameters, lr=0.1),
    },
    "adam": {
        "seed": 13,
        "optimizer": {"name": "adam", "lr": 0.02, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
        "make": lambda parameters: torch.optim.Adam(
            parameters, lr=0.02, betas=(0.9, 0.999), eps=1e-8),
    },
    "adamw_clip": {
        "seed": 17,
        "optimizer": {"name": "adamw", "lr": 0.02, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8,
                      "weight_decay": 0.1, "clip_norm": 1.0},
        "make": lambda parameters: torch.optim.AdamW(
            parameters, lr=0.02, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1),
    },
}


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(INPUT, HIDDEN, num_layers=LAYERS)
        self.head = torch.nn.Linear(HIDDEN, OUTPUT)

    def forward(self, x, h0, c0):
        h, _ = self.lstm(x, (h0, c0))
        return self.head(h)


def named(model):
    """Parameters as in the recording: weight_ih_l0 .. bias_hh_l1, head.weight, head.bias."""
    return {name.replace("lstm.", ""): p for name, p in model.named_parameters()}


def initialise(model):
    with torch.no_grad():
        for name, p in named(model).items():
            p.copy_(torch.randn(p.shape))
            if name.startswith("head"):
                p.mul_(0.6)
                continue
            for gate, scale in zip(p.split(HIDDEN), GATE_SCALES.values()):
                gate.mul_(scale)
            if name.startswith("bias_ih"):
                p[HIDDEN:2 * HIDDEN].add_(FORGET_BIAS)


def array(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().flatten().tolist()}


def arrays(tensors):
    return {name: array(t) for name, t in tensors.items()}


def record(recipe):
    torch.manual_seed(recipe["seed"])
    model = Model()
    initialise(model)
    x = torch.randn(STEPS, BATCH, INPUT)
    target = 1.0 + 1.5 * torch.randn(STEPS, BATCH, OUTPUT)
    h0 = 0.5 * torch.randn(LAYERS, BATCH, HIDDEN)
    c0 = torch.randn(LAYERS, BATCH, HIDDEN)
    inputs = {"x": x, "h0": h0, "c0": c0}
    for tensor in inputs.values():
        tensor.requires_grad_(True)

    recording = {
        "made_by": "tests/gold/record_pytorch.py",
        "torch": torch.__version__.split("+")[0],
        "seed": recipe["seed"],
        "dtype": "float64",
        "gates": "i,f,g,o",
        "loss": "mean over all T*B*O values of (y - target)^2",
        "optimizer": recipe["optimizer"],
        **arrays(inputs),
        "target": array(target),
        "initial": arrays(named(model)),
    }

    optimizer = recipe["make"](model.parameters())
    clip = recipe["optimizer"].get("clip_norm")
    losses, norms = [], []
    for update in range(UPDATES):
        for tensor in [*inputs.values(), *model.parameters()]:
            tensor.grad = None
        loss = torch.nn.functional.mse_loss(model(x, h0, c0), target)
        loss.backward()
        losses.append(loss.item())
        if update == 0:
            gradients = {**inputs, **named(model)}
            recording["gradients"] = arrays({name: t.grad for name, t in gradients.items()})
        if clip is not None:
            norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), clip).item())
        optimizer.step()

    recording["losses"] = losses  # before each update
    if clip is not None:
        recording["norms"] = norms  # of all gradients, before clipping
    recording["final"] = arrays(named(model))
    return recording


def text(value, indent=0):
    """JSON with one array or number a line, so that a change can be read."""
    if not isinstance(value, dict) or "shape" in value:
        return json.dumps(value)
    pad = " " * (indent + 1)
    lines = [f"{pad}{json.dumps(k)}: {text(v, indent + 1)}" for k, v in value.items()]
    return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    for name, recipe in RECORDINGS.items():
        path = pathlib.Path(__file__).with_name(f"pytorch_{name}.json")
        path.write_text(text(record(recipe)) + "\n")
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
