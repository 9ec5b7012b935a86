#!/usr/bin/env python3
"""arithmetic.py ROOT: fails where a source uses arithmetic that differs between processors.

The C library chooses its exp, log, .. by processor, and an unfused multiply-add or a sum over a vector's lanes
depends on the instruction set. src/core/elementary.hpp, src/kernels/fused-inl.hpp and src/kernels/lane_sums-inl.hpp
have the ones to use. Left out are folders whose results reach no model, forecast or score.
"""

import pathlib
import re
import sys

C_LIBRARY = re.compile(r"\bstd::(exp|exp2|expm1|log|log1p|log2|log10|pow|sin|cos|tan|sinh|cosh|tanh|asin|acos|atan|"
                       r"atan2|asinh|acosh|atanh|hypot|cbrt|erf|erfc|tgamma|lgamma|polar)\b")
VECTORS = re.compile(r"\bhn::(MulAdd|NegMulAdd|MulSub|NegMulSub|SumOfLanes|ReduceSum|Approximate\w+)\b")
FREE_OF_C_LIBRARY_RULE = ("src/reference/", "src/plot/", "src/formats/onnx/", "src/formats/activation_guess.cpp")
FREE_OF_VECTOR_RULE = ("src/kernels/fused-inl.hpp",)
PEAK = "float multiply_adds("  # measures the processor; its result is thrown away


def faults(root):
    for path in sorted((root / "src").rglob("*.[ch]pp")):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        if PEAK in text:
            start = text.index(PEAK)
            end = text.index("\n}", start)
            text = text[:start] + "\n" * text.count("\n", start, end) + text[end:]
        for number, line in enumerate(text.splitlines(), 1):
            code = line.split("//")[0]
            for pattern, free in ((C_LIBRARY, FREE_OF_C_LIBRARY_RULE), (VECTORS, FREE_OF_VECTOR_RULE)):
                found = pattern.search(code)
                if found and not name.startswith(free):
                    yield f"{name}:{number}: {found.group(0)} differs between processors"


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "the same arithmetic everywhere")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
