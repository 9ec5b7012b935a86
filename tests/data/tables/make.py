#!/usr/bin/env python3
"""Writes the corpus of tables beside this file: NAME.csv or NAME.csv.gz, and NAME.txt with its expected reading.

    python3 tests/data/tables/make.py [FOLDER]

The tables are in corpus/*.py, by what they show. Running it again writes the same bytes; files that no table
has any more are named, not deleted. Python's standard library only.
"""
import pathlib
import sys

sys.dont_write_bytecode = True
from corpus import clocks, files, grids, numbers, pairs, pandas_readings, times  # noqa: E402
from corpus.table import HOLIDAYS, TABLES  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
NOT_TABLES = {".gitattributes", "README.md", "make.py", "dialects.py", "corpus"}


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for part in (files, numbers, times, grids, clocks, pairs):
        part.add_tables()
    written = set(NOT_TABLES)
    for name, (suffix, data, lines) in TABLES.items():
        if name in pandas_readings.READINGS:
            lines = [*lines, "pandas: " + pandas_readings.READINGS[name]]
        outputs = {name + suffix: data, name + ".txt": ("\n".join(lines) + "\n").encode("utf-8")}
        if name in HOLIDAYS:
            outputs[name + ".holidays"] = HOLIDAYS[name]
        for file, content in outputs.items():
            (folder / file).write_bytes(content)
            written.add(file)
    unknown = set(pandas_readings.READINGS) - set(TABLES)
    assert not unknown, unknown
    for path in sorted(folder.iterdir()):
        if path.name not in written:
            print(f"{path.name}: of no table", file=sys.stderr)
    refused = sum(any(line.startswith("refused:") for line in lines) for _, _, lines in TABLES.values())
    print(f"{len(TABLES)} tables: {len(TABLES) - refused} read, {refused} refused")


if __name__ == "__main__":
    main()
