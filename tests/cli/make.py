"""What the tables of run.py are made of: files of every kind, damaged ones too, and checks of what comes out.
Standard library only. Knows the bytes of .safetensors and .npy by itself, so that it can judge the program's. What
other programs give comes from recordings: PyTorch's in tests/gold, ONNX graphs and ONNX Runtime's outputs in
tests/formats/onnx."""

import array
import datetime
import gzip
import json
import math
import pathlib
import random
import re
import struct
import zipfile

TESTS = pathlib.Path(__file__).resolve().parents[1]
GOLD = TESTS / "gold" / "pytorch_run.json"
NPY_TYPES = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q", "|b1": "B", "|u1": "B"}  # descr: array's code


# Data files.

def series(path, rows, future="0"):
    """Hourly rows time,y,x,k: y follows the day, x and k; then so many rows that have k alone."""
    lines = ["time,y,x,k"]
    y = 0.0
    for t in range(int(rows) + int(future)):
        time = datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=t)
        x = (37 * t % 23) / 11
        k = int(8 <= time.hour < 18 and time.weekday() < 5)
        y = 0.6 * y + 3 * abs(x - 1) + 4 * k + 2 * math.sin(2 * math.pi * t / 24) + (53 * t * t % 101) / 40
        cells = f"{y:.3f},{x:.3f}" if t < int(rows) else ","
        lines.append(f"{time:%Y-%m-%d %H:%M},{cells},{k}")
    path.write_text("\n".join(lines) + "\n")


def timeless(path, rows, front="0", skip="0"):
    """A column y without times, behind so many older rows, without so many of its first ones."""
    def row(t):
        return f"{9 + 3 * math.sin(2 * math.pi * t / 12) + (53 * t * t % 101) / 40:.3f}"
    path.write_text("\n".join(["y", *(row(t) for t in range(int(skip) - int(front), int(rows)))]) + "\n")


def clocks(path, rows, form, first="0"):
    """Hourly rows time,y through Berlin's change of 31 March 2024 from row `first` on, in one of the forms: offsets, local
    (without them), german (dd.mm.yyyy, decimal commas, semicolons)."""
    lines = ["Zeit;y" if form == "german" else "time,y"]
    for t in range(int(first), int(first) + int(rows)):
        utc = datetime.datetime(2024, 3, 20) + datetime.timedelta(hours=t)
        summer = utc >= datetime.datetime(2024, 3, 31, 1)
        local = utc + datetime.timedelta(hours=2 if summer else 1)
        y = 20 + 5 * math.sin(2 * math.pi * local.hour / 24) + (53 * t * t % 101) / 40
        if form == "german":
            lines.append(f"{local:%d.%m.%Y %H:%M};{y:.3f}".replace(".", ",", 3).replace(",", ".", 2))
        else:
            offset = f"+0{2 if summer else 1}:00" if form == "offsets" else ""
            lines.append(f"{local:%Y-%m-%d %H:%M}{offset},{y:.3f}")
    path.write_text("\n".join(lines) + "\n")


def falling(path):
    """120 days that end below zero, in rows that no model is fitted on."""
    lines = ["date,y"]
    for t in range(120):
        day = datetime.date(2023, 1, 1) + datetime.timedelta(days=t)
        lines.append(f"{day},{20 + t * t % 11 if t < 114 else -t}")
    path.write_text("\n".join(lines) + "\n")


def packed(path, source):
    """The file beside it, packed by gzip."""
    path.write_bytes(gzip.compress((path.parent / source).read_bytes(), mtime=0))


def newest_first(path, source):
    """The file beside it with its rows from new to old."""
    header, *rows = (path.parent / source).read_text().splitlines()
    path.write_text("\n".join([header, *reversed(rows)]) + "\n")


