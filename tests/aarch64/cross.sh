#!/usr/bin/env bash
# Compiles Ferry for aarch64.
#
#   cross.sh layers ROOT WORK_DIR    every source
#   cross.sh kernels ROOT WORK_DIR   the kernels, and runs them under qemu: what kernel_vectors.cc
#                                    prints must equal what $FERRY_NATIVE_VECTORS prints here
set -uo pipefail
part=$1 root=$2 work=$3
compiler=aarch64-linux-gnu-g++

# without PACKAGE: scripts/setup.sh has it installed, unless it was told to leave the machine alone.
without() {
  echo "$1 is not installed (Debian's name), so nothing is tried on aarch64"
  [ "${SETUP:-1}" = 0 ] && exit 77
  exit 1
}
command -v "$compiler" >/dev/null || without g++-aarch64-linux-gnu
launcher=$(command -v ccache || true)
rm -rf "$work" && mkdir -p "$work" && cd "$root" || exit 1

# compile FLAG: every file named on standard input into $work, two at a time.
compile() {
  export launcher compiler work level=$1
  xargs -P 2 -I{} bash -c '
    warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
    [[ $1 == *fmt_library.cc ]] && warnings=-w  # not our code
    $launcher "$compiler" -std=c++20 "$level" -ffp-contract=off -Isrc -Iinclude -Iinclude/aclnnop $warnings \
      -c "$1" -o "$work/${1//\//_}.o"' _ {}
}
sources() { find "$@" -name '*.cc' ! -name '*_test.cc'; }

if [ "$part" = layers ]; then
  sources src ! -path 'src/kernels/*' ! -name fmt_library.cc | compile -fsyntax-only || exit 1
  echo "every source is one for aarch64"
  exit 0
fi

{ sources src/kernels src/base; echo tests/aarch64/kernel_vectors.cc; } | compile -O2 || exit 1
"$compiler" -static "$work"/*.o -o "$work/vectors" || exit 1
emulator=$(command -v qemu-aarch64 || command -v qemu-aarch64-static)
[ "$(uname -m)" = aarch64 ] || [ -n "$emulator" ] || without qemu-user
# On aarch64 itself $emulator is empty.
[ "$(uname -m)" = aarch64 ] && emulator=
$emulator "$work/vectors" >"$work/there" || { cat "$work/there"; exit 1; }
"$FERRY_NATIVE_VECTORS" >"$work/here" || { cat "$work/here"; exit 1; }
cat "$work/there"
diff "$work/here" "$work/there" && [ -s "$work/there" ]
