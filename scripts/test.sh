#!/usr/bin/env bash
# Builds and runs the tests of the named presets, all of them, and ends with one line of totals.
#
#   scripts/test.sh release asan tsan     JOBS=n in the environment: n at a time
set -uo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}

passed=0 failed=0 skipped=0
# count PATTERN: how many tests of $log ended so.
count() { grep -cE "^ *[0-9]+/[0-9]+ Test +#[0-9]+: .*$1" "$log"; }

for preset in "$@"; do
  echo "== $preset"
  started=$SECONDS
  if ! { cmake --preset "$preset" && cmake --build "build/$preset" -j "$jobs"; }; then
    echo "== $preset does not build"
    failed=$((failed + 1))
    continue
  fi
  echo "== $preset is built after $((SECONDS - started)) s"
  log=build/$preset/ctest.log
  ctest --test-dir "build/$preset" -j "$jobs" --output-on-failure --no-tests=error 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  bad=$(count '\*\*\*(Failed|Timeout|Exception|Not Run)')
  # ctest may fail without naming a test, when it cannot list them for one.
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  passed=$((passed + $(count ' Passed '))) failed=$((failed + bad))
  skipped=$((skipped + $(count '\*\*\*Skipped')))
  echo "== $preset ends after $((SECONDS - started)) s"
done
[ "$skipped" -eq 0 ] || echo "$skipped skipped; each says why where it stands above"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
