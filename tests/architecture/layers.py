#!/usr/bin/env python3
"""layers.py ROOT: fails where an include points upward in the order of the layers.

A file under src/LAYER includes headers of its own layer, of layers below it, and public headers; a public
header includes public headers alone; cli/ may include everything.
"""

import pathlib
import re
import sys

# Lowest first, as in ARCHITECTURE.md.
LAYERS = ["core", "model", "reference", "kernels", "engine", "quantization", "data", "training", "streaming",
          "forecasting", "inspection", "plot", "formats", "api", "capi"]
PUBLIC = "sluice"
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
SUFFIXES = {".cpp", ".hpp", ".h", ".c"}


def files_below(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)


def fault(layer, included):
    """What is wrong with an include in a file of the layer (PUBLIC for a public header), or None."""
    head, _, rest = included.partition("/")
    if head == PUBLIC:
        return None
    if layer == PUBLIC:
        return "a public header may include only public headers"
    if not rest:
        return "expected a path from src/ or include/, such as \"core/error.hpp\""
    if head not in LAYERS:
        return f"'{head}' is no layer"
    if LAYERS.index(head) > LAYERS.index(layer):
        return f"{head} is above {layer}"
    return None


def faults(root):
    sources = [(PUBLIC, root / "include" / "sluice")]
    for folder in sorted(path for path in (root / "src").iterdir() if path.is_dir()):
        if folder.name not in LAYERS:
            yield f"src/{folder.name}: a folder that is no layer"
            continue
        sources.append((folder.name, folder))
    checked = 0
    for layer, folder in sources:
        for path in files_below(folder):
            checked += 1
            for number, included in includes(path):
                problem = fault(layer, included)
                if problem:
                    yield f"{path.relative_to(root)}:{number}: includes \"{included}\": {problem}"
    if checked == 0:
        yield f"{root}: no source found"


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "every include points downward")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
