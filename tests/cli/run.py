#!/usr/bin/env python3
"""Runs tables of command lines: what is run, and what must come of it. Standard library only.

    run.py --sluice build/release/sluice bad_data.test [more.test ..] [--only WORDS]

A table is plain text, read line by line; a line that starts with # is a comment.

    given                   what stands below is done once, and each test gets a copy of its files
    test NAME               a test, in a folder of its own
    file PATH               the lines below, up to a line ----, become the file
    make KIND PATH ARG..    a file that make.py makes
    $ sluice ARG..          runs the program; DATA/ stands for the project's data folder
    feed PATH BYTES         the next command reads PATH as a pipe: a header and one line of so many bytes
    input PATH              the next command reads the file as its standard input, as through a pipe
    held PATH               the same, but no end comes behind it
    isa NAME                the next command uses that instruction set (SLUICE_ISA)
    output PATH             what the next command writes to its standard output becomes the file
    interrupt REGEX         the next command gets SIGINT as soon as its output matches
    kill TIMES PATH         the next command is killed so often at various moments; each time PATH
                            must be what it was before or what the command makes of it

and of the last command:

    exit N                  its exit status
    stdout|stderr has TEXT  its output holds the text; `lacks` is the opposite
    stdout|stderr like RE   its output matches, as Python's re.search with MULTILINE
    stderr one line         it is one line, begins with `sluice: `, and has a hint or an expectation
    within SECONDS          it took no longer
    holds PATH TEXT         the file holds the text; `lacks` is the opposite
    there PATH, gone PATH   the file exists; it does not
    same A B, differs A B   two files hold the same bytes; they do not
    check KIND PATH ARG..   a check that make.py knows

A refused command leaves no file behind that was not there before: always checked where it exits with 2 or 3,
but for the one that a line `keeps PATH` before it allows.
"""

import argparse
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import make

ROOT = pathlib.Path(__file__).resolve().parents[2]
LONGEST = 200  # seconds that a command may take


class Failed(Exception):
    pass


class Run:
    """A command that has ended."""

    def __init__(self, command):
        self.command, self.status, self.seconds = command, None, 0.0
        self.stdout = self.stderr = ""


def expect(holds, text):
    if not holds:
        raise Failed(text)


