"""The table of a run, and what the record says of the machine and the commit."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def header(names):
    peers = names[1:]
    return ["shape", "threads", *(f"{n} ms" for n in names), "GFLOP/s", "of FMA peak",
            *(f"{n} / {names[0]}" for n in peers), *(f"{n} MB" for n in names)]


def row(result):
    ms, names = result["median_ms"], list(result["median_ms"])
    return [result["shape"], str(result["threads"]), *(f"{ms[n]:.2f}" for n in names),
            f"{result['gflops']:.1f}", f"{100 * result['share_of_peak']:.0f} %",
            *(f"{result['ratio'][n]:.2f}" for n in names[1:]),
            *(f"{result['peak_rss_mb'][n]:.0f}" for n in names)]


def table(results):
    lines = [header(list(results[0]["median_ms"])), *map(row, results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    padded = [[text.rjust(width) for text, width in zip(line, widths)] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in padded)


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    return {"cpu": models[0] if models else "unknown", "cores": len(os.sched_getaffinity(0)),
            "system": " ".join(os.uname()[i] for i in (0, 2, 4)),
            "omp_wait_policy": os.environ.get("OMP_WAIT_POLICY", "")}


def commit():
    """Of the tree that this file is in; "-dirty" where something in it is changed."""
    described = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=ROOT,
                               capture_output=True, text=True, check=False)
    return described.stdout.strip() or "unknown"
