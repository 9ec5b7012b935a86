#!/usr/bin/env python3
"""run.py MAKE_PAGE FOLDER: writes a page of each kind of fixture into the folder and opens it in a browser."""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
KINDS = ["full", "experiment", "bare", "large"]


def main():
    make_page, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    failed = []
    for kind in KINDS:
        data = subprocess.run([sys.executable, HERE / "fixture.py", kind], check=True, capture_output=True).stdout
        page = folder / f"{kind}.html"
        page.write_bytes(subprocess.run([make_page, kind], input=data, check=True, capture_output=True).stdout)
        print(f"== {kind}", flush=True)
        test = subprocess.run([sys.executable, HERE / "browser_test.py", page, "--screenshots", folder], check=False)
        failed += [kind] if test.returncode else []
    print(f"failed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
