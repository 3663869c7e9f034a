# A C99 program, with warnings as errors, linked by the C compiler.
set -eu
prefix=$1 work=$2 source=$3
rm -rf "$work" && mkdir -p "$work"
export PKG_CONFIG_PATH="$prefix/$LIBDIR/pkgconfig"
# shellcheck disable=SC2046  # words on purpose
"$CC" -std=c99 -Wall -Wextra -Wpedantic -Wconversion -Werror "$source/tests/install/plain.c" \
  $(pkg-config --cflags --libs ferry) -o "$work/plain"
LD_LIBRARY_PATH="$prefix/$LIBDIR" "$work/plain"
