# Makes operators.json: every operator in the opsets between which it changes, on arrays whose sizes
# differ, with ONNX Runtime's results. Run it by hand where an operator is added:
#   python3 tests/formats/onnx/make_operators.py
import os

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import recording

FLOAT, INT64, INT32, BOOL, HALF, DOUBLE = (TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32,
                                           TensorProto.BOOL, TensorProto.FLOAT16,
                                           TensorProto.DOUBLE)
rng = np.random.default_rng(7)
cases = []


def floats(*shape):
    return np.round(rng.normal(size=shape), 3).astype(np.float32)


def ints(*values):
    return np.array(values, np.int64)


def add(name, op, opset, inputs, outputs=FLOAT, constants=None, order=None, **attributes):
    """One node that reads `inputs`, then `constants`, or names in `order` ("" is left out)."""
    constants = constants or {}
    kinds = outputs if isinstance(outputs, list) else [outputs]
    names = ["y%d" % i for i in range(len(kinds))]
    node = helper.make_node(op, order or [*inputs, *constants], names, name=op.lower(), **attributes)
    made = recording.model([node], inputs, dict(zip(names, kinds)), opset, constants)
    cases.append(recording.case("%s, opset %d" % (name, opset), made, inputs,
                                recording.run(made, inputs)))


def movement():
    x = floats(2, 3, 5)
    for opset in (7, 13, 21):
        add("Transpose", "Transpose", opset, {"x": x})
        add("Transpose by perm", "Transpose", opset, {"x": x}, perm=[1, 0, 2])
        add("Flatten", "Flatten", opset, {"x": x})
        add("Flatten at the end", "Flatten", opset, {"x": x}, axis=3)
        add("Identity", "Identity", opset, {"x": x})
    add("Flatten from the end", "Flatten", 11, {"x": x}, axis=-1)
    add("Transpose of integers", "Transpose", 13, {"x": np.arange(6).reshape(2, 3)}, INT64)
    ones = floats(1, 3, 1, 5)
    for opset in (7, 11):
        add("Squeeze all", "Squeeze", opset, {"x": ones})
        add("Squeeze one", "Squeeze", opset, {"x": ones}, axes=[2])
        add("Unsqueeze", "Unsqueeze", opset, {"x": x}, axes=[0, 3])
    add("Squeeze from the end", "Squeeze", 11, {"x": ones}, axes=[-2, 0])
    add("Unsqueeze from the end", "Unsqueeze", 11, {"x": x}, axes=[-1, 1])
    for opset in (13, 21):
        add("Squeeze all", "Squeeze", opset, {"x": ones})
        add("Squeeze by input", "Squeeze", opset, {"x": ones}, constants={"axes": ints(-2)})
        add("Unsqueeze by input", "Unsqueeze", opset, {"x": x}, constants={"axes": ints(-1, 0)})
        add("Unsqueeze by input at run time", "Unsqueeze", opset, {"x": x, "axes": ints(2)})
    for opset in (7, 14, 19):
        add("Reshape with 0 and -1", "Reshape", opset, {"x": x}, constants={"s": ints(0, -1)})
        add("Reshape at run time", "Reshape", opset, {"x": x, "s": ints(5, 6)})
    add("Reshape to one number", "Reshape", 13, {"x": floats(1, 1)}, constants={"s": ints()})
    add("Reshape with allowzero", "Reshape", 14, {"x": floats(2, 0, 3)},
        constants={"s": ints(0, 3, 2)}, allowzero=1)
    for opset in (7, 13):
        add("Concat", "Concat", opset, {"x": x, "z": floats(2, 4, 5)}, axis=1)
        add("Concat of one", "Concat", opset, {"x": x}, axis=0)
    add("Concat from the end", "Concat", 11, {"x": x, "z": floats(2, 3, 2)}, axis=-1)
    for name, attributes in {
            "Slice": dict(starts=[1, 0], ends=[2, 4], axes=[0, 2]),
            "Slice without axes": dict(starts=[0, 1], ends=[1, 3]),
            "Slice beyond the end": dict(starts=[-2], ends=[1000], axes=[1])}.items():
        add(name, "Slice", 7, {"x": x}, **attributes)
    largest = np.iinfo(np.int64).max
    for opset in (10, 13):
        add("Slice", "Slice", opset, {"x": x}, constants={"s": ints(1, 0), "e": ints(2, 4),
                                                          "a": ints(0, 2)})
        add("Slice without axes", "Slice", opset, {"x": x}, constants={"s": ints(0, 1),
                                                                       "e": ints(1, 3)})
        add("Slice with steps", "Slice", opset, {"x": x},
            constants={"s": ints(0, 4), "e": ints(3, 0), "a": ints(1, -1), "p": ints(2, -3)})
        add("Slice backwards", "Slice", opset, {"x": x},
            constants={"s": ints(-1), "e": ints(-largest), "a": ints(1), "p": ints(-1)})
        add("Slice from the end on", "Slice", opset, {"x": x},
            constants={"s": ints(5), "e": ints(9), "a": ints(2)})
        add("Slice of nothing", "Slice", opset, {"x": x},
            constants={"s": ints(4), "e": ints(2), "a": ints(2), "p": ints(1)})
        add("Slice with steps but no axes", "Slice", opset, {"x": x},
            order=["x", "s", "e", "", "p"],
            constants={"s": ints(1, 2), "e": ints(largest, -1), "p": ints(1, 1)})
        add("Slice by int32 at run time", "Slice", opset,
            {"x": x, "s": np.array([1], np.int32), "e": np.array([3], np.int32)})
    for opset in (7, 13):
        add("Gather", "Gather", opset, {"x": x}, constants={"i": ints(2, 0)}, axis=1)
        add("Gather one", "Gather", opset, {"x": x}, constants={"i": np.array(1, np.int64)}, axis=0)
        add("Gather by a matrix", "Gather", opset, {"x": x, "i": np.array([[1, 0], [0, 1]], np.int32)})
    add("Gather from the end", "Gather", 11, {"x": x}, constants={"i": ints(-1, -4)}, axis=-1)
    for opset in (8, 13):
        add("Expand", "Expand", opset, {"x": floats(3, 1)}, constants={"s": ints(2, 1, 5)})
        add("Expand to less", "Expand", opset, {"x": floats(2, 3)}, constants={"s": ints(3)})
    add("Tile", "Tile", 7, {"x": floats(2, 3)}, constants={"r": ints(2, 3)})
    add("Tile", "Tile", 13, {"x": floats(2, 1, 3), "r": ints(1, 3, 0)})
    for opset in (7, 11):
        add("Split evenly", "Split", opset, {"x": floats(6, 2)}, [FLOAT] * 3)
        add("Split by sizes", "Split", opset, {"x": x}, [FLOAT] * 2, axis=2, split=[4, 1])
    add("Split from the end", "Split", 11, {"x": floats(2, 6)}, [FLOAT] * 2, axis=-1)
    add("Split by sizes", "Split", 13, {"x": x}, [FLOAT] * 3, constants={"s": ints(1, 0, 4)}, axis=2)
    add("Split evenly", "Split", 13, {"x": x}, [FLOAT] * 3, axis=1)
    add("Split into a number", "Split", 18, {"x": x}, [FLOAT] * 3, axis=2, num_outputs=3)
    add("Split by sizes", "Split", 18, {"x": x}, [FLOAT] * 2, constants={"s": ints(2, 3)}, axis=-1)
    steps = floats(5, 3, 2)
    add("ReverseSequence", "ReverseSequence", 10, {"x": steps, "l": ints(5, 1, 3)})
    add("ReverseSequence batch first", "ReverseSequence", 10, {"x": steps, "l": ints(3, 0, 1, 2, 3)},
        batch_axis=0, time_axis=1)


