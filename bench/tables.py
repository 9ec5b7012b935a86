#!/usr/bin/env python3
"""Times the reading of a large table by Sluice, pandas, polars and DuckDB in turn, and prints one table.

    python bench/tables.py --rows 1000000 --columns 20 --rounds 5 --json OUT

Needs numpy, pandas, polars and duckdb. The table is made in a temporary folder: a column of ISO times a minute apart
and columns of numbers with four digits behind the point, one in a thousand missing. Row counts and sums of columns are
compared first: where they differ, nothing is timed and the status is 1.

Each reading is a process of its own, on one processor, with one thread. The time is that of reading alone, from the
path to numbers and times in memory, without start and imports. The peak is what the process held, start and imports
included; `start` is what it held before it read. The file is in the page cache. A worker in C++ is called with the
path and prints a line of JSON: seconds, peak_rss_mb, rows, and sum: of all columns, or of each.
"""
import argparse
import json
import math
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[1]
SLUICE = ROOT / "build" / "bench" / "bench_tables"
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS",
                                     "RAYON_NUM_THREADS")}
TOLERANCE = 1e-9  # of a sum of 1e6 doubles that are added in another order
MISSING = 0.001


class Disagreement(Exception):
    pass


# The table.

def make_table(path, rows, columns):
    import numpy
    import polars
    chance = numpy.random.default_rng(1)
    first = numpy.datetime64("2020-01-01T00:00")
    frame = {"time": first + numpy.arange(rows).astype("timedelta64[m]")}
    frame["time"] = frame["time"].astype("datetime64[ms]")
    for k in range(columns):
        values = numpy.round(100 * (k + 1) + numpy.cumsum(chance.normal(size=rows)), 4)
        values[chance.random(rows) < MISSING] = numpy.nan
        frame[f"c{k}"] = values
    polars.DataFrame(frame).fill_nan(None).write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S", float_precision=4)


# The readers: what is timed, and afterwards the rows and the sum of each column.

def with_pandas(path):
    import pandas
    yield pandas.__version__
    frame = pandas.read_csv(path, engine="c", parse_dates=["time"])
    yield frame
    assert frame["time"].dtype.kind == "M", frame["time"].dtype
    numbers = frame.drop(columns="time")
    assert all(kind == float for kind in numbers.dtypes), numbers.dtypes
    yield len(frame), [float(total) for total in numbers.sum()]


def with_polars(path):
    import polars
    yield polars.__version__
    frame = polars.read_csv(path, try_parse_dates=True)
    yield frame
    assert frame["time"].dtype == polars.Datetime, frame["time"].dtype
    numbers = frame.drop("time")
    assert all(kind == polars.Float64 for kind in numbers.dtypes), numbers.dtypes
    yield len(frame), list(numbers.sum().row(0))


def with_duckdb(path):
    import duckdb
    yield duckdb.__version__
    base = duckdb.connect()
    base.execute("SET threads = 1")
    base.execute("CREATE TABLE numbers AS SELECT * FROM read_csv(?)", [str(path)])
    yield base
    kinds = dict(base.execute("SELECT column_name, data_type FROM information_schema.columns").fetchall())
    assert kinds.pop("time") == "TIMESTAMP" and set(kinds.values()) == {"DOUBLE"}, kinds
    sums = ", ".join(f"sum({name})" for name in kinds)
    rows, *totals = base.execute(f"SELECT count(*), {sums} FROM numbers").fetchone()
    yield rows, totals


READERS = {"pandas": with_pandas, "polars": with_polars, "duckdb": with_duckdb}


def peak_mb():
    """The most that this process held. Not ru_maxrss where that can be helped: Linux counts the parent's in."""
    try:
        status = pathlib.Path("/proc/self/status").read_text(encoding="utf-8")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def work(name, path):
    """What a worker's process does: one line of JSON."""
    steps = READERS[name](path)
    version, start = next(steps), peak_mb()
    begin = time.perf_counter()
    held = next(steps)
    seconds, peak = time.perf_counter() - begin, peak_mb()
    rows, sums = next(steps)
    del held
    print(json.dumps({"version": version, "seconds": seconds, "start_mb": start, "peak_rss_mb": peak, "rows": rows,
                      "sum": sums}))


