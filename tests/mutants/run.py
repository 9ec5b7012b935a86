#!/usr/bin/env python3
"""Breaks a copy of the project on purpose, fault by fault, and expects the tests to see each.

    python3 tests/mutants/run.py [--only TEXT] [--jobs N] [--minutes M]

Copies the tree to build/mutants-src, builds the tests that faults.py names there with the preset
`mutants`, sees them pass, then plants each fault, rebuilds, runs its tests and puts the file back.
Prints a line per fault and `N faults, N caught, N survived`; exits 1 where one survived, stands not
exactly once in its file, or does not compile. With --minutes: as many as fit, beginning at another
one for each commit, and how many were left; that each fault's text stands once is checked of all.
Python's standard library only.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # nothing of a run is left beside the sources
import faults  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "mutants-src"
BUILD = COPY / "build" / "mutants"
TEST_SECONDS = 120  # many times what any of them needs: beyond it, the fault made a loop endless


def listed_files():
    """What git knows or would add."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT,
                           capture_output=True, check=True).stdout.decode().split("\0")
    return sorted({name for name in names if name and (ROOT / name).is_file()})


def copy_tree():
    """Makes the copy equal to the tree. Files that are equal keep their time, so that a second run
    compiles little."""
    names = listed_files()
    for path in COPY.rglob("*"):
        name = path.relative_to(COPY)
        if path.is_file() and name.parts[0] != "build" and str(name) not in names:
            path.unlink()
    for name in names:
        source, target = ROOT / name, COPY / name
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        shutil.copymode(source, target)


def run(command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          errors="replace", **options)


def build(programs, jobs):
    targets = [f"{program}_test" for program in programs]
    return run(["cmake", "--build", BUILD, "-j", jobs, "--target", *targets])


def program_path(name):
    found = sorted(BUILD.glob(f"tests/*/{name}_test"))
    if len(found) != 1:
        sys.exit(f"no test program {name}_test under {BUILD / 'tests'}")
    return found[0]


# Pairs of options, minutes of them: each fault must be seen by what is quicker.
LEFT_OUT = "-*GradientOfPairs*"


def passes(name):
    command = [program_path(name), "--gtest_brief=1", "--gtest_fail_fast", f"--gtest_filter={LEFT_OUT}"]
    try:
        return run(command, timeout=TEST_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def prepare(programs, jobs):
    """Configures and builds the copy as it is; its tests must pass."""
    configured = run(["cmake", "--preset", "mutants", "-DSLUICE_BUILD_CLI=OFF"], cwd=COPY)
    if configured.returncode != 0:
        sys.exit(configured.stdout + configured.stderr)
    built = build(programs, jobs)
    if built.returncode != 0:
        sys.exit(built.stdout + built.stderr)
    for name in programs:
        if not passes(name):
            sys.exit(f"{name}_test fails without any fault: nothing can be learnt from it")


def times_found(fault):
    path = COPY / fault.file
    return path.read_text().count(fault.old) if path.is_file() else 0


def turned(chosen):
    """The faults from another one on for each commit, in their order: those of a file together."""
    commit = run(["git", "rev-parse", "HEAD"], cwd=ROOT).stdout.strip()
    first = int(commit or "0", 16) % len(chosen)
    return chosen[first:] + chosen[:first]


def try_fault(fault, jobs):
    """'caught', or what is wrong."""
    if times_found(fault) != 1:
        return f"STALE: its text stands {times_found(fault)} times in {fault.file}"
    path = COPY / fault.file
    text = path.read_text()
    path.write_text(text.replace(fault.old, fault.new))
    try:
        built = build(fault.tests, jobs)
        if built.returncode != 0:
            errors = [line for line in (built.stdout + built.stderr).splitlines()
                      if "error:" in line]
            return "DOES NOT COMPILE: " + (errors[0] if errors else "see the build")
        blind = [name for name in fault.tests if passes(name)]
        return "SURVIVED in " + ", ".join(blind) if blind else "caught"
    finally:
        path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="only faults whose name or file holds this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--minutes", type=float, help="begin no fault after so many")
    options = parser.parse_args()
    chosen = [f for f in faults.FAULTS if options.only in f.name or options.only in f.file]
    if not chosen:
        sys.exit(f"no fault holds '{options.only}'")

    start = time.monotonic()
    copy_tree()
    programs = sorted({name for fault in chosen for name in fault.tests})
    prepare(programs, options.jobs)
    print(f"built {len(programs)} test programs in {time.monotonic() - start:.0f} s", flush=True)
    results = []
    if options.minutes is not None:
        stale = [fault for fault in chosen if times_found(fault) != 1]
        for fault in stale:
            print(f"{fault.file:36} {fault.name:50} STALE")
        if stale:
            return 1
        chosen = turned(chosen)
    for fault in chosen:
        if options.minutes is not None and time.monotonic() - start > 60 * options.minutes:
            break
        results.append(try_fault(fault, options.jobs))
        print(f"{fault.file:36} {fault.name:50} {results[-1]}", flush=True)
    caught = results.count("caught")
    survived = sum(result.startswith("SURVIVED") for result in results)
    print(f"{len(results)} faults, {caught} caught, {survived} survived "
          f"({time.monotonic() - start:.0f} s)"
          + (f"; {len(chosen) - len(results)} left for other runs" if len(results) < len(chosen) else ""))
    return 0 if results and caught == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
