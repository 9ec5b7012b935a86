"""Opens a .safetensors file as a user of Python would.

Checks that the safetensors package reads it, and, where torch is there, that an nn.LSTM takes its
tensors under their own names and, with the head behind it, computes the file's test vector; a model
without bias_hh gets zeros for it. Exit 0: all is well. Exit 77: the packages that this needs are not
installed.

    python3 python_opens_it.py model.safetensors
"""

import re
import sys

try:
    import numpy
    import safetensors.numpy
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

LSTM_TENSOR = re.compile(r"(weight|bias)_(ih|hh|hr)_l\d+(_reverse)?")


def lstm_for(torch, tensors):
    """An nn.LSTM of the sizes that the tensors have."""
    weight_ih = tensors["weight_ih_l0"]
    layers = sum(bool(re.fullmatch(r"weight_ih_l\d+", name)) for name in tensors)
    projection = tensors["weight_hr_l0"].shape[0] if "weight_hr_l0" in tensors else 0
    return torch.nn.LSTM(
        input_size=weight_ih.shape[1],
        hidden_size=weight_ih.shape[0] // 4,
        num_layers=layers,
        bias="bias_ih_l0" in tensors,
        bidirectional="weight_ih_l0_reverse" in tensors,
        proj_size=projection,
    )


def check_torch(torch, path):
    import safetensors.torch

    tensors = {
        name: tensor
        for name, tensor in safetensors.torch.load_file(path).items()
        if LSTM_TENSOR.fullmatch(name)
    }
    if "weight_ih_l0" not in tensors:
        print("torch: the file has no LSTM")
        return
    for name in [name for name in tensors if name.startswith("bias_ih_")]:
        tensors.setdefault(name.replace("bias_ih_", "bias_hh_"), torch.zeros_like(tensors[name]))
    lstm = lstm_for(torch, tensors)
    lstm.load_state_dict(tensors, strict=True)
    every = safetensors.torch.load_file(path)
    with torch.no_grad():
        h, _ = lstm(every["test.x"].unsqueeze(1))
        y = (h @ every["head.weight"].T + every["head.bias"])[:, 0]
    error = ((y - every["test.y"]).abs().max() / every["test.y"].abs().max()).item()
    if not error < 1e-5:
        sys.exit(f"torch: computes other outputs than the file's test vector, by {error:.2g} of their scale")
    print(f"torch {torch.__version__}: {lstm}, its test vector to {error:.2g} of the scale")


def main(path):
    for name, array in safetensors.numpy.load_file(path).items():
        print(f"{name} {array.dtype} {list(array.shape)}")
        if array.dtype.kind == "f" and not numpy.isfinite(array).all():
            sys.exit(f"{name}: not all values are finite")
    try:
        import torch
    except ImportError:
        print("torch is not installed: only the safetensors package was asked")
        return
    check_torch(torch, path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
