#!/bin/sh
# check_headers.sh tells a missing compiler, a header that compiles and one that does not apart.
#
#   check_headers_test.sh SCRATCH_DIR COMPILER
set -eu
scratch=$1 compiler=$2
check=$(dirname "$0")/check_headers.sh

# expect STATUS INCLUDE_DIR COMPILER
expect() {
  status=0
  sh "$check" "$2" "$3" c c99 >/dev/null 2>&1 || status=$?
  [ "$status" -eq "$1" ] || {
    echo "check_headers.sh $2 $3 ended with $status, not $1" >&2
    exit 1
  }
}

rm -rf "$scratch"
mkdir -p "$scratch/good" "$scratch/bad" "$scratch/none"
echo 'typedef int ferry_probe;' > "$scratch/good/probe.h"
echo 'typedef missing_type ferry_probe;' > "$scratch/bad/probe.h"
expect 0 "$scratch/good" "$compiler"
expect 1 "$scratch/bad" "$compiler"
expect 1 "$scratch/none" "$compiler"
expect 77 "$scratch/good" FERRY_GCC-NOTFOUND
