#!/usr/bin/env bash
# Installs what `make run` or `make test` needs and this machine lacks.
#
#   scripts/setup.sh run|test      prints the package list, then installs only what is missing
#   SETUP=0 scripts/setup.sh ...   installs nothing; fails if something is missing, except what
#                                  only the tests for other processors need: those are skipped
#
# Debian 12 and relatives, as root or through sudo. Elsewhere it names what is needed.
set -euo pipefail

goal=${1:-}
other_processors=(g++-aarch64-linux-gnu qemu-user)
packages=(g++ make cmake ninja-build libfmt-dev nlohmann-json3-dev libcli11-dev libsodium-dev)
case $goal in
  run) ;;
  test) packages+=(libgtest-dev spin clang libclang-rt-dev clang-format pkg-config python3 "${other_processors[@]}") ;;
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
    libsodium-dev) header=sodium.h ;;
    libgtest-dev) header=gtest/gtest.h ;;
    libclang-rt-dev) compgen -G '/usr/lib/llvm-*/lib/clang/*/include/fuzzer/*.h' >/dev/null; return ;;
    g++-aarch64-linux-gnu) command -v aarch64-linux-gnu-g++ >/dev/null; return ;;
    qemu-user) command -v qemu-aarch64 >/dev/null || command -v qemu-aarch64-static >/dev/null; return ;;
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
  needed=0
  for package in "${missing[@]}"; do
    [[ " ${other_processors[*]} " == *" $package "* ]] || needed=1
  done
  if [ $needed = 0 ]; then
    echo "SETUP=0: the tests that need these are skipped"
    exit 0
  fi
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
