#!/usr/bin/env python3
"""run.py MAKE_MODEL SLUICE EXAMPLES: runs each example on a small model and compares what it answers with
`sluice stream`. Standard library only."""
import pathlib
import re
import struct
import subprocess
import sys
import tempfile


def run(command, given=b"", status=0):
    done = subprocess.run([str(word) for word in command], input=given, capture_output=True)
    if done.returncode != status:
        sys.exit(f"{command}: status {done.returncode}\n{done.stderr.decode()}")
    return done.stdout, done.stderr.decode()


def expect(holds, what):
    if not holds:
        sys.exit(what)


def audio_effect(folder, make_model, sluice, examples):
    run([make_model, folder / "amp.safetensors", 1, 16, 1, 1])
    samples = [((37 * n) % 101 - 50) / 50 for n in range(1000)]
    given = struct.pack("<1000f", *samples)
    out, said = run([examples / "audio_effect", folder / "amp.safetensors"], given)
    expect(out == run([sluice, "stream", folder / "amp.safetensors", "--binary"], given)[0],
           "audio_effect: other samples than sluice stream's")
    expect(re.search(r"^1000 samples, [\d.]+ % of real time at 48 kHz", said), said)
    run([make_model, folder / "wide.safetensors", 2, 3, 1, 1])
    _, said = run([examples / "audio_effect", folder / "wide.safetensors"], given, 3)
    expect("one input" in said, said)


def tick_to_forecast(folder, make_model, sluice, examples):
    model = folder / "net.safetensors"
    run([make_model, model, 3, 20, 2, 2])
    lines = [f"{n % 7},{n % 5},{n % 3}" for n in range(40)]
    given = "\n".join(lines).encode()
    for more in ([], [8]):
        out, said = run([examples / "tick_to_forecast", model, *more], given)
        window = ["--window", 8] if more else []
        streamed = run([sluice, "stream", model, *window], given)[0].decode().splitlines()[1:]
        ours = out.decode().splitlines()
        expect(len(ours) == len(streamed) == 40, f"{len(ours)} answers, {len(streamed)} streamed")
        for a, b in zip(ours, streamed):
            expect(all(abs(float(x) - float(y)) < 1e-5 for x, y in zip(a.split(","), b.split(","))),
                   f"{a} against {b}")
        expect(re.search(r"^40 ticks, from tick to forecast [\d.]+ us", said), said)


def many_sensors(folder, make_model, sluice, examples):
    model, states = folder / "net.safetensors", folder / "states"
    run([make_model, model, 3, 20, 2, 2])
    command = [examples / "many_sensors", model, states]
    expect(re.search(rb"^\d+ rows of 1000 sensors", run(command)[0]), "first run")
    before = states.read_bytes()
    expect(run(command)[0].startswith(b"continuing with 1000 sensors"), "second run")
    expect(states.read_bytes() != before, "the states did not go on")
    states.write_bytes(before[:100])
    run(command, status=3)


def train_on_arrays(folder, make_model, sluice, examples):
    model = folder / "sum.safetensors"
    out, _ = run([examples / "train_on_arrays", model])
    before, after = (float(re.search(rb + rb": ([\d.]+)", out)[1]) for rb in (rb"before", rb"after"))
    expect(before > 0.15 and after < 0.01, out.decode())
    run([sluice, "verify", model])


def quick_start(folder, make_model, sluice, examples):
    """The README shows this program whole, and what it prints."""
    root = pathlib.Path(__file__).resolve().parents[2]
    readme = (root / "README.md").read_text(encoding="utf-8")
    expect((root / "examples" / "quick_start.cpp").read_text(encoding="utf-8") in readme,
           "README.md shows another quick_start.cpp")
    out = run([examples / "quick_start"])[0].decode()
    expect(all(f"    {line}\n" in readme for line in out.splitlines()), f"README.md shows other output than\n{out}")


def own_loss(folder, make_model, sluice, examples):
    losses = [float(value) for value in re.findall(rb"loss ([\d.]+)", run([examples / "own_loss"])[0])]
    expect(len(losses) == 6 and losses[-1] < 0.25 * losses[0], str(losses))


def main():
    make_model, sluice, examples = map(pathlib.Path, sys.argv[1:])
    for example in (audio_effect, tick_to_forecast, many_sensors, train_on_arrays, own_loss,
                    quick_start):
        with tempfile.TemporaryDirectory() as folder:
            example(pathlib.Path(folder), make_model, sluice, examples)
        print(f"ok      {example.__name__}")


main()
