#!/usr/bin/env python3
"""Writes sunspots.csv from the data file inside the Python package pmdarima.

Only the file is read, the package is not imported, so its own dependencies are not needed:

    pip install --no-deps pmdarima
    python3 data/make_sunspots.py
"""

import gzip
import importlib.util
import pathlib
import sys

FIRST_YEAR, LAST_YEAR = 1749, 1983


def main():
    spec = importlib.util.find_spec("pmdarima")
    if spec is None:
        sys.exit("pmdarima is not installed (pip install --no-deps pmdarima)")
    source = pathlib.Path(spec.origin).parent / "datasets" / "data" / "sunspots.txt.gz"
    values = gzip.decompress(source.read_bytes()).decode("ascii").split()
    months = [f"{year}-{month:02}" for year in range(FIRST_YEAR, LAST_YEAR + 1)
              for month in range(1, 13)]
    if len(values) != len(months):
        sys.exit(f"{source}: expected {len(months)} values, got {len(values)}")
    rows = [f"{month},{float(value)}" for month, value in zip(months, values)]
    target = pathlib.Path(__file__).with_name("sunspots.csv")
    target.write_text("\n".join(["month,sunspots"] + rows) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
