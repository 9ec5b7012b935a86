# Records what another implementation gives for an ONNX model: the model's bytes, its inputs, and its
# outputs, as a case of a JSON file that recorded_test.cpp reads. Needs onnx, onnxruntime and numpy;
# the tests do not.
import json

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "float16": TensorProto.FLOAT16,
         "int64": TensorProto.INT64, "int32": TensorProto.INT32, "bool": TensorProto.BOOL}


def model(nodes, inputs, outputs, opset, constants=None, ir_version=8):
    """A model whose inputs are these arrays, with the first axis of each given by name."""
    def declared(name, array):
        shape = list(array.shape)
        if shape:
            shape[0] = None
        return helper.make_tensor_value_info(name, TYPES[str(array.dtype)], shape)
    graph = helper.make_graph(
        nodes, "g", [declared(name, array) for name, array in inputs.items()],
        [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)],
                             producer_name="sluice-tests")
    made.ir_version = ir_version
    return made


def run(made, inputs):
    """ONNX Runtime's outputs by name, without its optimisations."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(made.SerializeToString(), options,
                                           providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def array(values):
    values = np.asarray(values)
    flat = values.ravel()
    data = [float(x) for x in flat] if values.dtype.kind == "f" else [int(x) for x in flat]
    if values.dtype == np.float32:
        data = [float(np.format_float_positional(x, unique=True)) for x in flat]
    return {"dtype": str(values.dtype), "shape": list(values.shape), "data": data}


def case(name, made, inputs, outputs, **more):
    return {"name": name, "model": made.SerializeToString().hex(),
            "inputs": {key: array(value) for key, value in inputs.items()},
            "outputs": {key: array(value) for key, value in outputs.items()}, **more}


def write(path, made_by, cases):
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"made_by": %s,\n "cases": [\n' % json.dumps(made_by))
        file.write(",\n".join(json.dumps(one) for one in cases))
        file.write("\n]}\n")
    print(path, len(cases), "cases")
