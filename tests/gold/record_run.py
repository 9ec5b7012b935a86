#!/usr/bin/env python3
"""Records what PyTorch makes of a few arrays, for `sluice run` to be laid beside. Needs PyTorch and nothing else.

    python3 tests/gold/record_run.py

writes pytorch_run.json beside this script. `stacked`: a two-layer LSTM with a linear layer behind it, from given
initial states; `bare`: one layer, no biases, no linear layer; `both`: two layers of two directions, a linear layer
without a bias; `projected`: two layers with a projection; `projected_both`: two directions with a projection, no
biases. Those with `lengths` ran as packed sequences; y is 0 from a sequence's length on, after the linear layer too.
Computed in float64 from parameters that float32 holds. Every array is {"shape": [..], "data": [..]}, row-major; x is
[B, T, I], y [B, T, O], h [L D, B, P], c [L D, B, H].
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


def run(lstm, x, state, lengths):
    if lengths is None:
        return lstm(x, state)
    pack = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    h, last = lstm(pack, state)
    return torch.nn.utils.rnn.pad_packed_sequence(h, batch_first=True, total_length=x.shape[1])[0], last


def array(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().flatten().tolist()}


def record(model, head, lengths=None):
    lstm = model.lstm
    initialise(model, lstm.hidden_size)
    rows = lstm.num_layers * (2 if lstm.bidirectional else 1)
    batch = 3 if lengths is None else len(lengths)
    x = drawn(batch, 7, lstm.input_size)
    state = drawn(rows, batch, lstm.proj_size or lstm.hidden_size), drawn(rows, batch, lstm.hidden_size)
    lengths = None if lengths is None else torch.tensor(lengths)
    inside = torch.ones(batch, 7, 1) if lengths is None else (torch.arange(7) < lengths[:, None])[..., None]
    h, (hn, cn) = run(lstm, x, state, lengths)
    zero, _ = run(lstm, x, None, lengths)
    recorded = {"x": x, "h0": state[0], "c0": state[1], "y": head(h) * inside, "y_from_zero": head(zero) * inside,
                "hn": hn, "cn": cn}
    if lengths is not None:
        recorded["lengths"] = lengths
    return {"state_dict": {name: array(value) for name, value in model.state_dict().items()},
            **{name: array(value) for name, value in recorded.items()}}


def module(lstm, out=None):
    model = torch.nn.Module()
    model.lstm = lstm
    if out is not None:
        model.out = out
    return model


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(23)
    def nothing(h):
        return h

    layers = torch.nn.LSTM
    stacked = module(layers(2, 5, num_layers=2, batch_first=True), torch.nn.Linear(5, 3))
    bare = module(layers(3, 4, bias=False, batch_first=True))
    recording = {
        "made_by": "tests/gold/record_run.py",
        "torch": torch.__version__.split("+")[0],
        "stacked": record(stacked, stacked.out),
        "bare": record(bare, nothing),
    }
    both = module(layers(3, 5, num_layers=2, bidirectional=True, batch_first=True),
                  torch.nn.Linear(10, 2, bias=False))
    projected = module(layers(2, 7, num_layers=2, proj_size=3, batch_first=True), torch.nn.Linear(3, 2))
    projected_both = module(layers(2, 5, proj_size=3, bidirectional=True, bias=False, batch_first=True))
    recording["both"] = record(both, both.out, [7, 3, 1, 5])
    recording["projected"] = record(projected, projected.out, [2, 7, 6])
    recording["projected_both"] = record(projected_both, nothing)
    path = pathlib.Path(__file__).with_name("pytorch_run.json")
    path.write_text(json.dumps(recording) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
