#!/usr/bin/env bash
# Builds and runs the tests of the named presets, all of them, and ends with one line of totals.
set -uo pipefail
cd "$(dirname "$0")/.."

passed=0 failed=0 skipped=0
for preset in "$@"; do
  echo "== $preset"
  if ! { cmake --preset "$preset" && cmake --build "build/$preset" -j "${JOBS:-$(nproc)}"; }; then
    echo "== $preset does not build"
    failed=$((failed + 1))
    continue
  fi
  report=build/$preset/ctest.log
  ctest --test-dir "build/$preset" -j "${JOBS:-$(nproc)}" --output-on-failure --no-tests=error \
    2>&1 | tee "$report"
  [ "${PIPESTATUS[0]}" -eq 0 ] || [ "$(grep -c '\*\*\*' "$report")" -gt 0 ] || failed=$((failed + 1))
  bad=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*(Failed|Timeout|Exception|Not Run)' "$report")
  away=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*Skipped' "$report")
  good=$(grep -cE '^ *[0-9]+/[0-9]+ Test .* Passed ' "$report")
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + away))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
