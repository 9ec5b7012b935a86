#!/usr/bin/env bash
# public_headers.sh COMPILER INCLUDE_DIR: every public header compiles alone without a warning and with the
# C++ library alone, and stays cheap to include.
set -uo pipefail
compiler=$1
include_dir=$2
most_lines=60000

failed=0
headers=0
for header in $(cd "$include_dir" && find sluice -name '*.hpp' -o -name '*.h' | sort); do
  headers=$((headers + 1))
  # A C header must be one in C; the others are C++20.
  language=(-x c++ -std=c++20)
  [[ $header == *.h ]] && language=(-x c -std=c11)
  # Twice: without an include guard the second would define everything again.
  source="#include \"$header\""$'\n'"#include \"$header\""
  flags=("${language[@]}" -I "$include_dir" -Wall -Wextra -Wpedantic -Werror)
  if ! "$compiler" "${flags[@]}" -fsyntax-only - <<<"$source"; then
    echo "$header: does not compile alone"
    failed=1
    continue
  fi
  lines=$("$compiler" "${flags[@]}" -E -P - <<<"$source" | wc -l)
  echo "$header: $lines lines with all that it includes"
  if [[ $lines -gt $most_lines ]]; then
    echo "$header: expected at most $most_lines lines, got $lines (a lighter standard header, or a forward declaration)"
    failed=1
  fi
done
[[ $headers -gt 0 ]] || { echo "no header under $include_dir/sluice" && failed=1; }
exit "$failed"
