#!/usr/bin/env bash
# Runs the published vectors and prints their table alone: case, largest errors, tolerance.
# usage: tests/vectors/run.sh [PROGRAM]     PROGRAM: default build/release/tests/vectors/vectors_test
# Exit status: that of the tests.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
program=${1:-$root/build/release/tests/vectors/vectors_test}
if [ ! -x "$program" ]; then
  echo "$program: not built; expected the tests of the release preset (run ./test.sh)" >&2
  exit 2
fi
"$program" --gtest_brief=1 | grep '^|'
exit "${PIPESTATUS[0]}"
