# Makes exports.json: what PyTorch's two exporters and tf2onnx (where they are installed) write for
# small LSTM networks, and a graph in the manner of CNTK, with ONNX Runtime's results; and what should
# be recognised of each. PyTorch needs onnxscript for the newer exporter, tf2onnx needs TensorFlow.
#   python3 tests/formats/onnx/make_exports.py
import io
import logging
import os
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper
from torch import nn

import recording

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
torch.manual_seed(3)
cases = []


def stripped(made):
    """Without what exporters tell of themselves: where their sources are, shapes in between."""
    graph = made.graph
    for one in [made, graph, *graph.node, *graph.initializer, *graph.input, *graph.output]:
        for field in ("metadata_props", "doc_string", "value_info"):
            if any(field == known.name for known in one.DESCRIPTOR.fields):
                one.ClearField(field)
    for node in graph.node:
        for attribute in node.attribute:
            attribute.ClearField("doc_string")
            attribute.t.ClearField("doc_string") if attribute.HasField("t") else None
    return made


def add(name, made, inputs, native):
    """`native`: last_step_only, time_first, layers and outputs of the head; or a part of the reason."""
    made = stripped(made)
    cases.append(recording.case(name, made, inputs, recording.run(made, inputs), native=native))


class Lstm(nn.Module):
    def __init__(self, read, layers=2, head=3, after=None, **options):
        super().__init__()
        self.lstm = nn.LSTM(3, 5, layers, **options)
        width = 5 * (2 if options.get("bidirectional") else 1)
        self.head = nn.Linear(width, head) if head else nn.Identity()
        self.read, self.after = read, after

    def forward(self, x, h=None, c=None):
        y, (hn, cn) = self.lstm(x) if h is None else self.lstm(x, (h, c))
        z = self.head(self.read(y, hn))
        z = self.after(z) if self.after else z
        return z if h is None else (z, hn, cn)


class Packed(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 5, batch_first=True, bidirectional=True)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
        y, (h, _) = self.lstm(packed)
        return nn.utils.rnn.pad_packed_sequence(y, batch_first=True)[0], h


