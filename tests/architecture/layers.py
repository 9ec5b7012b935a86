#!/usr/bin/env python3
"""layers.py ROOT: fails where an include of the tree breaks the rules of its layers.

A file under src/FOLDER includes headers of its own folder, of folders on lower rows, and public headers.
Folders on one row do not see each other, and the reference is seen by those alone that compare with it.
A public header includes public headers alone; cli/ may include everything.

layers.py ROOT --picture: prints the picture of the rows, which is docs/layers.svg.
"""

import pathlib
import re
import sys

# Lowest row first: what is in a folder, in a few words.
ROWS = [
    {"core": "memory, files, threads"},
    {"model": "architecture, parameters"},
    {"reference": "double precision, the judge", "kernels": "SIMD, one per instruction set"},
    {"engine": "network forward and backward"},
    {"quantization": "float16, int8", "data": "tables, times, scalers"},
    {"training": "losses, optimisers", "streaming": "a row at a time"},
    {"forecasting": "ridge + LSTM, intervals, backtest"},
    {"inspection": "gates, experiments, report", "plot": "SVG"},
    {"formats": "model files, ONNX, PyTorch"},
    {"api": "the public classes"},
    {"capi": "the C interface"},
]
ROW_OF = {folder: number for number, row in enumerate(ROWS) for folder in row}
# The fast path does not include what it is compared with.
JUDGE, SEE_THE_JUDGE = "reference", {"reference", "inspection"}
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


def fault(folder, included):
    """What is wrong with an include in a file of the folder (PUBLIC for a public header), or None."""
    head, _, rest = included.partition("/")
    if head == PUBLIC or head == folder:
        return None
    if folder == PUBLIC:
        return "a public header may include only public headers"
    if not rest:
        return "expected a path from src/ or include/, such as \"core/error.hpp\""
    if head not in ROW_OF:
        return f"'{head}' is no layer"
    if ROW_OF[head] > ROW_OF[folder]:
        return f"{head} is above {folder}"
    if ROW_OF[head] == ROW_OF[folder]:
        return f"{head} stands beside {folder}"
    if head == JUDGE and folder not in SEE_THE_JUDGE:
        return f"{folder} does not see the {JUDGE}"
    return None


def faults(root):
    sources = [(PUBLIC, root / "include" / "sluice")]
    for folder in sorted(path for path in (root / "src").iterdir() if path.is_dir()):
        if folder.name not in ROW_OF:
            yield f"src/{folder.name}: a folder that is no layer"
            continue
        sources.append((folder.name, folder))
    checked = 0
    for folder, path_of_folder in sources:
        for path in files_below(path_of_folder):
            checked += 1
            for number, included in includes(path):
                problem = fault(folder, included)
                if problem:
                    yield f"{path.relative_to(root)}:{number}: includes \"{included}\": {problem}"
    if checked == 0:
        yield f"{root}: no source found"


def picture(rows):
    """An SVG of the rows, the highest on top: a box for each folder."""
    width, height, gap, left = 640, 46, 8, 10
    shown = [*rows, {"cli": "one file per command", "examples": "programs to begin from"}]
    total = len(shown) * (height + gap) + gap + 22
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total}" width="{width}" '
             f'height="{total}" role="img" aria-label="The layers of Sluice">',
             "<style>text{font:14px system-ui,sans-serif;fill:#1f2933}.what{font-size:12px;fill:#52606d}"
             "rect{fill:#eef4fb;stroke:#7b9cc4;rx:5}.judge{fill:#fdf3e3;stroke:#c9a063}"
             "@media(prefers-color-scheme:dark){text{fill:#e4e7eb}.what{fill:#9aa5b1}"
             "rect{fill:#1f2f45;stroke:#5a7ca8}.judge{fill:#3b2f1c;stroke:#a5824d}}</style>"]
    for number, row in enumerate(reversed(shown)):
        box = (width - 2 * left - gap * (len(row) - 1)) / len(row)
        for place, (folder, what) in enumerate(row.items()):
            x, y = left + place * (box + gap), gap + number * (height + gap)
            judge = ' class="judge"' if folder == JUDGE else ""
            lines.append(f'<rect{judge} x="{x:g}" y="{y}" width="{box:g}" height="{height}"/>'
                         f'<text x="{x + 12:g}" y="{y + 20}">{folder}</text>'
                         f'<text class="what" x="{x + 12:g}" y="{y + 37}">{what}</text>')
    lines.append(f'<text class="what" x="{left}" y="{total - 8}">An include points downward; folders '
                 f"side by side do not see each other.</text></svg>")
    return "\n".join(lines) + "\n"


def existing(root):
    return [row for row in ({folder: what for folder, what in row.items()
                             if (root / "src" / folder).is_dir()} for row in ROWS) if row]


def main():
    root = pathlib.Path(sys.argv[1])
    if sys.argv[2:] == ["--picture"]:
        print(picture(existing(root)), end="")
        return 0
    found = list(faults(root))
    drawn = root / "docs" / "layers.svg"
    if not drawn.exists() or drawn.read_text(encoding="utf-8") != picture(existing(root)):
        found.append(f"{drawn}: not the picture of these rows; write it anew with layers.py . --picture")
    print("\n".join(found) or "every include points downward")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