def one_column(path, rows):
    """No times; each 17th row is an empty line, which is a missing value."""
    lines = ["" if t % 17 == 11 else f"{10 + 3 * math.sin(0.4 * t) + (t * t % 7) / 5:.3f}" for t in range(int(rows))]
    path.write_text("\n".join(["y", *lines]) + "\n")


def every_other(path, source):
    """The header of a file beside it, and every other row."""
    header, *rows = (path.parent / source).read_text().splitlines()
    path.write_text("\n".join([header, *rows[::2]]) + "\n")


def sparse(path, size):
    """A file of zeros that takes no room."""
    with open(path, "wb") as file:
        file.truncate(int(size))


def pour(path, size):
    """Writes a header and one line of `size` bytes into a pipe, as long as somebody reads."""
    block = b"1" * (1 << 20)
    try:
        with open(path, "wb", buffering=0) as pipe:
            pipe.write(b"time,y\n2024-01-01,")
            for _ in range(0, size, len(block)):
                pipe.write(block)
    except BrokenPipeError:
        pass


def latin1(path):
    rows = "".join(f"{t * t % 7},{t * t % 11}\n" for t in range(60))
    path.write_bytes(f"Größe,y\n{rows}".encode("latin-1"))


def folder(path):
    path.mkdir()


def archive(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("data.pkl", b"\x80\x02}q\x00.")


# Model files, and damaged ones.

def read_model(path):
    raw = path.read_bytes()
    length, = struct.unpack("<Q", raw[:8])
    return json.loads(raw[8:8 + length]), raw[8 + length:]


def write_model(path, header, data):
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def cut(path, source, size):
    """The first bytes of a file in the same folder; a negative number counts from its end."""
    raw = (path.parent / source).read_bytes()
    path.write_bytes(raw[:int(size)])


def flip(path, source, place):
    """The file with the bits of one byte turned; `data+N` counts from the end of a model's header."""
    raw = bytearray((path.parent / source).read_bytes())
    if place.startswith("data+"):
        place = 8 + struct.unpack("<Q", raw[:8])[0] + int(place[5:])
    raw[int(place)] ^= 0xff
    path.write_bytes(raw)


def described(path, source, place, value):
    """The model with one value of its description changed: `described OUT IN forecast/horizon 3`."""
    header, data = read_model(path.parent / source)
    description = json.loads(header["__metadata__"]["sluice"])
    inner = description
    *folders, last = place.split("/")
    for name in folders:
        inner = inner[name]
    inner[last] = json.loads(value)
    header["__metadata__"]["sluice"] = json.dumps(description)
    write_model(path, header, data)


def with_tensor(path, source, name):
    """The model with one tensor more."""
    header, data = read_model(path.parent / source)
    header[name] = {"dtype": "F32", "shape": [3], "data_offsets": [len(data), len(data) + 12]}
    write_model(path, header, data + struct.pack("<3f", 1, 2, 3))


def without_tensor(path, source, name):
    header, data = read_model(path.parent / source)
    begin, end = header.pop(name)["data_offsets"]
    for key, entry in header.items():
        if key != "__metadata__" and entry["data_offsets"][0] >= end:
            entry["data_offsets"] = [place - (end - begin) for place in entry["data_offsets"]]
    write_model(path, header, data[:begin] + data[end:])


def lopsided(path, source, name, column):
    """The model with one column of a matrix 300 times as large."""
    header, data = read_model(path.parent / source)
    begin, end = header[name]["data_offsets"]
    weights = array.array("f", data[begin:end])
    width = header[name]["shape"][1]
    for n in range(int(column), len(weights), width):
        weights[n] *= 300
    write_model(path, header, data[:begin] + weights.tobytes() + data[end:])


def chaotic(path, size, hidden="17"):
    """A state dictionary of an LSTM (3 -> 17, or so many, 2 layers) with weights in +-size: of large ones the last bit of a sum
    becomes all of the output within the 17 steps of a test vector."""
    draw, header, data, h = random.Random(7), {}, b"", int(hidden)
    for layer, inputs in ((0, 3), (1, h)):
        shapes = {"weight_ih": [4 * h, inputs], "weight_hh": [4 * h, h], "bias_ih": [4 * h], "bias_hh": [4 * h]}
        for name, shape in shapes.items():
            values = [draw.uniform(-float(size), float(size)) for _ in range(math.prod(shape))]
            header[f"{name}_l{layer}"] = {"dtype": "F32", "shape": shape,
                                          "data_offsets": [len(data), len(data) + 4 * len(values)]}
            data += struct.pack(f"<{len(values)}f", *values)
    write_model(path, header, data)


def weights_times(path, source, name, factor):
    """The model with all numbers of a tensor times a factor."""
    header, data = read_model(path.parent / source)
    begin, end = header[name]["data_offsets"]
    numbers = array.array("f", (float(factor) * x for x in array.array("f", data[begin:end])))
    write_model(path, header, data[:begin] + numbers.tobytes() + data[end:])


def without_hash(path, source):
    """As a model file was before it had a hash of its contents."""
    header, data = read_model(path.parent / source)
    header["__metadata__"].pop("sluice.hash")
    write_model(path, header, data)


def many_columns(path, columns):
    """Four rows of so many columns, seconds apart, the last a day later."""
    times = [datetime.datetime(2020, 1, 1) + datetime.timedelta(seconds=s) for s in (0, 1, 2, 86400)]
    rows = [f"{time:%Y-%m-%d %H:%M:%S}" + ",1" * int(columns) for time in times]
    path.write_text("\n".join(["t" + "".join(f",c{n}" for n in range(int(columns))), *rows]) + "\n")


def bomb(path, size):
    """A table of so many bytes, all but the first rows one character, packed by gzip: a thousandth of it."""
    with gzip.open(path, "wb") as file:
        file.write(b"y\n1\n2\n")
        for _ in range(int(size) // 1_000_000):
            file.write(b"1\n" * 500_000)


def no_numbers(path, shape):
    """An array of a shape with a 0 in it, `4294967296,0,1`."""
    write_npy(path, [int(n) for n in shape.split(",")], [])


def replaced(path, source, old, new):
    """The file with one text for another of the same length, wherever it stands."""
    raw = (path.parent / source).read_bytes()
    if len(old) != len(new) or old.encode() not in raw:
        raise ValueError(f"'{old}' is not in {source}, or '{new}' is of another length")
    path.write_bytes(raw.replace(old.encode(), new.encode()))


# Arrays, and what PyTorch and ONNX Runtime made of them.

def write_npy(path, shape, values, descr="<f4"):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({''.join(f'{n},' for n in shape)}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
                     + array.array(NPY_TYPES[descr], values).tobytes())


def read_npy(path):
    raw = path.read_bytes()
    length, = struct.unpack("<H", raw[8:10])
    header = raw[10:10 + length].decode()
    shape = [int(n) for n in header.split("(")[1].split(")")[0].split(",") if n.strip()]
    return shape, array.array(NPY_TYPES[header.split("'")[3]], raw[10 + length:])


def npy(path, shape):
    """An array of that shape, `2,5,3`, of small numbers."""
    sizes = [int(n) for n in shape.split(",")]
    write_npy(path, sizes, [math.sin(0.7 * j) for j in range(math.prod(sizes))])


def silenced(path, source, column):
    """The array with zeros in one place of its last dimension."""
    shape, numbers = read_npy(path.parent / source)
    write_npy(path, shape, [0.0 if n % shape[-1] == int(column) else number for n, number in enumerate(numbers)])


def raw(path, source):
    """The numbers of a .npy beside it, without its header."""
    path.write_bytes(npy_data(path.parent / source))


def npy_data(path):
    content = path.read_bytes()
    return content[10 + struct.unpack("<H", content[8:10])[0]:]


def values(path, descr, *numbers):
    """A row of these numbers: `values l.npy <i8 7 3 1`."""
    number = float if "f" in descr else int
    write_npy(path, [len(numbers)], [number(text) for text in numbers], descr)


def gold(path, which, name, padding="as it is"):
    """An array of PyTorch's recording as .npy, or its state dictionary as .safetensors. With `nan`: in x, the steps
    from a sequence's length on."""
    recording = json.loads(GOLD.read_text())[which]
    if name != "state_dict":
        shape, data = recording[name]["shape"], recording[name]["data"]
        if padding == "nan":
            lengths, (_, steps, width) = recording["lengths"]["data"], shape
            data = [value if j // width % steps < lengths[j // width // steps] else math.nan
                    for j, value in enumerate(data)]
        write_npy(path, shape, data, "<i8" if name == "lengths" else "<f4")
        return
    header, data = {}, b""
    for key, value in recording[name].items():
        raw = array.array("f", value["data"]).tobytes()
        header[key] = {"dtype": "F32", "shape": value["shape"], "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    write_model(path, header, data)


def architecture(path, name):
    """A state dictionary of tests/formats/pytorch."""
    path.write_bytes((TESTS / "formats" / "pytorch" / f"{name}.safetensors").read_bytes())


def sample(path, name, which):
    """x or y of such a model, as .npy."""
    header, data = read_model(TESTS / "formats" / "pytorch" / "samples.safetensors")
    entry = header[f"{name}.{which}"]
    begin, end = entry["data_offsets"]
    write_npy(path, entry["shape"], array.array("f", data[begin:end]))


def recorded(file, start):
    """The one case of tests/formats/onnx whose name starts so."""
    cases = json.loads((TESTS / "formats" / "onnx" / f"{file}.json").read_text())["cases"]
    found = [case for case in cases if case["name"].startswith(start)]
    if len(found) != 1:
        raise ValueError(f"{len(found)} cases of {file}.json start with '{start}'")
    return found[0]


def onnx(path, file, start, name=None):
    """The graph of a recorded case as .onnx; with a name: that input of it as .npy."""
    case = recorded(file, start)
    if name is None:
        path.write_bytes(bytes.fromhex(case["model"]))
        return
    given = case["inputs"][name]
    descr = {"float32": "<f4", "float64": "<f8", "int32": "<i4", "int64": "<i8", "bool": "|b1"}[given["dtype"]]
    write_npy(path, given["shape"], given["data"], descr)


def worst(path, expected, tolerance, whose):
    shape, data = read_npy(path)
    if shape != expected["shape"]:
        return f"shape {shape}, expected {expected['shape']}"
    # Written so that a NaN is no number that is close.
    error = max((abs(a - b) for a, b in zip(data, expected["data"])), key=lambda e: math.inf if math.isnan(e) else e,
                default=0.0)
    return "" if error <= float(tolerance) else f"differs from {whose} by {error}"


def close_to_gold(path, which, name, tolerance="2e-6"):
    return worst(path, json.loads(GOLD.read_text())[which][name], tolerance, "PyTorch")


def close_to_onnx(path, file, start, name, tolerance="2e-6"):
    return worst(path, recorded(file, start)["outputs"][name], tolerance, "ONNX Runtime")


# Checks.

def scores(path, *targets):
    """Is it what `evaluate --json` promises? With targets: under "targets", in this order."""
    found = json.loads(path.read_text())
    parts = found["targets"] if len(targets) > 1 else [found]
    if [part["target"] for part in parts] != list(targets):
        return f"targets {[part['target'] for part in parts]}"
    if not (found["origins"] > 0 and found["period"] >= 1):
        return "no origins or period"
    for part in parts:
        wanted = {"naive", "drift", "ridge"} | ({"seasonal_naive"} if found["period"] > 1 else set())
        if set(part["baselines"]) != wanted:
            return f"baselines {sorted(part['baselines'])}"
        for score in [part["model"], *part["baselines"].values()]:
            for figure in ("mae", "rmse", "smape", "mase"):
                if not (isinstance(score[figure], float) and score[figure] >= 0):
                    return f"{figure} is {score[figure]}"
            if score["rmse"] < score["mae"] * (1 - 1e-9):
                return "rmse below mae"
        steps = part["by_horizon"]
        if [step["horizon"] for step in steps] != list(range(1, len(steps) + 1)):
            return "horizons out of order"
        if any(set(step["baselines"]) != wanted or "mae" not in step["model"] for step in steps):
            return "a horizon without a baseline"
        mean = sum(step["model"]["mae"] for step in steps) / len(steps)
        counts = {step["model"]["count"] for step in steps}
        if len(counts) == 1 and abs(mean - part["model"]["mae"]) > 1e-6 * mean:
            return "the horizons' mean is not the whole's mae"
    return ""


def bench(path, threads):
    """Is it what `bench --train --json` promises?"""
    found = json.loads(path.read_text())
    times = found["train_ms"]
    if not (found["threads"] == int(threads) and 0 < times["min"] <= times["p50"] <= times["p99"]):
        return f"threads {found['threads']}, times {times}"
    if set(found["shape"]) != {"input", "hidden", "layers", "batch", "steps"}:
        return f"shape {found['shape']}"
    for figure in ("fma_peak_gflops", "gflops", "peak_share", "peak_rss_mb", "activations_mb"):
        if not found[figure] > 0:
            return f"{figure} is {found[figure]}"
    return ""


def bench_stream(path):
    """Is it what `bench --json` of a stream promises?"""
    found = json.loads(path.read_text())
    for part in ("step_ns", "push_ns", "prepare_ns", "null_ns"):
        times = [found[part][name] for name in ("min", "p50", "p99", "p999", "max")]
        if times != sorted(times) or (part != "null_ns" and times[0] <= 0):
            return f"{part} {times}"
    for figure in ("fma_peak_gflops", "rows_per_second", "real_time_factor_48khz", "timer_ns"):
        if not found[figure] > 0:
            return f"{figure} is {found[figure]}"
    return ""


def same_raw(path, npy_path):
    """The numbers of the .npy and no others, bit for bit?"""
    return "" if path.read_bytes() == npy_data(path.parent / npy_path) else "other numbers"


def last_lines_equal(path, other):
    last, wanted = (file.read_text().splitlines()[-1] for file in (path, path.parent / other))
    return "" if last == wanted else f"{last}, expected {wanted}"


def last_forecast(path, forecast):
    """Does the stream's last line hold, behind its time, what `forecast` wrote, target by target, horizon by
    horizon?"""
    return last_values(path, forecast, 1)


def last_values(path, forecast, behind=0):
    last = path.read_text().splitlines()[-1].split(",")[behind:]
    rows = [line.split(",")[3:] for line in (path.parent / forecast).read_text().splitlines()[1:]]
    wanted = [cell for row in rows for cell in row]
    return "" if last == wanted else f"{last}, expected {wanted}"


def forecast_csv(path, rows, *header):
    """Is it so many rows under this header, quantiles rising, horizons from 1 for each target?"""
    lines = [line.split(",") for line in path.read_text().splitlines()]
    if lines[0] != list(header):
        return f"header {lines[0]}"
    if len(lines) != int(rows) + 1:
        return f"{len(lines) - 1} rows"
    step, target = 0, None
    for line in lines[1:]:
        step = step + 1 if line[2] == target else 1
        target = line[2]
        quantiles = [float(cell) for cell in line[3:]]
        if int(line[1]) != step or quantiles != sorted(quantiles) or not all(map(math.isfinite, quantiles)):
            return f"row {line}"
    return ""


def tensors(path):
    """The float32 tensors of a .safetensors file, each (shape, values)."""
    header, data = read_model(path)
    return {name: (entry["shape"], array.array("f", data[slice(*entry["data_offsets"])]))
            for name, entry in header.items() if name != "__metadata__"}


def trace(path, layer, steps, units):
    """Are all seven signals of the layer there, [steps, units], and does each step follow from the one before?"""
    all_signals = tensors(path)
    steps, units = int(steps), int(units)
    signal = {}
    for name in ("f", "i", "g", "o", "c", "tanh_c", "h"):
        shape, signal[name] = all_signals[f"{layer}.{name}"]
        if shape != [steps, units]:
            return f"{name} is {shape}"
    for n in range(units, steps * units):
        c = signal["f"][n] * signal["c"][n - units] + signal["i"][n] * signal["g"][n]
        if abs(c - signal["c"][n]) > 1e-5 or abs(signal["o"][n] * math.tanh(c) - signal["h"][n]) > 1e-5:
            return f"step {n // units}, unit {n % units}: S4 or S7 does not hold"
    return ""


def steps(path, count):
    """Do so many units' printed numbers follow from one another: S4 from S1 to S3, S5 from S4, S7 from S5 and S6?"""
    number = r"(-?[0-9.]+)"
    found = re.findall(rf"S1 .*? f +{number}.*?S2 .*? g +{number}.*?S3 .*? i +{number}.*?S4 .*? c +{number}  = f c' \+ i g = "
                       rf"{number} \* {number} \+ {number} \* {number}.*?tanh\(c\) +{number}.*?S6 .*? o +{number}.*?h +{number}",
                       path.read_text(), re.S)
    if len(found) != int(count):
        return f"{len(found)} units"
    for unit in found:
        f, g, i, c, f_again, before, i_again, g_again, tanh_c, o, h = map(float, unit)
        if [f, i, g] != [f_again, i_again, g_again]:
            return f"the sum's numbers are not the gates': {unit}"
        if abs(f * before + i * g - c) > 4e-4 or abs(math.tanh(c) - tanh_c) > 2e-4 or abs(o * tanh_c - h) > 2e-4:
            return f"one does not follow from the others: {unit}"
    return ""


def report(path, *parts):
    """Is it one HTML document that asks for nothing, whose data are JSON with these parts filled?"""
    text = path.read_text(encoding="utf-8")
    if re.search(r'(src|href)="(?!#|data:)', text):
        return "it refers to something beside itself"
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1])
    empty = [part for part in parts if not data[part]]
    return f"empty: {empty}" if empty else ""


def valid_json(path):
    json.loads(path.read_text())
    return ""


def svg(path):
    text = path.read_text()
    return "" if text.lstrip().startswith("<svg") and text.rstrip().endswith("</svg>") else "not an <svg>"


KINDS = {"series": series, "one_column": one_column, "clocks": clocks, "timeless": timeless, "packed": packed, "falling": falling, "newest_first": newest_first, "every_other": every_other, "sparse": sparse, "latin1": latin1, "folder": folder, "zip": archive, "cut": cut,
         "flip": flip, "described": described, "with_tensor": with_tensor, "without_tensor": without_tensor,
         "replaced": replaced, "lopsided": lopsided, "silenced": silenced, "npy": npy, "raw": raw, "values": values, "gold": gold, "onnx": onnx,
         "architecture": architecture, "sample": sample, "chaotic": chaotic, "weights_times": weights_times,
         "without_hash": without_hash, "many_columns": many_columns, "bomb": bomb, "no_numbers": no_numbers}
CHECKS = {"scores": scores, "bench": bench, "bench_stream": bench_stream, "same_raw": same_raw,
          "last_forecast": last_forecast, "last_values": last_values,
          "last_lines_equal": last_lines_equal, "forecast_csv": forecast_csv, "json": valid_json, "svg": svg,
          "trace": trace, "report": report, "steps": steps,
          "close": close_to_gold, "close_onnx": close_to_onnx}
