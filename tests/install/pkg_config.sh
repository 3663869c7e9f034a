# An example, compiled with what pkg-config says and nothing else.
set -eu
prefix=$1 work=$2 source=$3
rm -rf "$work" && mkdir -p "$work"
export PKG_CONFIG_PATH="$prefix/$LIBDIR/pkgconfig"
[ "$(pkg-config --modversion ferry)" = "$(sed -nE 's/.*FERRY_VERSION_STRING "(.*)"/\1/p' "$prefix/include/ferry/ferry.h")" ]
# shellcheck disable=SC2046  # words on purpose
"$CXX" -std=c++17 "$source/examples/round_trip.cc" $(pkg-config --cflags --libs ferry) -o "$work/round_trip"
LD_LIBRARY_PATH="$prefix/$LIBDIR" "$work/round_trip" | tee "$work/output"
grep -q 'all equal' "$work/output"