def constants_and_types():
    x = floats(2, 3, 5)
    for opset in (7, 13, 21):
        add("Shape", "Shape", opset, {"x": x}, INT64)
    for start, end in ((1, None), (-2, None), (0, -1), (-9, 9), (2, 1)):
        bounds = {"start": start} if end is None else {"start": start, "end": end}
        add("Shape %s" % bounds, "Shape", 15, {"x": x}, INT64, **bounds)
    for opset in (9, 20):
        add("ConstantOfShape", "ConstantOfShape", opset, {"s": ints(2, 3)})
        add("ConstantOfShape of an integer", "ConstantOfShape", opset, {"s": ints(3)}, INT64,
            value=helper.make_tensor("v", INT64, [1], [7]))
        add("ConstantOfShape of one number", "ConstantOfShape", opset, {"s": ints()}, FLOAT,
            value=helper.make_tensor("v", FLOAT, [1], [0.25]))
    for name, value in {"value_float": 1.5, "value_floats": [1.5, -2.0], "value_int": 7,
                        "value_ints": [7, -8]}.items():
        node = helper.make_node("Constant", [], ["c"], **{name: value})
        kind = FLOAT if "float" in name else INT64
        made = recording.model([node, helper.make_node("Identity", ["c"], ["y"])], {}, {"y": kind}, 13)
        cases.append(recording.case("Constant %s, opset 13" % name, made, {}, recording.run(made, {})))
    for kind, values in ((FLOAT, floats(2, 3)), (INT32, np.array([3, -1], np.int32)),
                         (BOOL, np.array([True, False])),
                         (HALF, np.array([0.1, -65504.0, 1e-7], np.float16)),
                         (DOUBLE, np.array([1e300, 0.1]))):
        for raw in (True, False):
            tensor = numpy_helper.from_array(values, "v") if raw else helper.make_tensor(
                "v", kind, values.shape,
                values.ravel().tolist())
            node = helper.make_node("Constant", [], ["c"], value=tensor)
            made = recording.model([node, helper.make_node("Identity", ["c"], ["y"])], {}, {"y": kind},
                                   9)
            cases.append(recording.case("Constant of %s, %s, opset 9" % (
                values.dtype, "raw" if raw else "typed"), made, {}, recording.run(made, {})))
    numbers = np.array([0.0, -1.5, 2.7, 60000.0, 1e-8], np.float32)
    for opset in (7, 9, 13, 19, 21):
        for kind in (INT64, INT32, BOOL, DOUBLE, HALF):
            add("Cast of floats to %d" % kind, "Cast", opset, {"x": numbers}, kind, to=kind)
    for kind in (FLOAT, INT32, BOOL, HALF):
        large = 1 << (15 if kind == HALF else 33)
        add("Cast of integers to %d" % kind, "Cast", 13, {"x": ints(0, -7, large)}, kind, to=kind)
    halves = np.array([-65519.0, 65519.0, 2049.0, 2051.0, 6e-8, 2.9e-8, -0.1], np.float32)
    add("Cast rounds to even", "Cast", 13, {"x": halves}, HALF, to=HALF)
    add("Cast of bool", "Cast", 13, {"x": np.array([True, False])}, FLOAT, to=FLOAT)
    add("Cast of float16", "Cast", 13, {"x": np.array([0.1, 3.0], np.float16)}, FLOAT, to=FLOAT)
    for values, kind in ((np.array([1, 8, 3]), INT64), (np.array([5, -4, -2], np.int32), INT32),
                         (np.array([0.5, 2.1, 0.4], np.float32), FLOAT),
                         (np.array([3, 1, 1]), INT64)):
        parts = {"a": values[0], "b": values[1], "c": values[2]}
        add("Range of %s" % values.dtype, "Range", 11, {k: np.asarray(v) for k, v in parts.items()},
            kind)
    for opset in (7, 10, 12, 13, 22):
        add("Dropout", "Dropout", opset, {"x": x})
    add("Dropout with a mask", "Dropout", 10, {"x": x}, [FLOAT, BOOL], ratio=0.3)
    add("Dropout by inputs", "Dropout", 13, {"x": x}, [FLOAT, BOOL],
        constants={"r": np.float32(0.4).reshape(()), "t": np.array(False)})