# The comparison.

def ask(name, path, given):
    command = [given.sluice, path] if name == "sluice" else [sys.executable, __file__, "--work", name, path]
    done = subprocess.run([str(part) for part in command], env={**os.environ, **ONE_THREAD}, capture_output=True,
                          text=True)
    if done.returncode:
        raise RuntimeError(f"{name}: status {done.returncode}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def near(a, b):
    return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def check(answers):
    """All must have read the same: by rows, and by the sum of each column or of all."""
    reference, *others = answers
    expected = answers[reference]
    sums = expected["sum"]
    for name in others:
        got = answers[name]
        if got["rows"] != expected["rows"]:
            raise Disagreement(f"{name} read {got['rows']} rows, {reference} {expected['rows']}")
        found = got["sum"]
        same = (len(found) == len(sums) and all(map(near, found, sums))) if isinstance(found, list) else \
            near(found, math.fsum(sums))
        if not same:
            raise Disagreement(f"{name} read other numbers than {reference}: sums {found} and {sums}")


def table(rounds, megabytes, numbers):
    """One line for each worker, medians over the rounds."""
    head = f"{'':10}{'version':>10}{'s':>9}{'to pandas':>11}{'MB/s':>8}{'peak MB':>9}{'of numbers':>12}{'start MB':>10}"
    lines = [head]
    middle = {name: statistics.median(r["seconds"] for r in answers) for name, answers in rounds.items()}
    for name, answers in rounds.items():
        seconds, peak = middle[name], statistics.median(r["peak_rss_mb"] for r in answers)
        ratio = f"{seconds / middle['pandas']:.2f}" if "pandas" in middle else "-"
        start = f"{answers[0]['start_mb']:.0f}" if "start_mb" in answers[0] else "-"
        lines.append(f"{name:10}{answers[0].get('version', '-'):>10}{seconds:9.3f}{ratio:>11}{megabytes / seconds:8.0f}"
                     f"{peak:9.0f}{peak / numbers:12.2f}{start:>10}")
    return "\n".join(lines)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20, help="of numbers, beside the one of times")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", default="pandas,polars,duckdb,sluice", help="in the order of each round")
    parser.add_argument("--sluice", type=pathlib.Path, default=SLUICE, help="its worker")
    parser.add_argument("--json", type=pathlib.Path, help="where to write the record")
    given = parser.parse_args()
    given.workers = given.workers.split(",")
    for name in given.workers:
        if name not in (*READERS, "sluice"):
            parser.error(f"there is no worker {name!r}")
    if given.workers[0] == "sluice" and len(given.workers) > 1:
        parser.error("the first worker is the one that the others are compared with: not sluice")
    return given


def main():
    given = arguments()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "table.csv"
        # In a process of its own: the workers are to be children of a small one.
        subprocess.run([sys.executable, __file__, "--make", path, str(given.rows), str(given.columns)], check=True)
        megabytes = path.stat().st_size / 1e6
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # workers inherit it
        check({name: ask(name, path, given) for name in given.workers})  # warms the page cache too
        rounds = {name: [] for name in given.workers}
        for _ in range(given.rounds):
            for name in given.workers:
                rounds[name].append(ask(name, path, given))
    numbers = given.rows * (given.columns + 1) * 8 / 2**20  # doubles, and times of 8 bytes
    print(f"{given.rows} rows, {given.columns} columns and times: a file of {megabytes:.0f} MB, "
          f"{numbers:.0f} MB of numbers; {given.rounds} rounds, load {os.getloadavg()[0]:.1f}")
    print(table(rounds, megabytes, numbers))
    if given.json:
        record = {"rows": given.rows, "columns": given.columns, "file_mb": megabytes, "numbers_mb": numbers,
                  "load": os.getloadavg()[0], "rounds": rounds}
        given.json.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    try:
        if len(sys.argv) == 4 and sys.argv[1] == "--work":
            work(sys.argv[2], sys.argv[3])
        elif len(sys.argv) == 5 and sys.argv[1] == "--make":
            make_table(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
        else:
            main()
    except (RuntimeError, OSError, Disagreement, subprocess.CalledProcessError) as error:
        sys.exit(f"tables.py: {error}")
