#!/usr/bin/env bash
# Fuzzes each target of tests/fuzz for SECONDS, all at once, from its corpus; says what was found.
#
#   scripts/fuzz.sh SECONDS [TARGET...]     a TARGET is the NAME of a NAME_fuzz.cc, or NAME.strict:
#                                           the same, with the same corpus, under FERRY_STRICT=1
#
# New inputs are kept in build/fuzz/found/TARGET; what fails lies beside them as crash-* or timeout-*,
# and the log of a target in build/fuzz/found/TARGET.log. To take what is worth keeping into the
# corpus: build/fuzz/bin/fuzz_TARGET -merge=1 tests/fuzz/corpus/TARGET build/fuzz/found/TARGET
# A new target needs a corpus folder before CMake takes it: begin with one input in it.
set -uo pipefail
cd "$(dirname "$0")/.."
[[ ${1:-} =~ ^[0-9]+$ ]] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
seconds=$1
shift
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for source in tests/fuzz/*_fuzz.cc; do targets+=("$(basename "$source" _fuzz.cc)"); done
  targets+=(combine_call.strict dispatch_call.strict)
fi

cmake --preset fuzz >/dev/null && cmake --build build/fuzz -j "${JOBS:-$(nproc)}" || exit 1
for target in "${targets[@]}"; do
  found=build/fuzz/found/$target
  name=${target%.strict}
  environment=(FERRY_LOG=off)
  leaks=() # tests/fuzz/CMakeLists.txt says why
  [[ $name =~ ^(hccl|launch)$ ]] && leaks=(-detect_leaks=0)
  [ "$name" = "$target" ] || environment+=(FERRY_STRICT=1)
  mkdir -p "$found"
  env "${environment[@]}" "build/fuzz/bin/fuzz_$name" -max_total_time="$seconds" -timeout=60 \
    -rss_limit_mb=4096 -artifact_prefix="$found/" "${leaks[@]}" "$found" "tests/fuzz/corpus/$name" \
    >"$found.log" 2>&1 &
done
status=0
wait
for target in "${targets[@]}"; do
  found=build/fuzz/found/$target
  if grep -q '^Done ' "$found.log"; then
    echo "$target: $(grep '^Done ' "$found.log" | tail -n 1), no finding"
  else
    echo "$target: FAILED, see $found.log"
    status=1
  fi
done
exit $status
