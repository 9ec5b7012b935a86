#!/usr/bin/env python3
"""dialects_test.py SLUICE [NAME ..]: one series in 40 dialects of tables makes one model.

Each file of tests/data/tables/dialects.py is trained on; all models must have the same tensors, to the bit, and
all forecasts the same numbers. Forecasts are asked for without the options of reading, which the model remembers,
but for --sort, which is about one file. Python's standard library only.
"""
import concurrent.futures
import csv
import json
import os
import pathlib
import shlex
import struct
import subprocess
import sys
import tempfile

GENERATOR = pathlib.Path(__file__).resolve().parents[1] / "data" / "tables" / "dialects.py"
FIRST = "plain.csv"  # what the others are compared with
DIALECTS = 40


class Failed(Exception):
    pass


def run(folder, *command):
    """Runs a command in the folder of the files; raises with its last words if it fails."""
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise Failed(f"{shlex.join(map(str, command))}\n    status {done.returncode}: {done.stderr.strip()[-600:]}")


def tensors(path):
    """What a safetensors file says of its tensors, without its metadata, and their bytes."""
    content = path.read_bytes()
    size, = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + size])
    header.pop("__metadata__", None)
    if not header or len(content) == 8 + size:
        raise Failed(f"{path.name} holds no tensors")
    return header, content[8 + size:]


def forecast_numbers(path):
    """Every row of a forecast without its time, which each dialect may write in its own form."""
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    if len(rows) != 3:
        raise Failed(f"{path.name}: expected 3 rows, got {len(rows)}")
    return header[1:], [[row[2], float(row[1]), *map(float, row[3:])] for row in rows]


def model_and_forecast(program, folder, name, options):
    model, forecast = folder / f"{name}.safetensors", folder / f"{name}.forecast.csv"
    given = shlex.split(options)
    run(folder, program, "train", name, "--target", "load", "--horizon", 3, "--hidden", 0, *given, "-o", model)
    run(folder, program, "forecast", model, name, *(["--sort"] if "--sort" in given else []), "-o", forecast)
    return tensors(model), forecast_numbers(forecast)


def differences(expected, got):
    """What is not as in the first dialect, in words; empty where all is."""
    (header, data), (names, numbers) = expected
    (other_header, other_data), (other_names, other_numbers) = got
    if header != other_header:
        return "the tensors have other names or shapes"
    if data != other_data:
        count = sum(a != b for a, b in zip(data, other_data))
        return f"{count} of {len(data)} bytes of the tensors differ"
    if names != other_names or numbers != other_numbers:
        return f"the forecast differs: {other_numbers} instead of {numbers}"
    return ""


def main():
    program, wanted = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    faults = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        run(folder, sys.executable, "-B", GENERATOR, folder)
        listed = [line.split("\t") for line in (folder / "list.txt").read_text(encoding="utf-8").splitlines()]
        assert len(listed) == DIALECTS and listed[0][0] == FIRST, listed
        chosen = [entry for entry in listed if not wanted or entry[0] in wanted or entry[0] == FIRST]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = {name: pool.submit(model_and_forecast, program, folder, name, options)
                       for name, options in chosen}
        expected = answers[FIRST].result()
        for name, options in chosen:
            try:
                fault = differences(expected, answers[name].result())
            except (Failed, OSError, ValueError, struct.error, subprocess.TimeoutExpired) as error:
                fault = str(error)
            if fault:
                faults += 1
                print(f"{name} {options}\n    {fault}")
    print(f"{len(chosen) - faults} of {len(chosen)} dialects make the same model")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__.splitlines()[0])
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(f"dialects_test.py: {error}")
