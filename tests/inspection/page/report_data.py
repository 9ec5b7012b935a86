"""The data of a report page, read from its file without a browser: what the page must show."""
import base64
import decimal
import json
import math
import pathlib
import re
import struct

SIGNALS = ["f", "i", "g", "o", "c", "tanh_c", "h"]
SMALLEST_NORMAL_HALF = 2.0 ** -14


class Array:
    def __init__(self, packed):
        self.shape, self.half = packed["shape"], packed["type"] == "f16"
        code = "e" if self.half else "f"
        self.bytes, self.size = base64.b64decode(packed["data"]), struct.calcsize(code)
        self.code = f"<{code}"
        assert len(self.bytes) == self.size * math.prod(self.shape)

    def at(self, *place):
        index = 0
        for size, at in zip(self.shape, place):
            assert 0 <= at < size
            index = index * size + at
        return struct.unpack_from(self.code, self.bytes, index * self.size)[0]

    def smallest(self):
        """The place of the smallest value that is not 0, in an array [steps, units]."""
        values = struct.unpack(f"<{math.prod(self.shape)}{self.code[1]}", self.bytes)
        index = min((n for n, value in enumerate(values) if value), key=lambda n: abs(values[n]), default=0)
        return divmod(index, self.shape[1])

    def text(self, *place):
        return number_text(self.at(*place), self.half)


def number_text(value, half=False):
    """Four significant digits, as the page writes a number (JavaScript's toPrecision and toExponential)."""
    if math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    if half and abs(value) < SMALLEST_NORMAL_HALF:
        return "<6e-5"
    exact = decimal.Decimal(abs(value))
    rounded = decimal.Context(prec=4, rounding=decimal.ROUND_HALF_UP).plus(exact)
    exponent = rounded.adjusted()
    sign = "−" if value < 0 else ""
    if 1e4 <= abs(value) < 1e8:
        return sign + str(exact.quantize(decimal.Decimal(1), rounding=decimal.ROUND_HALF_UP))
    if 1e-3 <= abs(value) < 1e4:
        return f"{sign}{rounded:.{max(0, 3 - exponent)}f}"
    return f"{sign}{rounded.scaleb(-exponent):.3f}e{exponent}"


class Report:
    def __init__(self, path):
        page = pathlib.Path(path).read_text(encoding="utf-8")
        found = re.search(r'<script type="application/json" id="data">(.*?)</script', page, re.DOTALL)
        self.json = json.loads(found.group(1))
        self.steps = self.json["steps"]["count"]
        self.layers = self.json["layers"]
        self.arrays = {}

    def signal(self, layer, name, changed=False):
        """The array of a signal, or None where the cell does not have it."""
        source = self.json["experiment"]["layers"] if changed else self.layers
        packed = source[layer]["signals"].get(name)
        if packed is None:
            return None
        return self.arrays.setdefault((layer, name, changed), None) or self.keep((layer, name, changed), packed)

    def keep(self, key, packed):
        self.arrays[key] = Array(packed)
        return self.arrays[key]

    def has(self, layer, name):
        array = self.signal(layer, name)
        return array is not None and not math.isnan(array.at(0, 0))

    def projected(self, layer):
        return self.layers[layer]["units"] != self.layers[layer]["state"]

    def before(self, layer, step):
        return step + 1 if self.layers[layer]["direction"] == "reverse" else step - 1
