# The examples, built as a project of their own that finds Ferry with find_package.
set -eu
prefix=$1 work=$2 source=$3
rm -rf "$work"
cmake -S "$source/examples" -B "$work" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Debug
cmake --build "$work" --target example_round_trip
"$work/example_round_trip" | tee "$work/output"
grep -q 'all equal' "$work/output"