def elementwise():
    a, b = floats(2, 3, 5), floats(3, 1)
    b[np.abs(b) < 0.1] = 0.5
    whole = rng.integers(-9, 9, (2, 3))
    for op in ("Add", "Sub", "Mul", "Div"):
        for opset in (7, 13, 14):
            add(op, op, opset, {"a": a, "b": b})
        add(op + " of integers", op, 13, {"a": whole, "b": ints(3, -2, 5)}, INT64)
        add(op + " of int32", op, 13, {"a": whole.astype(np.int32),
                                       "b": np.array([[4], [-3]], np.int32)}, INT32)
        add(op + " of doubles", op, 13, {"a": a.astype(np.float64), "b": b.astype(np.float64)},
            DOUBLE)
        add(op + " of one number", op, 7, {"a": a}, constants={"b": np.float32(0.7).reshape(())})
    add("Equal", "Equal", 7, {"a": whole, "b": ints(3, -2, 5)}, BOOL)
    for op in ("Equal", "Less", "Greater"):
        add(op, op, 13, {"a": np.round(a), "b": np.round(b)}, BOOL)
        add(op + " of integers", op, 13, {"a": whole, "b": whole[:1]}, BOOL)
    add("Pow", "Pow", 7, {"a": np.abs(a), "b": b})
    add("Pow by integers", "Pow", 15, {"a": a, "b": ints(2, 3, 0, 1, 2)})
    for op in ("And", "Or"):
        add(op, op, 7, {"a": np.array([[True], [False]]), "b": np.array([True, False, True])}, BOOL)
    add("Not", "Not", 7, {"a": np.array([[True, False, False]])}, BOOL)
    add("Where", "Where", 9, {"c": np.array([[True], [False]]), "a": floats(3), "b": floats(4, 1, 1)})
    add("Where of integers", "Where", 16, {"c": np.array([True, False, True]), "a": whole,
                                           "b": ints(0)}, INT64)
    values = np.array([[-3.5, -1.0, -0.0, 0.0], [0.3, 1.0, 2.5, 30.0]], np.float32)
    for op in ("Relu", "LeakyRelu", "Elu", "Tanh", "Sigmoid", "HardSigmoid", "Softplus", "Softsign",
               "Exp", "Neg", "Abs"):
        for opset in (7, 13):
            add(op, op, opset, {"x": values})
    for op in ("Sqrt", "Log", "Reciprocal"):
        add(op, op, 13, {"x": np.abs(values) + np.float32(0.01)})
    add("LeakyRelu alpha", "LeakyRelu", 7, {"x": values}, alpha=0.3)
    add("Elu alpha", "Elu", 7, {"x": values}, alpha=0.3)
    add("HardSigmoid alpha beta", "HardSigmoid", 7, {"x": values}, alpha=0.3, beta=0.4)
    add("Relu of integers", "Relu", 14, {"x": whole.astype(np.int32)}, INT32)
    add("Tanh of doubles", "Tanh", 13, {"x": values.astype(np.float64)}, DOUBLE)


