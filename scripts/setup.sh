#!/usr/bin/env bash
# Installs what `make run` or `make test` needs and this machine lacks.
#
#   scripts/setup.sh run|test      prints the package list, then installs only what is missing
#   SETUP=0 scripts/setup.sh ...   installs nothing; fails if something is missing
#
# Debian 12 and relatives, as root or through sudo. Elsewhere it names what is needed.
set -euo pipefail

goal=${1:-}
packages=(g++ make cmake ninja-build libfmt-dev nlohmann-json3-dev libcli11-dev)
case $goal in
  run) ;;
  test) packages+=(libgtest-dev spin clang libclang-rt-dev clang-format pkg-config python3) ;;
  *) echo "usage: scripts/setup.sh run|test" >&2; exit 2 ;;
esac

# What shows that a package's content is there, however it came: a command, or a file to compile with.
present() {
  local header
  case $1 in
    ninja-build) command -v ninja >/dev/null; return ;;
    libfmt-dev) header=fmt/format.h ;;
    nlohmann-json3-dev) header=nlohmann/json.hpp ;;
    libcli11-dev) header=CLI/CLI.hpp ;;
    libgtest-dev) header=gtest/gtest.h ;;
    libclang-rt-dev) compgen -G '/usr/lib/llvm-*/lib/clang/*/include/fuzzer/*.h' >/dev/null; return ;;
    *) command -v "$1" >/dev/null; return ;;
  esac
  [ -e "/usr/include/$header" ] || [ -e "/usr/local/include/$header" ]
}

echo "make $goal needs: ${packages[*]}"
missing=()
for package in "${packages[@]}"; do
  present "$package" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "all of it is installed"
  exit 0
fi
echo "missing: ${missing[*]}"

if [ "${SETUP:-1}" = 0 ]; then
  echo "SETUP=0: nothing is installed; install these packages (Debian's names) yourself" >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  echo "no apt-get here; install these packages (Debian's names) with this system's means" >&2
  exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
  as_root=()
elif command -v sudo >/dev/null; then
  as_root=(sudo)
else
  echo "neither root nor sudo; ask for: apt-get install ${missing[*]}" >&2
  exit 1
fi
# A source of packages that cannot be reached need not be the one that has them.
"${as_root[@]}" apt-get update -q || echo "apt-get update failed; trying with the lists at hand" >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -q --no-install-recommends "${missing[@]}"
