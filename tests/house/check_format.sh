#!/usr/bin/env bash
# Checks that every source is as clang-format leaves it.
#
#   check_format.sh ROOT CLANG_FORMAT     exit status 77 (skipped) with another version than 14,
#                                         which would format some lines differently
set -euo pipefail
root=$1 clang_format=$2
if ! version=$("$clang_format" --version) || ! grep -q 'version 14\.' <<<"$version"; then
  echo "SKIPPED: the sources are formatted with clang-format 14; here is: ${version:-none}"
  exit 77
fi
cd "$root"
find src include tools tests examples bench -name '*.cc' -o -name '*.h' -o -name '*.c' | sort |
  xargs "$clang_format" --dry-run -Werror
