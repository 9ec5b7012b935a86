#!/usr/bin/env bash
# Installs what is missing, builds, tests, and ends with one line: N passed, N failed, N skipped.
#   ./test.sh          every test
#   ./test.sh --fast   the unit tests alone: under three minutes once it is built
#   ./test.sh --full   every test, again under sanitizers, format, tidy, mutants, ARM, Python, browser: what CI runs.
#                      Shares of the longest parts take turns by the number of commits.
set -uo pipefail
cd "$(dirname "$0")"
source scripts/setup.sh

passed=0 failed=0 skipped=0
turn=$(git rev-list --count HEAD)
report=()

note() {  # NAME OUTCOME START
  report+=("$(printf '%5d s  %-7s %s' $((SECONDS - $3)) "$2" "$1")")
  echo "-- $1: $2, $((SECONDS - $3)) s"
}

finish() {
  printf '\n'
  printf '%s\n' "${report[@]}"
  [[ $((passed + failed)) -gt 0 ]] || { echo "No test ran." && failed=1; }
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [[ $failed -eq 0 ]]
  exit
}

# step NAME COMMAND...: what the rest needs; its failure ends the run.
step() {
  local name=$1 start=$SECONDS
  echo "== $name"
  if "${@:2}"; then
    note "$name" ok "$start"
  else
    failed=$((failed + 1))
    note "$name" FAILED "$start"
    finish
  fi
}

# check NAME COMMAND...: counts as one test.
check() {
  local name=$1 start=$SECONDS
  echo "== $name"
  if "${@:2}"; then
    passed=$((passed + 1))
    note "$name" ok "$start"
  else
    failed=$((failed + 1))
    note "$name" FAILED "$start"
  fi
}

# suite NAME PRESET OPTION...: runs ctest; each of its tests counts as one.
suite() {
  local name=$1 preset=$2 start=$SECONDS outcome=ok
  local junit=$PWD/build/$preset/tests.xml
  echo "== $name"
  rm -f "$junit"
  ctest --preset "$preset" --parallel 2 --no-tests=error --output-junit "$junit" "${@:3}" || outcome=FAILED
  local all bad off
  all=$(junit_count tests "$junit") bad=$(junit_count failures "$junit")
  off=$(($(junit_count skipped "$junit") + $(junit_count disabled "$junit")))
  [[ $outcome == ok || $bad -gt 0 ]] || bad=1 all=$((all + 1))
  passed=$((passed + all - bad - off)) failed=$((failed + bad)) skipped=$((skipped + off))
  note "$name" "$outcome" "$start"
}

junit_count() {  # ATTRIBUTE FILE: of the <testsuite> tag that heads the file
  local count
  count=$(grep -m 1 -oE "^\s+$1=\"[0-9]+\"" "$2" 2>/dev/null | tr -dc 0-9)
  echo "${count:-0}"
}

build() {  # PRESET
  cmake --preset "$1" && cmake --build --preset "$1"
}

format_check() {
  git ls-files -z '*.cpp' '*.hpp' '*.h' '*.js' | xargs -0 clang-format --dry-run --Werror
}

# A quarter of the sources; TIDY_ALL=1: all of them.
tidy_check() {
  local compiled=build/release/compile_commands.json share=$((turn % 4))
  find src cli -name '*.cpp' | sort | while read -r file; do
    grep -qF "\"file\": \"$PWD/$file\"" "$compiled" && echo "$file"
  done | awk -v share="$share" -v all="${TIDY_ALL:-0}" 'all || NR % 4 == share' |
    timeout 20m xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p build/release 2>&1 |
    { grep -vE '^[0-9]+ warnings? (generated|treated)' || true; }
}

# The kernels, and the bits of whole networks, from another processor's instructions. Death tests start their program
# anew, which the system cannot do for another processor.
arm_check() {
  install_packages "${arm_packages[@]}" || return
  cmake --preset arm64 && cmake --build --preset arm64 --target core_test kernels_test bits &&
    ctest --preset arm64 --parallel 2 --no-tests=error --tests-regex '^(core\.|kernels\.|bits\.neon$)' \
      --exclude-regex DeathTest
}

# Python's safetensors package opens a model and a trace of ours and, where torch is there, torch.nn.LSTM computes the same.
python_check() {
  local model=build/release/for_python.safetensors python=python3
  if ! python3 -c 'import numpy, safetensors' 2>/dev/null; then
    python=build/python/bin/python
    python3 -m venv --system-site-packages build/python && "$python" -m pip install -q numpy safetensors || return
  fi
  build/release/sluice train data/sunspots.csv --target sunspots --horizon 3 --epochs 20 -o "$model" &&
    "$python" tests/formats/python_opens_it.py "$model" &&
    build/release/sluice inspect "$model" data/sunspots.csv --trace "${model/for_python/trace}" &&
    "$python" tests/formats/python_opens_it.py "${model/for_python/trace}"
}

# Reports of made-up data, opened in a browser without a window; their pictures stay in build/release/report_pages.
browser_check() {
  local python=python3
  install_packages "${browser_packages[@]}" || return
  "$python" -c 'import selenium' 2>/dev/null || python=/usr/bin/python3  # Debian's selenium is of Debian's Python
  "$python" -B tests/inspection/page/run.py build/release/tests/inspection/make_page build/release/report_pages
}

case "${1:-}" in
  "" | --fast | --full) mode=${1:-} ;;
  *)
    echo "usage: ./test.sh [--fast | --full]" >&2
    exit 2
    ;;
esac

step "set-up" install_packages "${test_packages[@]}"
step "build" build release
if [[ $mode == --fast ]]; then
  suite "unit tests" release --label-regex unit
  finish
fi
suite "all tests" release
if [[ $mode == --full ]]; then
  check "format" format_check
  check "tidy" tidy_check
  step "build with sanitizers" build sanitize
  # Every second test, without the whole trainings: they run no code that other tests do not, for minutes.
  suite "half of the tests under sanitizers" sanitize --exclude-regex '^(learning|adding_inside)\.|^bits\.(portable|sse4)$' \
    --tests-information "$((1 + turn % 2)),,2"
  if ((turn / 2 % 2)); then
    check "64-bit ARM under QEMU" arm_check
  else
    check "mutants, as many as fit" timeout 25m python3 tests/mutants/run.py --minutes 8
  fi
  check "a model opened in Python" python_check
  check "browser: the report's page" browser_check
fi
finish
