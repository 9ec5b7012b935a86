"""The folder of .npy files that every worker reads. The arrays' names and shapes are in
bench/README.md.
"""
import math

import numpy as np
from shapes import layer_inputs


def parameter_names(shape):
    return [f"{name}_l{layer}" for layer in range(shape.layers)
            for name in ("weight_ih", "weight_hh", "bias")]


def write_case(folder, shape, seed=1):
    """Weights at the scale of a network at its start: large ones make it chaotic."""
    random = np.random.default_rng(seed)
    batch, steps, inputs, hidden, _ = shape

    def save(name, array):
        np.save(folder / f"{name}.npy", array.astype(np.float32))

    save("x", random.standard_normal((steps, batch, inputs)))
    save("target", random.standard_normal((steps, batch, hidden)))
    bound = 1 / math.sqrt(hidden)
    for layer, width in enumerate(layer_inputs(shape)):
        save(f"weight_ih_l{layer}", random.uniform(-bound, bound, (4 * hidden, width)))
        save(f"weight_hh_l{layer}", random.uniform(-bound, bound, (4 * hidden, hidden)))
        save(f"bias_l{layer}", random.uniform(-bound, bound, 4 * hidden))
