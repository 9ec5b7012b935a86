#!/usr/bin/env python3
"""fixture.py KIND: made-up data of a report as JSON, to be shown by the page.

KIND is one of
  full        everything but an experiment: labels, forecast, flow with an RNN, a reverse layer with a projection
  experiment  an experiment on a cell without input gate; no forecast, a flow without an RNN
  bare        a plain RNN without any optional part
  large       10,000 steps x 256 units in f16

The small ones run a real LSTM with weights of every gate at its own scale; sizes are different primes.
"""
import base64
import json
import math
import random
import struct
import sys

NAN = float("nan")


def array(values, shape, kind="f32"):
    code = {"f16": "e", "f32": "f"}[kind]
    packed = struct.pack(f"<{len(values)}{code}", *values)
    return {"type": kind, "shape": list(shape), "data": base64.b64encode(packed).decode()}


def sigma(x):
    return 1 / (1 + math.exp(-x))


def series(steps):
    return [math.sin(0.21 * t) + 0.3 * math.sin(0.047 * t + 1) for t in range(steps)]


class Layer:
    """An LSTM layer with made-up weights, and its signals at every step."""

    def __init__(self, rows, units, seed, reverse=False, state=None, missing=(), held=None):
        self.units, self.steps, self.reverse = units, len(rows), reverse
        self.state = state or units
        rng = random.Random(seed)
        scale = {"f": 0.9, "i": 0.6, "g": 1.1, "o": 0.7}
        bias = {"f": 1.4, "i": -0.5, "g": 0.1, "o": 0.3}
        size = len(rows[0])
        weights = {gate: [[rng.gauss(0, scale[gate]) / math.sqrt(size) for _ in range(size)] for _ in range(units)]
                   for gate in scale}
        carried = {gate: [[rng.gauss(0, scale[gate]) / math.sqrt(units) for _ in range(self.state)]
                          for _ in range(units)] for gate in scale}
        offset = {gate: [bias[gate] + rng.gauss(0, 0.8) for _ in range(units)] for gate in scale}
        offset["i"][min(5, units - 1)] = -11.5  # its gate stays below what f16 holds in full
        project = [[rng.gauss(0, 1) / math.sqrt(units) for _ in range(units)] for _ in range(self.state)]
        names = ["f", "i", "g", "o", "c", "tanh_c", "h"]
        self.signals = {name: [None] * self.steps for name in names}
        h, c = [0.0] * self.state, [0.0] * units
        for t in (range(self.steps - 1, -1, -1) if reverse else range(self.steps)):
            sums = {gate: [offset[gate][u] + sum(w * x for w, x in zip(weights[gate][u], rows[t]))
                           + sum(r * y for r, y in zip(carried[gate][u], h)) for u in range(units)] for gate in scale}
            now = {gate: [math.tanh(a) if gate == "g" else sigma(a) for a in sums[gate]] for gate in scale}
            if held and held["from"] <= t < held["to"]:
                for u in held["units"]:
                    now["f"][u] = 1.0
                    now["g"][u] = 0.0
            write = [1.0] * units if "i" in missing else now["i"]
            c = [now["f"][u] * c[u] + write[u] * now["g"][u] for u in range(units)]
            now["c"], now["tanh_c"] = c, [math.tanh(v) for v in c]
            own = [now["o"][u] * now["tanh_c"][u] for u in range(units)]
            h = own if self.state == units else [sum(w * v for w, v in zip(row, own)) for row in project]
            now["h"] = h
            for name in names:
                self.signals[name][t] = now[name]
        for name in missing:
            del self.signals[name]

    def arrays(self, kind):
        return {name: array([v for row in rows for v in row], (self.steps, len(rows[0])), kind)
                for name, rows in self.signals.items()}

    def json(self, name, index, kind):
        return {"name": name, "layer": index, "direction": "reverse" if self.reverse else "forward",
                "units": self.units, "state": self.state, "signals": self.arrays(kind)}


