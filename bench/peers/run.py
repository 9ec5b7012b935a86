#!/usr/bin/env python3
"""Times a training step of Sluice and of its peers in turn, A B C A B C, and prints one table.

    python bench/peers/run.py --shapes T7,T1 --threads 1,2 --rounds 5 --json OUT

Needs numpy, and torch for the peer pytorch. Losses and gradients are compared first: where they
differ, nothing is timed and the status is 1. How, and what is fair in it: bench/README.md.
"""
import argparse
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing of a run is left beside the sources
sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1]))
import cases  # noqa: E402
import report  # noqa: E402
import workers  # noqa: E402
from shapes import SHAPES, flop_per_step  # noqa: E402

BUILD = report.ROOT / "build" / "bench" / "bench"
WARM_UP_STEPS = 3
PAUSE = 0.05  # seconds until the threads of the worker before have stopped spinning


def arguments():
    def words(text):
        return text.split(",")

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shapes", type=words, default=["T7"],
                        help="of " + ", ".join(SHAPES) + "; or all")
    parser.add_argument("--threads", type=words, default=["1"])
    parser.add_argument("--peers", type=words, default=["pytorch", "onednn"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0,
                        help="of each worker in each round, at least one step")
    parser.add_argument("--json", type=pathlib.Path, help="where to write the record")
    parser.add_argument("--sluice", default=str(BUILD / "bench_sluice_worker"), help="the worker")
    parser.add_argument("--onednn", default=str(BUILD / "bench_onednn_worker"), help="the worker")
    parser.add_argument("--python", default=sys.executable, help="the one that has torch")
    given = parser.parse_args()
    if given.shapes == ["all"]:
        given.shapes = [name for name in SHAPES if name != "tiny"]
    for name in given.shapes:
        if name not in SHAPES:
            parser.error(f"there is no shape {name!r}")
    for name in given.peers:
        if name not in ("pytorch", "onednn"):
            parser.error(f"there is no peer {name!r}")
    return given


def commands(given):
    here = pathlib.Path(__file__).resolve().parent
    every = {"sluice": [given.sluice], "onednn": [given.onednn],
             "pytorch": [given.python, str(here / "pytorch_worker.py")]}
    return {name: every[name] for name in ["sluice", *given.peers]}


def warm_up(running):
    """A round that is not counted, of the same steps for all, whose losses must agree: they do only
    where the updates of the weights do. Answers the quickest step's ms, by worker."""
    rounds = {worker.name: worker.round(WARM_UP_STEPS) for worker in running}
    difference = workers.check_losses({name: r["loss"] for name, r in rounds.items()},
                                      workers.UPDATED_LOSS_TOLERANCE, "warm-up")
    return {name: min(r["ms"]) for name, r in rounds.items()}, difference


def timed_rounds(running, quickest, given):
    """By worker the ms of every step, by round; and the FMA peaks between the rounds."""
    ms, peaks = {worker.name: [] for worker in running}, []
    for _ in range(given.rounds):
        for worker in running:
            time.sleep(PAUSE)
            steps = max(1, round(given.seconds * 1e3 / quickest[worker.name]))
            ms[worker.name].append(worker.round(steps)["ms"])
        time.sleep(PAUSE)
        peaks.append(running[0].ask("peak")["fma_peak_gflops"])
    return ms, peaks


def measure(name, threads, folder, given):
    """One line of the table."""
    shape, running = SHAPES[name], []
    try:
        for worker, command in commands(given).items():
            running.append(workers.Worker(worker, command, folder, threads))
        differences = workers.check_first_step(folder, running, cases.parameter_names(shape))
        quickest, differences["loss_after_updates"] = warm_up(running)
        ms, peaks = timed_rounds(running, quickest, given)
        memory = {worker.name: worker.quit() for worker in running}
    finally:
        for worker in running:
            worker.stop()
    median = {worker: statistics.median(sum(rounds, [])) for worker, rounds in ms.items()}
    gflops = flop_per_step(shape) / median["sluice"] * 1e-6
    peak = statistics.median(p[str(threads)] for p in peaks)
    return {"shape": name, **shape._asdict(), "threads": threads,
            "flop": flop_per_step(shape), "median_ms": median, "gflops": gflops,
            "fma_peak_gflops": peak, "share_of_peak": gflops / peak,
            "ratio": {peer: median[peer] / median["sluice"] for peer in given.peers},
            "peak_rss_mb": memory, "differences": differences,
            "workers": {worker.name: worker.about for worker in running},
            "load": os.getloadavg()[0], "ms": ms, "fma_peaks": peaks}


def main():
    given = arguments()
    results = []
    for name in given.shapes:
        for threads in map(int, given.threads):
            with tempfile.TemporaryDirectory() as folder:
                cases.write_case(pathlib.Path(folder), SHAPES[name])
                results.append(measure(name, threads, pathlib.Path(folder), given))
            print(f"{name}, {threads} threads: largest differences",
                  ", ".join(f"{k} {v:.1e}" for k, v in results[-1]["differences"].items()),
                  file=sys.stderr)
            for worker, about in results[-1]["workers"].items():
                if about["threads"] != threads:
                    print(f"{worker} runs on {about['threads']} threads", file=sys.stderr)
    print(report.table(results))
    for worker, about in results[-1]["workers"].items():
        print(f"{worker}: " + ", ".join(f"{key} {value}" for key, value in about.items()))
    if given.json:
        record = {"machine": report.machine(), "commit": report.commit(), "results": results}
        given.json.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, OSError, workers.Disagreement) as error:
        sys.exit(f"run.py: {error}")
