#!/usr/bin/env python3
"""vocabulary.py ROOT: fails where a phrase stands that a reader has to read twice, and says what to write.

Reads comments, messages and pages alike. The list is short on purpose: phrases that are never right here.
"""

import pathlib
import re
import sys

FOLDERS = ["include", "src", "cli", "docs", "examples", "bench", "tests"]
PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
SUFFIXES = {".cpp", ".hpp", ".h", ".md", ".py", ".js"}
PHRASES = {
    r"\bway back\b": "backward pass",
    r"\b[Ww]hoever\b": "name who: the caller, the thread",
    r"\bits door\b": "its entry point",
    r"\bhas a say\b": "what it decides",
    r"\bof no consequence\b": "what it is for: a dummy, discarded",
    r"\bhangs on it\b": "depends on it",
    r"\bpass(es)? it by\b": "passes through unchanged",
    r"\bcame to nothing\b": "failed",
    r"\bthe midst of\b": "during",
}


def files(root):
    for page in PAGES:
        if (root / page).exists():
            yield root / page
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                yield path


def faults(root):
    own = pathlib.Path(__file__).parent.resolve()
    for path in files(root):
        if path.resolve().parent == own:
            continue
        # A phrase may run over the end of a line of a comment.
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, 1):
            following = re.sub(r"^\s*(///?|#|\*)?\s*", " ", lines[number]) if number < len(lines) else ""
            for phrase, instead in PHRASES.items():
                match = re.search(phrase, line + following)
                if match and match.start() < len(line):
                    yield f'{path.relative_to(root)}:{number}: "{match.group(0)}": write {instead}'


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "no phrase of the list")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