class Embedded(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.lstm = nn.Embedding(11, 3), nn.LSTM(3, 5, batch_first=True)
        self.norm, self.head = nn.LayerNorm(5), nn.Linear(5, 2)

    def forward(self, x):
        return torch.log_softmax(self.head(self.norm(self.lstm(self.embedding(x))[0])), -1)


def torch_model(net, args, names, outputs, opset, dynamic, newer):
    net.eval()
    if newer:
        shapes = {name: {axis: torch.export.Dim.AUTO for axis in axes}
                  for name, axes in dynamic.items()}
        return torch.onnx.export(net, args, input_names=names, output_names=outputs, opset_version=opset,
                                 dynamo=True, verbose=False,
                                 dynamic_shapes=shapes if shapes else None).model_proto
    file = io.BytesIO()
    torch.onnx.export(net, args, file, input_names=names, output_names=outputs, opset_version=opset,
                      dynamo=False, dynamic_axes=dynamic)
    return onnx.load_from_string(file.getvalue())


def torch_cases():
    x = torch.randn(2, 4, 3)
    every, last = (lambda y, h: y), (lambda y, h: y[:, -1])
    open_axes = {"x": {0: "batch", 1: "steps"}}
    first = dict(batch_first=True)
    nets = {
        "last step": (Lstm(last, **first), [True, False, 2, 3]),
        "last hidden state": (Lstm(lambda y, h: h[-1], **first), [True, False, 2, 3]),
        "every step, time first": (Lstm(every, layers=3), [False, True, 3, 3]),
        "both directions": (Lstm(every, bidirectional=True, **first), [False, False, 2, 3]),
        "no biases, no head": (Lstm(every, layers=1, head=0, bias=False, **first),
                               [False, False, 1, 0]),
        "last states of both directions": (
            Lstm(lambda y, h: torch.cat([h[-2], h[-1]], 1), bidirectional=True, **first),
            "no output"),
        "softmax": (Lstm(last, after=lambda z: torch.softmax(z, -1), **first), "Softmax"),
        "mean over time": (Lstm(lambda y, h: y.mean(1), **first), "ReduceMean"),
    }
    for name, (net, native) in nets.items():
        exporters = [(9, False), (17, False), (20, True)]
        for opset, newer in exporters if name in ("last step", "both directions") else exporters[1:]:
            for axes in ({}, open_axes) if name == "last step" else (open_axes,):
                made = torch_model(net, (x,), ["x"], ["y"], opset, axes, newer)
                label = "PyTorch %s, opset %d, exporter %d, %s" % (
                    name, opset, 2 if newer else 1, "any sizes" if axes else "fixed sizes")
                add(label, made, {"x": x.numpy()}, native)
    state = {name: torch.randn(4, 2, 5) for name in ("h0", "c0")}
    for opset, newer in ((13, False), (22, True)):
        axes = {} if newer else {**open_axes, "h0": {1: "batch"}, "c0": {1: "batch"}}
        net = Lstm(every, bidirectional=True, **first)
        made = torch_model(net, (x, *state.values()), ["x", *state], ["y", "hn", "cn"], opset, axes,
                           newer)
        add("PyTorch initial states, opset %d" % opset, made,
            {"x": x.numpy(), **{key: value.numpy() for key, value in state.items()}},
            [False, False, 2, 3])
    lengths = torch.tensor([4, 2])
    made = torch_model(Packed(), (x, lengths), ["x", "lengths"], ["y", "h"], 17,
                       {**open_axes, "lengths": {0: "batch"}}, False)
    add("PyTorch packed sequences", made, {"x": x.numpy(), "lengths": lengths.numpy()},
        "takes its sequence_lens")
    tokens = torch.randint(0, 11, (2, 4))
    for opset, newer in ((13, False), (20, True)):
        made = torch_model(Embedded(), (tokens,), ["x"], ["y"], opset, open_axes, newer)
        add("PyTorch embedding and layer norm, opset %d" % opset, made, {"x": tokens.numpy()},
            "neither x nor an initial state")


def tensorflow_cases():
    import tensorflow as tf
    import tf2onnx
    from tensorflow import keras
    from tensorflow.keras import layers
    keras.utils.set_random_seed(3)
    nets = {
        "two layers": ([layers.LSTM(5, return_sequences=True), layers.LSTM(4), layers.Dense(2)],
                       [True, False, 2, 2]),
        "every step": ([layers.LSTM(5, return_sequences=True), layers.Dense(2)],
                       [False, False, 1, 2]),
        "both directions": ([layers.Bidirectional(layers.LSTM(5, return_sequences=True)),
                             layers.Bidirectional(layers.LSTM(4)),
                             layers.Dense(2, activation="softmax")], "Softmax"),
    }
    x = np.random.default_rng(1).normal(size=(2, 4, 3)).astype(np.float32)
    for name, (parts, native) in nets.items():
        net = keras.Sequential([keras.Input((4, 3)), *parts])
        for opset, shape in ((9, (2, 4, 3)), (18, (None, 4, 3))):
            signature = [tf.TensorSpec(shape, tf.float32, name="x")]
            function = tf.function(lambda x, net=net: net(x), input_signature=signature)
            made, _ = tf2onnx.convert.from_function(function, input_signature=signature, opset=opset)
            add("tf2onnx %s, opset %d" % (name, opset), made, {"x": x}, native)


def cntk_case():
    """Time first, layers with their direction's axis squeezed, zeros as initial states, a MatMul."""
    rng = np.random.default_rng(5)

    def floats(*shape):
        return np.round(rng.normal(size=shape) * 0.5, 3).astype(np.float32)
    constants, nodes, given = {}, [], "x"
    for layer, (size, inputs) in enumerate(((5, 3), (4, 5))):
        weights = {"W": floats(1, 4 * size, inputs), "R": floats(1, 4 * size, size),
                   "B": floats(1, 8 * size), "P": floats(1, 3 * size),
                   "zero": np.zeros((1, 2, size), np.float32)}
        constants.update({key + str(layer): value for key, value in weights.items()})
        names = [given] + [key + str(layer) for key in ("W", "R", "B")]
        nodes += [
            helper.make_node("LSTM", names + ["", "zero%d" % layer, "zero%d" % layer, "P%d" % layer],
                             ["Y%d" % layer], name="lstm%d" % layer, hidden_size=size,
                             activations=["Sigmoid", "Tanh", "Tanh"], direction="forward"),
            helper.make_node("Squeeze", ["Y%d" % layer], ["h%d" % layer], axes=[1])]
        given = "h%d" % layer
    constants.update({"V": floats(4, 2), "b": floats(2)})
    nodes += [helper.make_node("Transpose", [given], ["batch_first"], perm=[1, 0, 2]),
              helper.make_node("MatMul", ["batch_first", "V"], ["product"]),
              helper.make_node("Add", ["product", "b"], ["y"])]
    x = floats(4, 2, 3)
    made = recording.model(nodes, {"x": x}, {"y": TensorProto.FLOAT}, 7, constants)
    made.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "Sequence"
    add("CNTK's manner, opset 7", made, {"x": x}, [False, True, 2, 2])


torch_cases()
try:
    tensorflow_cases()
except ImportError as error:
    print("without tf2onnx:", error)
cntk_case()
recording.write(os.path.join(os.path.dirname(__file__), "exports.json"),
                "make_exports.py, PyTorch %s, onnxruntime %s" % (torch.__version__,
                                                                 onnxruntime.__version__), cases)
