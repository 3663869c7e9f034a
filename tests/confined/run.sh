#!/usr/bin/env bash
# Ferry's programs where little is allowed: tests/confined/confine.cc says what.
#
#   run.sh CONFINE BUILD_FOLDER [--older]
set -euo pipefail
confine=$1 build=$2 older=${3:-}

# What an ordinary user may read, wherever the build lies.
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/bin" "$place/lib"
cp -L "$build"/bin/{ferry,example_sixteen_processes,ferry_joined_test} "$place/bin"
cp "$confine" "$place/bin/confine"
cp -d "$build"/lib/libferry.so* "$place/lib"
printf 'few words are enough here\n%.0s' {1..40} >"$place/text"
chmod -R a+rX "$place"
export LD_LIBRARY_PATH=$place/lib
cd /

confined() { "$place/bin/confine" ${older:+"$older"} "$@"; }
who=$(confined id -u)
[ "$who" != 0 ] || { echo "the command still runs as root" >&2; exit 1; }
confined sh -c 'df --output=size -k /dev/shm | grep -q "^ *65536$"'
confined "$place/bin/example_sixteen_processes" | tee "$place/out"
grep -q 'all equal' "$place/out"
run=("$place/bin/ferry" run --preset mixtral-8x7b --bs 4 --text "$place/text" --ep 4)
confined "${run[@]}" --processes 4 | tee "$place/out"
grep -q 'every output of 4 ranks bit-equal' "$place/out"
confined "$place/bin/ferry" launch -n 2 "${run[@]}" | tee "$place/out"
grep -q 'every output of 4 ranks bit-equal' "$place/out"
# Joins, meetings, and a death that the survivors hear of in time.
FERRY_LOG=off confined "$place/bin/ferry_joined_test" --gtest_brief=1 --gtest_filter='Processes.*:Subgroups.*:Staging*'
