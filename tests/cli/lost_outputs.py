#!/usr/bin/env python3
"""Ways to lose the terminal, the disk and the pipe: whatever is lost, the model of a training is there, or the
reason why it cannot be was said before the training. Standard library only.

    lost_outputs.py --sluice build/release/sluice [--only WORDS]
"""

import argparse
import datetime
import fcntl
import math
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time

OPTIONS = ["--target", "y", "--hidden", "8", "--batch", "40"]
SHORT = [*OPTIONS, "--epochs", "4"]
LONG = ["--target", "y", "--hidden", "128", "--epochs", "1000000", "--schedule", "constant"]
PATIENCE = 2.0  # seconds: 1 s on a quiet machine
CASES = []


def case(function):
    CASES.append(function)
    return function


class Failed(Exception):
    pass


def expect(holds, text):
    if not holds:
        raise Failed(text)


class Place:
    """A folder of its own with a series, and the program in it."""

    def __init__(self, sluice, path):
        self.sluice, self.path = sluice, path
        draw = random.Random(3)
        rows = (math.sin(t / 4) + draw.gauss(0, 0.2) for t in range(500))
        (path / "g.csv").write_text("y\n" + "".join(f"{value:.4f}\n" for value in rows))

    def run(self, *words, **how):
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
        return subprocess.run([self.sluice, *words], cwd=self.path, stdin=subprocess.DEVNULL, timeout=60, **how)

    def shell(self, line):
        """`sluice` in a line of bash; its status is that of the first program of a pipe."""
        return subprocess.run(["bash", "-c", f"sluice() {{ {self.sluice} \"$@\"; }}\n{line}\nexit ${{PIPESTATUS[0]}}"],
                              cwd=self.path, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def train(self, *words, **how):
        return self.run("train", "g.csv", *SHORT, "-o", "m.safetensors", *words, **how)

    def expect_model(self, name="m.safetensors"):
        expect((self.path / name).exists(), f"{name} is not there")
        expect(self.run("verify", name).returncode == 0, f"{name} does not load")
        left = [entry for entry in os.listdir(self.path) if ".tmp-" in entry]
        expect(not left, f"{left} are left")

    def status(self, done, wanted):
        expect(done.returncode == wanted, f"exit status {done.returncode}, expected {wanted}: {done.stderr}")


def full():
    return open("/dev/full", "wb", buffering=0)


@case
def standard_error_is_full(place):
    place.status(place.train(stderr=full()), 0)
    place.expect_model()


@case
def standard_output_is_full(place):
    done = place.train(stdout=full())
    place.status(done, 3)
    expect(b"standard output: cannot write" in done.stderr, "nothing is said of it")
    place.expect_model()


@case
def both_are_full(place):
    place.status(place.train(stdout=full(), stderr=full()), 3)
    place.expect_model()


@case
def standard_error_is_closed(place):
    place.status(place.shell(f"sluice train g.csv {' '.join(SHORT)} -o m.safetensors 2>&-"), 0)
    place.expect_model()


@case
def all_three_are_closed(place):
    place.status(place.shell(f"sluice train g.csv {' '.join(SHORT)} -o m.safetensors <&- >&- 2>&-"), 3)
    place.expect_model()


@case
def the_reader_of_the_progress_has_gone(place):
    done = place.shell(f"sluice train g.csv {' '.join(SHORT)} -o m.safetensors 2>&1 | true")
    place.status(done, 128 + signal.SIGPIPE)
    place.expect_model()


@case
def every_command_says_that_its_output_is_lost(place):
    place.train()
    for words in (["forecast", "m.safetensors", "g.csv"], ["info", "m.safetensors"], ["verify", "m.safetensors"],
                  ["evaluate", "m.safetensors", "g.csv"], ["train", "--help"], ["--version"]):
        done = place.run(*words, stdout=full())
        expect(done.returncode == 3, f"{words[0]}: exit status {done.returncode}")
        expect(b"standard output" in done.stderr, f"{words[0]}: {done.stderr}")


@case
def files_are_written_though_standard_output_is_lost(place):
    place.train()
    done = place.run("forecast", "m.safetensors", "g.csv", "-o", "f.csv", "--plot", "f.svg", stdout=full())
    place.status(done, 3)
    done = place.run("inspect", "m.safetensors", "g.csv", "-o", "r.html", stdout=full())
    place.status(done, 3)
    for name in ("f.csv", "f.svg", "r.html"):
        expect((place.path / name).exists(), f"{name} is not there")


def long_training(place, *words, output="m.safetensors", **how):
    """A training that only a signal ends, as soon as it has validated once."""
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    process = subprocess.Popen([place.sluice, "train", "g.csv", *LONG, "-o", output, *words],
                               cwd=place.path, stdin=subprocess.DEVNULL, **how)
    for line in process.stderr:
        if b"training step" in line:
            break
    return process


def end(process, number):
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout.decode(), stderr.decode()


@case
def each_signal_keeps_the_best_so_far_and_has_its_status(place):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        (place.path / "m.safetensors").unlink(missing_ok=True)
        status, stdout, _ = end(long_training(place), number)
        expect(status == 128 + number, f"{number.name}: exit status {status}")
        expect("the best so far" in stdout, stdout)
        place.expect_model()


@case
def a_cut_training_leaves_an_existing_model_as_it_was(place):
    place.train()
    before = (place.path / "m.safetensors").read_bytes()
    status, stdout, _ = end(long_training(place), signal.SIGINT)
    expect(status == 130 and "kept: m.safetensors unchanged" in stdout, f"exit status {status}: {stdout}")
    expect((place.path / "m.safetensors").read_bytes() == before, "it was replaced")
    status, stdout, _ = end(long_training(place, "--on-stop", "save"), signal.SIGINT)
    expect(status == 130 and "written: m.safetensors" in stdout, f"exit status {status}: {stdout}")
    expect((place.path / "m.safetensors").read_bytes() != before, "it was not replaced")
    place.expect_model()


@case
def a_diverged_training_leaves_an_existing_model_as_it_was(place):
    place.train()
    before = (place.path / "m.safetensors").read_bytes()
    place.status(place.run("train", "g.csv", *OPTIONS, "--epochs", "50", "--lr", "1e38", "-o", "m.safetensors"), 3)
    expect((place.path / "m.safetensors").read_bytes() == before, "it was replaced")


@case
def nohup_protects(place):
    ignore = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = long_training(place, preexec_fn=ignore)
    process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    expect(process.poll() is None, "SIGHUP ended it")
    expect(end(process, signal.SIGTERM)[0] == 143, "SIGTERM did not end it")
    place.expect_model()


@case
def a_shell_that_ignores_sigint_for_its_background_is_respected(place):
    process = long_training(place, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    expect(process.poll() is None, "SIGINT ended it")
    expect(end(process, signal.SIGTERM)[0] == 143, "SIGTERM did not end it")


@case
def the_terminal_vanishes(place):
    master, slave = os.openpty()
    process = subprocess.Popen([place.sluice, "train", "g.csv", *LONG, "-o", "m.safetensors"], cwd=place.path,
                               stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                               preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    os.close(slave)
    while b"training step" not in os.read(master, 4096):
        pass
    os.close(master)  # the kernel sends SIGHUP, and every write fails from now on
    expect(process.wait(timeout=60) == 128 + signal.SIGHUP, f"exit status {process.returncode}")
    place.expect_model()


@case
def a_time_limit_alone_was_asked_for(place):
    place.train()
    before = (place.path / "m.safetensors").read_bytes()
    place.status(place.run("train", "g.csv", *LONG, "--time-limit", "2", "-o", "m.safetensors"), 0)
    expect((place.path / "m.safetensors").read_bytes() != before, "the model was not replaced")
    place.expect_model()


@case
def at_any_moment_a_signal_and_a_time_limit_are_obeyed(place):
    rows = "".join(f"{math.sin(t / 12) + (t * 7919 % 101) / 101:.4f}\n" for t in range(60000))
    (place.path / "g.csv").write_text("y\n" + rows)
    words = ["train", "g.csv", "--target", "y", "--horizon", "24", "--on-stop", "save", "-o", "m.safetensors"]
    draw = random.Random(7)
    for _ in range(5):
        process = subprocess.Popen([place.sluice, *words], cwd=place.path, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        moment = draw.uniform(0.2, 3.0)
        time.sleep(moment)
        asked = time.monotonic()
        status, stdout, stderr = end(process, signal.SIGINT)
        waited = time.monotonic() - asked
        expect(waited < PATIENCE, f"after {moment:.2f} s it took {waited:.2f} s to end")
        # Killed where it still reads the data, or 130.
        expect(status in (130, -signal.SIGINT), f"after {moment:.2f} s exit status {status}: {stderr}")
        expect("written: m.safetensors" in stdout or "no model yet" in stderr or status < 0, stdout + stderr)
    limit = draw.uniform(0.3, 2.0)
    asked = time.monotonic()
    done = place.run(*words, "--time-limit", f"{limit:.2f}")
    waited = time.monotonic() - asked - limit
    expect(waited < PATIENCE, f"a limit of {limit:.2f} s was passed by {waited:.2f} s")
    expect(done.returncode in (0, 124), f"exit status {done.returncode}: {done.stderr}")


def refused_before(place, done, *texts):
    """Whether the reason was said before any training."""
    expect(done.returncode in (2, 3), f"exit status {done.returncode}")
    expect(b"training" not in done.stdout + done.stderr, "it was trained first")
    for text in texts:
        expect(text.encode() in done.stderr, f"'{text}' is not in {done.stderr}")


@case
def an_output_that_cannot_be_written_is_refused_before(place):
    (place.path / "folder").mkdir()
    (place.path / "circle").symlink_to("circle")
    for name in ("folder", "none/m.safetensors", "g.csv/m.safetensors", "circle"):
        refused_before(place, place.run("train", "g.csv", *SHORT, "-o", name), name)


@case
def a_folder_that_may_not_be_written_to_is_refused_before(place):
    def become_nobody():
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
    (place.path / "closed").mkdir()
    (place.path / "closed").chmod(0o555)
    place.path.chmod(0o755)
    reads = subprocess.run([place.sluice, "--version"], preexec_fn=become_nobody, capture_output=True, check=False)
    if reads.returncode == 0:
        done = place.run("train", "g.csv", *SHORT, "-o", "closed/m.safetensors", preexec_fn=become_nobody)
        refused_before(place, done, "closed/m.safetensors")


@case
def a_limit_on_the_size_of_files_is_told_before(place):
    done = place.train(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048)))
    refused_before(place, done, "File too large")
    expect(not (place.path / "m.safetensors").exists(), "a file was left")


@case
def a_folder_that_goes_during_the_training_does_not_take_the_model_along(place):
    (place.path / "out").mkdir()
    (place.path / "refuge").mkdir()
    process = long_training(place, output="out/lost.safetensors",
                            env={**os.environ, "TMPDIR": str(place.path / "refuge")})
    (place.path / "out").rmdir()
    status, _, stderr = end(process, signal.SIGTERM)
    expect(status == 3 and "refuge/lost.safetensors" in stderr, f"exit status {status}: {stderr}")
    place.expect_model("refuge/lost.safetensors")


@case
def an_input_is_never_overwritten(place):
    place.train()
    (place.path / "link.csv").symlink_to("g.csv")
    os.link(place.path / "g.csv", place.path / "hard.csv")
    inputs = {name: (place.path / name).read_bytes() for name in ("g.csv", "m.safetensors")}
    for words in (["train", "g.csv", *SHORT, "-o", "g.csv"], ["train", "g.csv", *SHORT, "-o", "./link.csv"],
                  ["train", "g.csv", *SHORT, "-o", "hard.csv"],
                  ["forecast", "m.safetensors", "g.csv", "-o", "m.safetensors"],
                  ["forecast", "m.safetensors", "g.csv", "-o", "f.csv", "--plot", "hard.csv"],
                  ["forecast", "m.safetensors", "g.csv", "-o", "f.csv", "--plot", "./f.csv"],
                  ["inspect", "m.safetensors", "g.csv", "-o", "m.safetensors"],
                  ["inspect", "m.safetensors", "g.csv", "-o", "r", "--trace", "r"],
                  ["evaluate", "m.safetensors", "g.csv", "--json", "g.csv"],
                  ["convert", "m.safetensors", "m.safetensors", "--weights", "f16"],
                  ["run", "m.safetensors", "--input", "g.csv", "--output", "g.csv"],
                  ["run", "m.safetensors", "--input", "g.csv", "--output", "y.npy", "--output-h", "y.npy"],
                  ["stream", "m.safetensors", "--state", "m.safetensors"],
                  ["stream", "m.safetensors", "--warm", "g.csv", "--state", "link.csv"],
                  ["bench", "m.safetensors", "--json", "m.safetensors"]):
        done = place.run(*words)
        expect(done.returncode == 2, f"{words}: exit status {done.returncode}")
        expect(b"the same file as" in done.stderr, f"{words}: {done.stderr}")
        for name, content in inputs.items():
            expect((place.path / name).read_bytes() == content, f"{words} changed {name}")
    place.status(place.run("forecast", "m.safetensors", "g.csv", "-o", "/dev/null", "--plot", "/dev/null"), 0)


@case
def what_killed_runs_left_is_cleared_by_the_next(place):
    gone = subprocess.Popen(["true"])
    gone.wait()
    left = place.path / f"m.safetensors.tmp-{gone.pid}-0"
    left.write_text("half")
    mine = place.path / f"m.safetensors.tmp-{os.getpid()}-0"
    mine.write_text("being written")
    other = place.path / "m.safetensors.tmp-of-mine"
    other.write_text("not ours")
    place.status(place.train(), 0)
    expect(not left.exists(), "it is still there")
    expect(mine.exists() and other.exists(), "more than that was removed")


@case
def a_killed_stream_goes_on_near_its_end(place):
    start = datetime.datetime(2024, 1, 1)
    row = lambda t: f"{start + datetime.timedelta(hours=t)},{math.sin(t / 4):.4f}\n"
    (place.path / "g.csv").write_text("time,y\n" + "".join(map(row, range(500))))
    place.status(place.run("train", "g.csv", "--target", "y", "--hidden", "0", "-o", "m.safetensors"), 0)
    stream = [place.sluice, "stream", "m.safetensors", "--state", "s.bin", "--state-every", "100"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(stream, cwd=place.path, **pipes)
    process.stdin.write(("time,y\n" + "".join(map(row, range(250)))).encode())
    process.stdin.flush()
    for _ in range(251):
        process.stdout.readline()
    process.kill()
    process.communicate()
    more = ("time,y\n" + "".join(map(row, range(203, 210)))).encode()
    done = subprocess.run(stream, cwd=place.path, input=more, capture_output=True, timeout=60)
    place.status(done, 0)
    expect(f"after the row of {start + datetime.timedelta(hours=199):%Y-%m-%d %H:%M}".encode() in done.stderr, done.stderr)
    expect(b"3 rows are missing" in done.stderr, done.stderr)


@case
def a_row_far_ahead_is_refused_and_the_state_stays(place):
    (place.path / "g.csv").write_text("time,y\n" + "".join(
        f"2024-01-{1 + t // 24:02} {t % 24:02}:00,{math.sin(t / 4):.4f}\n" for t in range(700)))
    place.status(place.run("train", "g.csv", "--target", "y", "--hidden", "0", "-o", "m.safetensors"), 0)
    stream = [place.sluice, "stream", "m.safetensors", "--state", "s.bin"]
    rows = b"time,y\n2024-02-01 00:00,1\n2034-02-01 00:00,1\n"
    done = subprocess.run(stream, cwd=place.path, input=rows, capture_output=True, timeout=60)
    place.status(done, 3)
    expect(b"gap" in done.stderr and b"87671" in done.stderr and b"missing rows at most" in done.stderr, done.stderr)
    done = subprocess.run(stream, cwd=place.path, input=b"time,y\n2024-02-01 01:00,1\n", capture_output=True,
                          timeout=60)
    place.status(done, 0)


@case
def a_model_that_nobody_could_load_is_not_written(place):
    place.train()
    before = (place.path / "m.safetensors").read_bytes()
    lines = (place.path / "g.csv").read_text().split()
    wide = ["y,x"] + [f"{y},{n % 5}" for n, y in enumerate(lines[1:])]
    for row in (100, 480):
        spoilt = list(wide)
        spoilt[row] = f"{lines[row]},{sys.float_info.max!r}"
        (place.path / "wide.csv").write_text("\n".join(spoilt) + "\n")
        done = place.run("train", "wide.csv", *SHORT, "-o", "m.safetensors")
        place.status(done, 3)
        expect(b"column 'x'" in done.stderr and f"wide.csv:{row + 1}".encode() in done.stderr, done.stderr)
        expect((place.path / "m.safetensors").read_bytes() == before, "the good model was replaced")


@case
def names_that_are_no_text_are_no_internal_error(place):
    odd = os.fsencode(place.path) + b"/\xff\xfe.csv"
    shutil.copy(place.path / "g.csv", odd)
    place.status(place.run("train", odd, *SHORT, "-o", b"\xff.safetensors"), 0)
    for words in (["info", b"\xff.safetensors"], ["info", b"\xff.safetensors", "--json"],
                  ["forecast", b"\xff.safetensors", odd, "--plot", b"\xfe.svg"],
                  ["inspect", b"\xff.safetensors", odd, "-o", b"\xfe.html"],
                  ["inspect", b"\xff.safetensors", odd, "--trace", b"\xfe.safetensors"]):
        place.status(place.run(*words), 0)
    expect(place.run("evaluate", b"\xff.safetensors", odd, "--json", b"\xfe.json").returncode in (0, 1), "evaluate")


@case
def nothing_from_a_model_file_commands_the_terminal(place):
    rows = (place.path / "g.csv").read_text().split()
    names = "y\033[2J\x07\x7f\u009b1m"
    (place.path / "g.csv").write_text("\n".join([names, *rows[1:]]) + "\n")
    words = [names if word == "y" else word for word in SHORT]
    trained = place.run("train", "g.csv", *words, "-o", "m.safetensors")
    place.status(trained, 0)
    runs = [trained] + [place.run(*command) for command in (
        ["info", "m.safetensors"], ["forecast", "m.safetensors", "g.csv"], ["evaluate", "m.safetensors", "g.csv"],
        ["inspect", "m.safetensors", "g.csv"], ["forecast", "m.safetensors", "none.csv"],
        ["train", "g.csv", "--target", "z\033", "-o", "n.safetensors"])]
    for done in runs:
        for sign in (b"\x1b", b"\x07", b"\x7f", "\u009b".encode()):
            expect(sign not in done.stdout + done.stderr, f"{done.args[1]}: {done.stdout}")


@case
def options_that_are_no_numbers_are_refused(place):
    for words in (["--time-limit", "nan"], ["--time-limit", "inf"], ["--lr", "nan"], ["--dropout", "nan"],
                  ["--quantiles", "nan"], ["--cell", "zoneout-c=nan"]):
        place.status(place.train(*words), 2)
    place.status(place.run("bench", "--shape", "2,3,1", "--seconds", "nan"), 2)


@case
def a_replaced_file_keeps_its_owner_and_mode(place):
    place.train()
    path = place.path / "m.safetensors"
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    before = path.stat()
    place.train("--seed", "2")
    after = path.stat()
    expect(before.st_ino != after.st_ino, "it was not replaced")
    expect((before.st_uid, before.st_gid, before.st_mode) == (after.st_uid, after.st_gid, after.st_mode),
           f"{before} became {after}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sluice", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    failures = 0
    chosen = [one for one in CASES if options.only in one.__name__.replace("_", " ")]
    for one in chosen:
        name = one.__name__.replace("_", " ")
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="sluice-lost-") as root:
            try:
                one(Place(str(pathlib.Path(options.sluice).resolve()), pathlib.Path(root)))
                print(f"ok      {name} ({time.monotonic() - started:.1f} s)", flush=True)
            except (Failed, OSError, subprocess.SubprocessError) as failure:
                failures += 1
                print(f"FAILED  {name}\n  {failure}", flush=True)
    print(f"{len(chosen) - failures} of {len(chosen)} as expected")
    sys.exit(1 if failures or not chosen else 0)


if __name__ == "__main__":
    main()
