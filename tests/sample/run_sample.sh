#!/usr/bin/env bash
# Compiles the interface document's sample unmodified against the include tree and runs it many times.
#
#   run_sample.sh SEED_DIR INCLUDE_DIR OPERATOR_TREE WORK_DIR RUNS COMPILER "FLAGS" LIBRARY_DIR
set -euo pipefail
seed=$1 include=$2 tree=$3 work=$4 runs=$5 compiler=$6 flags=$7 libraries=$8
here=$(cd "$(dirname "$0")" && pwd)

if ! compgen -G "$seed/*.txt" >/dev/null; then
  echo "SKIPPED: the interface document is not at $seed"
  exit 77
fi

rm -rf "$work" && mkdir -p "$work"
program=$work/sample.cpp
python3 "$here/extract_sample.py" "$seed" "$program"
# shellcheck disable=SC2086  # the flags are words
"$compiler" -std=c++17 -O1 -g $flags -I "$include" -I "$include/aclnnop" \
  -I "$tree/moe_distribute_dispatch_v2/examples" "$program" \
  -L "$libraries" -lascendcl -lnnopbase -lopapi -lhccl -lferry -Wl,-rpath,"$libraries" -pthread \
  -o "$work/sample"

for run in $(seq "$runs"); do
  status=0
  "$work/sample" >"$work/output" 2>&1 || status=$?
  success=$(grep -c 'aclnnMoeDistributeDispatchV2 and aclnnMoeDistributeCombineV2' "$work/output" || true)
  if [ "$status" -ne 0 ] || [ "$success" -ne 16 ] || grep -q 'ERROR' "$work/output"; then
    cat "$work/output"
    echo "run $run: exit status $status, $success of 16 ranks report success"
    exit 1
  fi
done
echo "$runs runs, 16 of 16 ranks report success in each"
