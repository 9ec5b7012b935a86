"""Worker processes and what is asked of them: start, rounds, the FMA peak, the end; and whether
they compute the same. The protocol is in bench/README.md.
"""
import itertools
import json
import os
import subprocess

import numpy as np

LOSS_TOLERANCE = 1e-5  # relative, of the first step
UPDATED_LOSS_TOLERANCE = 2e-6  # so small that it sees gradients that are added to old ones
GRADIENT_TOLERANCE = 2e-4  # of the tensor's largest value


class Disagreement(Exception):
    pass


class Worker:
    def __init__(self, name, command, folder, threads):
        self.name = name
        # glibc keeps freed memory: otherwise who allocates in every step is timed at page faults.
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MALLOC_MMAP_MAX_="0",
                           MALLOC_TRIM_THRESHOLD_=str(1 << 40))
        self.process = subprocess.Popen([*command, str(folder), str(threads)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=environment)
        self.about = json.loads(self._line())
        if self._line() != "ready":
            raise RuntimeError(f"{name}: expected the line 'ready'")

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self._line())

    def round(self, steps):
        """{"ms": of each step, "loss": before each update}"""
        return self.ask(f"round {steps}")

    def quit(self):
        """The peak of its memory, MB."""
        peak = self.ask("quit")["peak_rss_mb"]
        self.process.wait()
        return peak

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name}: ended with status {self.process.wait()}")
        return line.strip()


def check_losses(losses, tolerance, when):
    """`losses`: by worker, of the same steps. Answers the largest relative difference."""
    worst = 0.0
    for (one, a), (other, b) in itertools.combinations(losses.items(), 2):
        difference = float(np.max(np.abs(np.subtract(a, b)) / np.abs(a)))
        if not difference <= tolerance:
            raise Disagreement(f"{when}: losses of {one} and {other} differ: {a} and {b}")
        worst = max(worst, difference)
    return worst


def check_first_step(folder, workers, parameters):
    """Compares what the workers wrote. Answers the largest differences, relative."""
    losses = {w.name: [float((folder / f"{w.name}.loss.txt").read_text())] for w in workers}
    worst = {"loss": check_losses(losses, LOSS_TOLERANCE, "first step"), "gradient": 0.0}
    for parameter, (one, other) in itertools.product(parameters,
                                                     itertools.combinations(workers, 2)):
        a, b = (np.load(folder / f"{w.name}.{parameter}.npy") for w in (one, other))
        if a.shape != b.shape:
            raise Disagreement(f"{parameter}: {one.name} has {a.shape}, {other.name} {b.shape}")
        difference = float(np.max(np.abs(a - b)) / np.max(np.abs(a)))
        if not difference <= GRADIENT_TOLERANCE:
            raise Disagreement(f"{parameter}: gradients of {one.name} and {other.name} differ by "
                               f"{difference:.1e} of the largest value")
        worst["gradient"] = max(worst["gradient"], difference)
    return worst