def unit_rows(layers, seed):
    rng = random.Random(seed)
    rows = []
    for index, layer in enumerate(layers):
        for unit in range(layer.units):
            shares = {f"{gate}_{end}": None if gate not in layer.signals else round(rng.random(), 3)
                      for gate in "fio" for end in ("high", "low")}
            rows.append({"layer": index, "unit": unit, **shares,
                         "half_life": None if unit == 2 else round(math.exp(rng.uniform(0, 6)), 2),
                         "remembers": None if unit == 3 else rng.randrange(1, 90),
                         "memory": [[k, math.exp(-k / (3 + unit))] for k in (1, 2, 5, 10, 20)],
                         "input": {"name": rng.choice(["sunspots", "flux"]), "r": rng.uniform(-1, 1)},
                         "calendar": {"name": "month", "r": rng.uniform(-1, 1)} if unit % 2 else None,
                         "ablation": round(rng.gauss(2, 6), 3),
                         "note": "dead" if unit == 5 else "duplicate of 1" if unit == 7 else ""})
    return rows


def columns(values, names):
    return [{"name": name, "values": array([row[n] for row in values], (len(values),))} for n, name in enumerate(names)]


def base(title, description, rows, names, layers, kinds, labels):
    steps = len(rows)
    outputs = [[1.5 * row[0] - 0.2 for row in layers[-1].signals["h"]]]
    return {
        "version": 1, "title": title,
        "model": {"inputs": len(names), "outputs": 1, "parameters": 4721, "description": description},
        "steps": {"first": 2800, "labels": labels, "count": steps},
        "inputs": columns(rows, names),
        "outputs": [{"name": "y0", "values": array(outputs[0], (steps,))}],
        "forecast": None,
        "layers": [layer.json(f"layer {n} {'reverse' if layer.reverse else 'forward'}", n, kinds[n])
                   for n, layer in enumerate(layers)],
        "units": unit_rows(layers, 5),
        "gates": [{"layer": n, "gate": gate, "held_at": 0.31 + 0.1 * k + n, "ablation": 1.7 * k - n}
                  for n, layer in enumerate(layers) for k, gate in enumerate("fio") if gate in layer.signals],
        "metric": {"name": "MAE", "value": 17.83, "on": "rows 2800..2927"},
        "flow": None, "experiment": None,
    }


def input_rows(steps):
    wave = series(steps)
    return [[wave[t], wave[t - 7], math.cos(2 * math.pi * t / 12)] for t in range(steps)]


def flow_of(layers, step, back):
    def decay(rate, wobble):
        values = [math.exp(-rate * k) * (1 + 0.3 * math.sin(wobble * k)) for k in range(back + 1)]
        return [v if v > 1e-38 else 0.0 for v in values]
    size = back + 1
    return {
        "output": "sunspots, 1 ahead", "step": step, "back": back,
        "layers": [{"d_h": array(decay(0.4 + n, 0.7), (size,)), "d_c": array(decay(0.15 + n, 0.4), (size,)),
                    "units_d_c": array([math.exp(-(0.1 + 0.02 * u) * k) for k in range(size) for u in range(layer.units)],
                                       (size, layer.units))} for n, layer in enumerate(layers)],
        "rnn": {"description": "simple tanh RNN, 13 units, trained on the same rows", "d_h": array(decay(1.9, 0.3), (size,))},
        "attribution": {
            "columns": ["sunspots", "flux", "month"],
            "gradient_times_input": array([math.sin(k * 0.7 + n) * math.exp(-0.06 * k) / (n + 1)
                                           for k in range(size) for n in range(3)], (size, 3)),
            "integrated": array([math.cos(k * 0.5 + n) * math.exp(-0.05 * k) / (n + 2)
                                 for k in range(size) for n in range(3)], (size, 3)),
            "baseline": "inputs of 0 (the training mean)"},
    }


