#!/usr/bin/env python3
"""browser_test.py REPORT.html [--screenshots DIR]: opens a report in chromium and holds what it shows to its own data.

Works on any report; checks of optional parts are made where the report has them. Needs Debian's chromium,
chromium-driver and python3-selenium. Ends with 1 where a check fails.
"""
import argparse
import pathlib
import sys
import traceback

from browser import Page
from checks_data import DATA_CHECKS
from checks_page import PAGE_CHECKS
from checks_parts import PART_CHECKS
from report_data import Report


def sentence(check):
    return check.__name__.replace("_", " ")


def run(checks, page, report):
    failed = 0
    for check in checks:
        try:
            outcome = "ok" if check(page, report) is not False else "not in this report"
        except Exception:  # an element that is missing is a failure like any other
            failed += 1
            outcome = "FAILED\n" + traceback.format_exc(limit=-3)
        print(f"  {sentence(check)}: {outcome}", flush=True)
    return failed


def screenshots(page, folder, name):
    folder.mkdir(parents=True, exist_ok=True)
    page.run("if (sluice.state.theme !== 'light') document.getElementById('theme').click();")
    for theme in ("light", "dark"):
        page.screenshot(folder / f"{name}_{theme}.png")
        page.run("document.getElementById('theme').click();")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path)
    options = parser.parse_args()
    report = Report(options.report)
    page = Page(options.report)
    try:
        failed = run(PAGE_CHECKS + DATA_CHECKS + PART_CHECKS, page, report)
        if options.screenshots:
            screenshots(page, options.screenshots, options.report.stem)
    finally:
        page.close()
    print(f"{options.report.name}: {failed or 'none'} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
