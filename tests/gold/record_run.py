#!/usr/bin/env python3
"""Records what PyTorch makes of a few arrays, for `sluice run` to be laid beside. Needs PyTorch and nothing else.

    python3 tests/gold/record_run.py

writes pytorch_run.json beside this script. `stacked`: a two-layer LSTM with a linear layer behind it, from given
initial states; `bare`: one layer, no biases, no linear layer. Computed in float64 from parameters that float32
holds. Every array is {"shape": [..], "data": [..]}, row-major; x is [B, T, I], y [B, T, O], states [L, B, H].
"""
import json
import pathlib

import torch

GATE_SCALES = (0.3, 0.5, 0.9, 0.7)  # i, f, g, o: no two alike


def initialise(model, hidden):
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(torch.randn(p.shape).float().double() * 0.8)
            if "_l" in name:
                for gate, scale in zip(p.split(hidden), GATE_SCALES):
                    gate.copy_((gate * scale).float().double())


def drawn(*shape):
    return torch.randn(*shape).float().double()


def array(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().flatten().tolist()}


def record(model, hidden, layers, inputs, head):
    initialise(model, hidden)
    x, h0, c0 = drawn(3, 7, inputs), drawn(layers, 3, hidden), drawn(layers, 3, hidden)
    h, (hn, cn) = model.lstm(x, (h0, c0))
    zero, _ = model.lstm(x)
    return {
        "state_dict": {name: array(value) for name, value in model.state_dict().items()},
        "x": array(x), "h0": array(h0), "c0": array(c0),
        "y": array(head(h)), "y_from_zero": array(head(zero)), "hn": array(hn), "cn": array(cn),
    }


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(23)
    stacked, bare = torch.nn.Module(), torch.nn.Module()
    stacked.lstm = torch.nn.LSTM(2, 5, num_layers=2, batch_first=True)
    stacked.out = torch.nn.Linear(5, 3)
    bare.lstm = torch.nn.LSTM(3, 4, bias=False, batch_first=True)
    recording = {
        "made_by": "tests/gold/record_run.py",
        "torch": torch.__version__.split("+")[0],
        "stacked": record(stacked, 5, 2, 2, stacked.out),
        "bare": record(bare, 4, 1, 3, lambda h: h),
    }
    path = pathlib.Path(__file__).with_name("pytorch_run.json")
    path.write_text(json.dumps(recording) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
