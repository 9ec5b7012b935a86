# Makes lstm.json: LSTM nodes with attributes, inputs and opsets drawn at random, with ONNX Runtime's
# results. What ONNX Runtime refuses is made from what it takes: layout 1 by transposing, hidden_size
# left out by taking it away afterwards.
#   python3 tests/formats/onnx/make_lstm.py [CASES SEED FILE]
import os
import sys

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import recording

TAKES_ALPHA = {"Affine": 0.8, "LeakyRelu": 0.1, "ThresholdedRelu": 0.3, "ScaledTanh": 0.9,
               "HardSigmoid": 0.3, "Elu": 0.7}
TAKES_BETA = {"Affine": 0.1, "ScaledTanh": 1.1, "HardSigmoid": 0.4}
PLAIN = ["Relu", "Sigmoid", "Tanh", "Softsign", "Softplus"]
GATES = ["Sigmoid", "HardSigmoid", "Sigmoid", "sigmoid", "Affine", "Softsign"]
NAMES = ["X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"]


def activations(rng, directions):
    names, alphas, betas = [], [], []
    for _ in range(directions):
        for place in range(3):
            pool = GATES if place == 0 and rng.random() < 0.8 else [*TAKES_ALPHA, *PLAIN]
            name = str(rng.choice(pool))
            names.append(name if rng.random() < 0.7 else name.swapcase())
            key = next(k for k in [*TAKES_ALPHA, *PLAIN] if k.lower() == name.lower())
            if key in TAKES_ALPHA:
                alphas.append(round(TAKES_ALPHA[key] * float(rng.uniform(0.7, 1.3)), 3))
            if key in TAKES_BETA:
                betas.append(round(TAKES_BETA[key] * float(rng.uniform(0.7, 1.3)), 3))
    found = {"activations": names}
    if rng.random() < 0.3:  # some are left to their defaults
        alphas = alphas[:len(alphas) // 2]
    if alphas:
        found["activation_alpha"] = alphas
    if betas and rng.random() < 0.8:
        found["activation_beta"] = betas
    return found


def draw(rng):
    """Attributes and arrays of one node, in layout 0."""
    direction = str(rng.choice(["forward", "reverse", "bidirectional"]))
    d = 2 if direction == "bidirectional" else 1
    t, b, i, h = (int(rng.choice(sizes)) for sizes in ((1, 2, 5, 7), (1, 2, 3), (1, 2, 3),
                                                       (1, 2, 3, 5)))
    attributes = {"hidden_size": h}
    if direction != "forward" or rng.random() < 0.5:
        attributes["direction"] = direction
    if rng.random() < 0.6:
        attributes.update(activations(rng, d))
    if rng.random() < 0.4:
        attributes["clip"] = round(float(rng.uniform(0.1, 1.5)), 2)
    if rng.random() < 0.3:
        attributes["input_forget"] = 1

    def array(*shape, scale=0.6):
        return np.round(rng.normal(size=shape) * scale, 3).astype(np.float32)
    arrays = {"X": array(t, b, i, scale=1.0), "W": array(d, 4 * h, i), "R": array(d, 4 * h, h)}
    if rng.random() < 0.7:
        arrays["B"] = array(d, 8 * h)
    if rng.random() < 0.5:
        lengths = rng.integers(0, t + 1, b).astype(np.int32)
        lengths[rng.integers(b)] = max(1, t - int(rng.integers(2)))
        arrays["sequence_lens"] = lengths
    for name in ("initial_h", "initial_c"):
        if rng.random() < 0.5:
            arrays[name] = array(d, b, h)
    if rng.random() < 0.4:
        arrays["P"] = array(d, 3 * h)
    return attributes, arrays


def node_of(attributes, arrays, outputs):
    names = [name if name in arrays else "" for name in NAMES]
    while names[-1] == "":
        names.pop()
    return helper.make_node("LSTM", names, outputs, name="lstm", **attributes)


def graph_of(rng, nodes, arrays, wanted, opset):
    """Each weight as an initialiser, an input, a Constant, or computed."""
    inputs, constants, before = {}, {}, []
    for name, array in arrays.items():
        way = rng.integers(5) if name in "WRBP" else int(rng.integers(8) == 0)
        if name == "X" or way == 1:
            inputs[name] = array
        elif way == 2:
            before.append(helper.make_node("Constant", [], [name],
                                           value=numpy_helper.from_array(array, name)))
        elif way == 3:
            constants[name + "_raw"] = array
            before.append(helper.make_node("Identity", [name + "_raw"], [name]))
        elif name in "WRBP":
            constants[name] = array
        else:
            inputs[name] = array
    outputs = {name: TensorProto.FLOAT for name in wanted}
    ir_version = {7: 3, 11: 6, 14: 8, 22: 10}[opset]
    if ir_version < 4:
        inputs.update(constants)
    made = recording.model([*before, *nodes], inputs, outputs, opset, constants, ir_version)
    return made, {name: array for name, array in inputs.items() if name not in constants}


def swapped(array, axes):
    return np.ascontiguousarray(np.transpose(array, axes))


def case(rng, number):
    attributes, arrays = draw(rng)
    opset = int(rng.choice([7, 11, 14, 22]))
    all_outputs = ["Y", "Y_h", "Y_c"]
    whole = recording.model([node_of(attributes, arrays, all_outputs)], arrays,
                            {name: TensorProto.FLOAT for name in all_outputs}, 14)
    expected = recording.run(whole, arrays)
    if not all(np.isfinite(array).all() and np.abs(array).max() < 100
               for array in expected.values()):
        return None
    if rng.random() < 0.2:
        del attributes["hidden_size"]
    if opset >= 14 and rng.random() < 0.5:
        attributes["layout"] = 1
        for name in ("X", "initial_h", "initial_c"):
            if name in arrays:
                arrays[name] = swapped(arrays[name], (1, 0, 2))
        expected["Y"] = swapped(expected["Y"], (2, 0, 1, 3))
        for name in ("Y_h", "Y_c"):
            expected[name] = swapped(expected[name], (1, 0, 2))
    wanted = [name for name in all_outputs if rng.random() < 0.7] or [all_outputs[number % 3]]
    outputs = [name if name in wanted else "" for name in all_outputs]
    while outputs[-1] == "":
        outputs.pop()
    made, inputs = graph_of(rng, [node_of(attributes, arrays, outputs)], arrays, wanted, opset)
    name = "%d opset %d %s" % (number, opset, attributes)
    return recording.case(name + " " + " ".join(list(arrays)[3:]), made, inputs,
                          {name: expected[name] for name in wanted})


count, seed = (int(x) for x in sys.argv[1:3]) if len(sys.argv) > 3 else (64, 11)
path = sys.argv[3] if len(sys.argv) > 3 else os.path.join(os.path.dirname(__file__), "lstm.json")
generator = np.random.default_rng(seed)
cases = []
while len(cases) < count:
    made = case(generator, len(cases))
    if made is not None:
        cases.append(made)
recording.write(path, "make_lstm.py, onnxruntime " + onnxruntime.__version__, cases)