def full():
    steps = 127
    rows = input_rows(steps)
    first = Layer(rows, 13, 1)
    layers = [first, Layer(first.signals["h"], 11, 2, reverse=True, state=5)]
    labels = [f"{1982 + (t + 4) // 12}-{(t + 4) % 12 + 1:02}" for t in range(steps)]
    data = base("sunspots.safetensors on sunspots.csv", "LSTM, 13 units, then 11 units read from the end with a projection to 5",
                rows, ["sunspots", "flux", "month"], layers, ["f16", "f32"], labels)
    observed = [60 + 45 * row[0] for row in rows]
    point = [NAN] + [0.9 * value + 4 for value in observed[:-1]]
    data["forecast"] = {
        "target": "sunspots", "ahead": 1, "observed": array(observed, (steps,)), "point": array(point, (steps,)),
        "low": array([v - 14 for v in point], (steps,)), "high": array([v + 19 for v in point], (steps,)),
        "levels": [0.1, 0.9]}
    data["flow"] = flow_of(layers, 113, 101)
    return data


def experiment():
    steps = 149
    rows = input_rows(steps)
    untouched = Layer(rows, 17, 3, missing=("i",))
    held = {"units": range(3, 8), "from": 40, "to": 100}
    changed = Layer(rows, 17, 3, missing=("i",), held=held)
    data = base("cell.safetensors on series.csv", "LSTM without input gate, 17 units", rows, ["sunspots", "flux", "month"],
                [untouched], ["f16"], None)
    outputs = [1.5 * row[0] - 0.2 for row in changed.signals["h"]]
    data["experiment"] = {
        "set": "f=1,g=0 @ layer 0, units 3-7, steps 40:100", "layers": [{"signals": changed.arrays("f16")}],
        "outputs": [{"name": "y0", "values": array(outputs, (steps,))}],
        "metric": {"name": "MAE", "before": 17.83, "after": 21.4}}
    data["flow"] = flow_of([untouched], 131, 113) | {"rnn": None}  # down to 1e-20, which the axis names
    return data


def bare():
    rows = input_rows(61)
    layer = Layer(rows, 7, 4, missing=("f", "i", "o", "c", "tanh_c"))
    data = base("rnn.safetensors on series.csv", "simple tanh RNN, 7 units", rows, ["sunspots", "flux", "month"], [layer],
                ["f32"], None)
    data.update(units=[], gates=[], metric=None)
    return data


def large():
    steps, units = 10000, 256
    period = 1999
    rng = random.Random(9)
    signals = {}
    for n, name in enumerate(["f", "i", "g", "o", "c", "tanh_c", "h"]):
        wave = [0.5 + 0.5 * math.sin(0.011 * (n + 1) * k) * math.cos(0.0031 * k * k) for k in range(period + units)]
        if name in ("g", "c", "tanh_c", "h"):
            wave = [(2 * v - 1) * (3 if name == "c" else 1) for v in wave]
        packed = struct.pack(f"<{len(wave)}e", *wave)
        rows = [packed[2 * (t * (3 + n) % period):2 * (t * (3 + n) % period + units)] for t in range(steps)]
        signals[name] = {"type": "f16", "shape": [steps, units], "data": base64.b64encode(b"".join(rows)).decode()}
    small = Layer(input_rows(30), units, 6)
    values = [[math.sin(0.01 * t) + rng.gauss(0, 0.2)] for t in range(steps)]
    return {
        "version": 1, "title": "load.safetensors on load.csv",
        "model": {"inputs": 1, "outputs": 1, "parameters": 264449, "description": "LSTM, 256 units, carried state"},
        "steps": {"first": 0, "labels": [f"2019-{t // 24 // 28 % 12 + 1:02}-{t // 24 % 28 + 1:02} {t % 24:02}:00" for t in range(steps)],
                  "count": steps},
        "inputs": columns(values, ["load"]), "outputs": columns(values, ["y0"]), "forecast": None,
        "layers": [{"name": "layer 0 forward", "layer": 0, "direction": "forward", "units": units, "state": units,
                    "signals": signals}],
        "units": unit_rows([small], 8), "gates": [], "metric": None, "flow": None, "experiment": None}


def main():
    kinds = {"full": full, "experiment": experiment, "bare": bare, "large": large}
    if len(sys.argv) != 2 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    json.dump(kinds[sys.argv[1]](), sys.stdout)


if __name__ == "__main__":
    main()