class Folder:
    """One test's folder and the commands that are run in it."""

    def __init__(self, sluice, path):
        self.sluice, self.path = sluice, path
        self.last = self.kept = None
        self.forget()

    def forget(self):
        """What was said of the next command alone."""
        self.feed = self.pattern = self.kills = self.input = self.output = None
        self.held, self.isa = False, None

    def words(self, line):
        words = shlex.split(line)
        expect(words[:1] == ["sluice"], "a command begins with sluice")
        return [self.sluice] + [word.replace("DATA/", f"{ROOT}/data/") for word in words[1:]]

    def files(self):
        return {str(p.relative_to(self.path)) for p in self.path.rglob("*")}

    def start(self, words):
        given = subprocess.DEVNULL if self.input is None else subprocess.PIPE
        variables = {**os.environ, "SLUICE_ISA": self.isa} if self.isa else None
        return subprocess.Popen(words, cwd=self.path, stdin=given, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=variables)

    def pour_input(self, process):
        try:
            process.stdin.write(self.input)
            process.stdin.flush()
            if not self.held:
                process.stdin.close()
        except BrokenPipeError:
            pass

    def run(self, line):
        words = self.words(line)
        self.last = Run(line)
        if self.kills:
            self.run_killed(words)
        before = self.files()
        started = time.monotonic()
        process = self.start(words)
        if self.input is not None:
            threading.Thread(target=self.pour_input, args=(process,), daemon=True).start()
        if self.feed:
            threading.Thread(target=make.pour, args=self.feed, daemon=True).start()
        guard = threading.Timer(LONGEST, process.kill)
        guard.start()
        read = self.interrupt(process) if self.pattern else b""
        errors = []
        reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
        reader.start()
        stdout = (read if self.held else b"") + process.stdout.read()
        process.wait()
        reader.join()
        guard.cancel()
        self.last.seconds = time.monotonic() - started
        self.last.stdout = stdout.decode(errors="replace")
        self.last.stderr = ((b"" if self.held else read) + errors[0]).decode(errors="replace")
        self.last.status = process.returncode
        if self.output:
            (self.path / self.output).write_bytes(stdout)
        self.forget()
        if process.returncode in (2, 3):
            left = self.files() - before - {self.kept}
            self.kept = None
            expect(not left, f"a refused command left {sorted(left)} behind")

    def interrupt(self, process):
        """Answers what it has read: of its standard error or, with input that is held, of its output."""
        read = b""
        for line in process.stdout if self.held else process.stderr:
            read += line
            if re.search(self.pattern, line.decode(errors="replace")):
                process.send_signal(signal.SIGINT)
                break
        return read

    def run_killed(self, words):
        times, name = self.kills
        path = self.path / name
        old = path.read_bytes() if path.exists() else None
        started = time.monotonic()
        self.start(words).communicate()
        duration = time.monotonic() - started
        new = path.read_bytes()
        expect(new != old, "the command does not change the file")
        whole = {old: 0, new: 0}
        for attempt in range(times):
            if old is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(old)
            before = set(os.listdir(self.path))
            process = self.start(words)
            # Half of them as soon as a file appears or changes: during the saving.
            delay = duration * 1.2 * attempt / times
            while process.poll() is None and time.monotonic() < started + LONGEST:
                if attempt % 2 and set(os.listdir(self.path)) != before:
                    break
                if not attempt % 2:
                    time.sleep(delay)
                    break
            process.kill()
            process.communicate()
            found = path.read_bytes() if path.exists() else None
            expect(found in whole, f"killed, the command left {name} neither old nor new")
            whole[found] += 1
            for left in set(os.listdir(self.path)) - before - {name}:
                (self.path / left).unlink()
        print(f"        killed {times} times: {whole[old]} times old, {whole[new]} times new")
        expect(whole[old] > 0, "killed too late each time to tell")

    def judge(self, word, rest):
        """One expectation of the last command."""
        run = self.last
        first, _, second = rest.partition(" ")
        text = getattr(run, word, None) if word in ("stdout", "stderr") else None
        if word == "exit":
            expect(run.status == int(rest), f"exit status {run.status}, expected {rest}")
        elif text is not None and first == "has":
            expect(second in text, f"{word} does not have '{second}'")
        elif text is not None and first == "lacks":
            expect(second not in text, f"{word} has '{second}'")
        elif text is not None and first == "like":
            expect(re.search(second, text, re.MULTILINE), f"{word} is not like '{second}'")
        elif word == "stderr" and rest == "one line":
            expect(text.count("\n") == 1 and text.startswith("sluice: "), "stderr is not one line of ours")
            expect("(" in text or "expected" in text, "stderr says neither what to do nor what was expected")
        elif word == "within":
            expect(run.seconds <= float(rest), f"took {run.seconds:.1f} s")
        elif word in ("holds", "lacks"):
            content = (self.path / first).read_text(errors="replace")
            expect((second in content) == (word == "holds"), f"{first} {word} not '{second}'")
        elif word in ("there", "gone"):
            expect((self.path / rest).exists() == (word == "there"), f"{rest} is not {word}")
        elif word in ("same", "differs"):
            equal = (self.path / first).read_bytes() == (self.path / second).read_bytes()
            expect(equal == (word == "same"), f"{rest}: not {word}")
        elif word == "check":
            arguments = shlex.split(rest)
            expect(arguments[0] in make.CHECKS, f"no check '{arguments[0]}'")
            wrong = make.CHECKS[arguments[0]](self.path / arguments[1], *arguments[2:])
            expect(not wrong, f"{arguments[1]}: {wrong}")
        else:
            raise Failed(f"unknown line '{word} {rest}'")

    def step(self, lines):
        """Takes one line, and those that belong to it, off the front."""
        line = lines.pop(0)
        word, _, rest = line.partition(" ")
        if word == "file":
            end = lines.index("----")
            (self.path / rest).write_text("".join(text + "\n" for text in lines[:end]))
            del lines[:end + 1]
        elif word == "make":
            kind, name, *arguments = shlex.split(rest)
            make.KINDS[kind](self.path / name, *arguments)
        elif word == "$":
            self.run(rest)
        elif word == "feed":
            name, size = rest.split()
            os.mkfifo(self.path / name)
            self.feed = (self.path / name, int(size))
        elif word == "isa":
            self.isa = rest
        elif word in ("input", "held"):
            self.input, self.held = (self.path / rest).read_bytes(), word == "held"
        elif word == "output":
            self.output = rest
        elif word == "interrupt":
            self.pattern = rest
        elif word == "keeps":
            self.kept = rest
        elif word == "kill":
            times, name = rest.split()
            self.kills = (int(times), name)
        else:
            self.judge(word, rest)


def sections(path):
    """[(name, [(line number, line)])]; the name of `given` is None."""
    found = []
    inside_file = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not inside_file and (line.startswith("#") or not line.strip()):
            continue
        if not inside_file and (line == "given" or line.startswith("test ")):
            found.append((None if line == "given" else line[5:], []))
            continue
        if line.startswith("file "):
            inside_file = True
        if line == "----":
            inside_file = False
        found[-1][1].append((number, line))
    return found


def play(folder, section, path):
    lines = [line for _, line in section]
    while lines:
        number = section[len(section) - len(lines)][0]
        try:
            folder.step(lines)
        except (Failed, OSError, ValueError, KeyError) as failure:
            run = folder.last
            said = "" if run is None else (f"\n    $ {run.command}\n    exit {run.status}\n    stdout: "
                                           f"{run.stdout[:1500]}\n    stderr: {run.stderr[-1500:]}")
            raise Failed(f"{path.name}:{number}: {failure}{said}") from None


def run_table(path, sluice, only):
    failures = count = 0
    with tempfile.TemporaryDirectory(prefix="sluice-cli-") as root:
        given = pathlib.Path(root) / "given"
        given.mkdir()
        for name, section in sections(path):
            if name is None:
                play(Folder(sluice, given), section, path)
                continue
            if only and only not in name:
                continue
            count += 1
            place = pathlib.Path(root) / str(count)
            shutil.copytree(given, place)
            try:
                play(Folder(sluice, place), section, path)
                print(f"ok      {name}", flush=True)
            except Failed as failure:
                failures += 1
                print(f"FAILED  {name}\n  {failure}", flush=True)
            shutil.rmtree(place)
    print(f"{path.name}: {count - failures} of {count} as expected")
    return failures if count else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sluice", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("tables", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    sluice = str(pathlib.Path(options.sluice).resolve())
    failures = [run_table(table, sluice, options.only) for table in options.tables]
    sys.exit(1 if any(failures) else 0)


if __name__ == "__main__":
    main()
