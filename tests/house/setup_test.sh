#!/usr/bin/env bash
# scripts/setup.sh on machines that lack something, played by a PATH with few commands in it.
#
#   setup_test.sh ROOT WORK_DIR
set -uo pipefail
setup=$1/scripts/setup.sh work=$2
rm -rf "$work" && mkdir -p "$work/bin"
for command in bash env grep; do ln -s "$(command -v $command)" "$work/bin/"; done

# fake NAME BODY: a command that logs how it was called, then does BODY.
fake() {
  printf '#!%s/bin/bash\necho "%s $*" >>"%s/calls"\n%s\n' "$work" "$1" "$work" "${2:-}" >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

failed=0
# expect WHAT STATUS PATTERN [PATTERN...]: runs `setup.sh GOAL` and looks into its output and the calls.
expect() {
  local what=$1 status=$2 real=0 pattern
  shift 2
  : >"$work/calls"
  PATH=$work/bin "$work/bin/bash" "$setup" "$goal" >"$work/output" 2>&1 || real=$?
  [ "$real" = "$status" ] || { echo "$what: exit status $real, not $status"; failed=1; }
  for pattern in "$@"; do
    grep -qE -- "$pattern" "$work/output" "$work/calls" || { echo "$what: no line like: $pattern"; failed=1; }
  done
  if [ "$goal" = run ] && [ "$(head -n 1 "$work/output" | grep -c '^make run needs: g++ ')" = 0 ]; then
    echo "$what: the package list does not come first"
    failed=1
  fi
  [ "$failed" = 0 ] || cat "$work/output" "$work/calls"
}

goal=neither
expect "an unknown goal" 2 '^usage:'
goal=run
fake g++; fake make; fake cmake
export SETUP=0
expect "SETUP=0" 1 '^missing: ninja-build' '^SETUP=0: nothing is installed'
unset SETUP
expect "another distribution" 1 '^missing: ninja-build' '^no apt-get here; install'
fake apt-get
fake id 'echo 1000'
expect "neither root nor sudo" 1 '^neither root nor sudo; ask for: apt-get install ninja-build'
[ ! -s "$work/calls" ] || ! grep -q apt-get "$work/calls" || { echo "called without rights"; failed=1; }
fake sudo 'exec "$@"'
expect "through sudo" 0 '^sudo apt-get update' '^sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y .* ninja-build'
fake id 'echo 0'
expect "as root" 0 '^apt-get update' '^apt-get install -y .* ninja-build'
! grep -qE '^sudo|install .*(g\+\+|cmake)' "$work/calls" || { echo "sudo, or what is there already"; failed=1; }
fake apt-get 'case $* in *install*) exit 100 ;; esac'
expect "an installation that fails" 100 '^apt-get install'
goal=test
expect "the tests need more" 100 'install .* spin clang'
expect "the tests try another processor" 100 'install .* g\+\+-aarch64-linux-gnu qemu-user'
# A machine that has all but the other processor; headers are looked for where they really are.
for command in ninja spin clang clang-format pkg-config python3; do fake "$command"; done
if [ -e /usr/include/gtest/gtest.h ] && [ -e /usr/include/fmt/format.h ] &&
  [ -e /usr/include/nlohmann/json.hpp ] && [ -e /usr/include/CLI/CLI.hpp ] &&
  [ -e /usr/include/sodium.h ]; then
  export SETUP=0
  expect "SETUP=0 without another processor" 0 '^missing: g\+\+-aarch64-linux-gnu qemu-user$' 'are skipped$'
fi
exit "$failed"