def products_and_reductions():
    for a, b in (((2, 3), (3, 5)), ((3,), (3, 5)), ((2, 3), (3,)), ((3,), (3,)),
                 ((4, 2, 3), (3, 5)), ((4, 1, 2, 3), (7, 3, 5)), ((2, 3), (4, 3, 5)),
                 ((3,), (4, 3, 5)), ((4, 2, 3), (3,)), ((2, 0), (0, 3))):
        add("MatMul %s %s" % (a, b), "MatMul", 13, {"a": floats(*a), "b": floats(*b)})
    add("MatMul", "MatMul", 7, {"a": floats(2, 3), "b": floats(3, 5)})
    add("MatMul of integers", "MatMul", 9, {"a": rng.integers(-9, 9, (2, 3)),
                                            "b": rng.integers(-9, 9, (3, 2))}, INT64)
    for opset in (7, 9, 11, 13):
        add("Gemm", "Gemm", opset, {"a": floats(2, 3)}, constants={"b": floats(3, 5), "c": floats(5)})
        add("Gemm of transposed", "Gemm", opset, {"a": floats(3, 2)},
            constants={"b": floats(5, 3), "c": floats(2, 1)}, transA=1, transB=1, alpha=0.5, beta=2.0)
        add("Gemm with one number", "Gemm", opset, {"a": floats(2, 3)},
            constants={"b": floats(5, 3), "c": np.float32(0.3).reshape(())}, transB=1, beta=-1.0)
    add("Gemm without C", "Gemm", 11, {"a": floats(2, 3), "b": floats(3, 5)}, alpha=3.0)
    x = floats(2, 3, 5)
    for op in ("Softmax", "LogSoftmax"):
        for opset in (7, 11, 13):
            add(op, op, opset, {"x": x})
            add(op + " of the first axis", op, opset, {"x": x}, axis=0)
            add(op + " of the middle axis", op, opset, {"x": 50 * x}, axis=1)
        add(op + " from the end", op, 11, {"x": x}, axis=-2)
        add(op + " from the end", op, 13, {"x": x}, axis=-2)
    for op, newer in (("ReduceSum", 13), ("ReduceMean", 18), ("ReduceMax", 18)):
        for opset in (7, 11):
            add(op, op, opset, {"x": x})
            add(op + " of axes", op, opset, {"x": x}, axes=[0, 2], keepdims=0)
        add(op + " from the end", op, 11, {"x": x}, axes=[-2])
        add(op, op, newer, {"x": x})
        add(op + " by input", op, newer, {"x": x}, constants={"a": ints(-1)}, keepdims=0)
        add(op + " of nothing", op, newer, {"x": x}, noop_with_empty_axes=1)
    add("ReduceSum of integers", "ReduceSum", 13, {"x": rng.integers(-9, 9, (2, 3))}, INT64,
        constants={"a": ints(0)})
    channels = {name: floats(3) for name in ("scale", "bias", "mean")}
    channels["variance"] = np.abs(floats(3)) + np.float32(0.1)
    for opset in (7, 9, 14, 15):
        add("BatchNormalization", "BatchNormalization", opset, {"x": floats(2, 3, 5)},
            constants=channels, epsilon=0.01)
    add("GlobalAveragePool", "GlobalAveragePool", 7, {"x": floats(2, 3, 5, 4)})
    add("GlobalAveragePool", "GlobalAveragePool", 22, {"x": floats(2, 3, 5)})
    add("LayerNormalization", "LayerNormalization", 17, {"x": x},
        constants={"g": floats(5), "b": floats(5)})
    add("LayerNormalization over two axes", "LayerNormalization", 22, {"x": x}, axis=1,
        constants={"g": floats(3, 5)}, epsilon=0.01)


movement()
constants_and_types()
elementwise()
products_and_reductions()
recording.write(os.path.join(os.path.dirname(__file__), "operators.json"),
                "make_operators.py, onnxruntime " + onnxruntime.__version__, cases)
