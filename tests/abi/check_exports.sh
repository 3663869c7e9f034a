#!/bin/sh
# Compares the functions that the public headers declare with those that the library exports, and
# checks that the library needs nothing that could fight a user's process.
#
#   check_exports.sh INCLUDE_DIR LIBRARY
set -eu
include_dir=$1 library=$2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Without comments and preprocessor lines, a declaration starts with its visibility macro, and the
# last word before the first parenthesis is its name.
find "$include_dir" -name '*.h' -exec cat {} + |
  sed -e 's,/\*.*\*/,,' -e '\,/\*,,\,\*/,d' -e '/^ *#/d' |
  tr '\n' ' ' | tr ';' '\n' |
  sed -nE 's/.*(ACL_FUNC_VISIBILITY|ACLNN_API|FERRY_API)([^(]*[^A-Za-z0-9_])([A-Za-z0-9_]+)\(.*/\3/p' |
  sort >"$work/declared"

# Type A is the name of a version node.
nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
  sort >"$work/exported"

failed=0
report() {
  if [ -s "$work/$1" ]; then
    echo "$2:" >&2
    sed 's/^/  /' "$work/$1" >&2
    failed=1
  fi
}
comm -23 "$work/declared" "$work/exported" >"$work/missing"
comm -13 "$work/declared" "$work/exported" >"$work/surplus"
report missing "declared in a public header, but not exported"
report surplus "exported, but declared in no public header"
[ -s "$work/declared" ] || { echo "no declaration under $include_dir" >&2; failed=1; }

readelf -d "$library" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p' |
  grep -vE '^(libc|libm|libstdc\+\+|libgcc_s|ld-linux[^/]*)\.so\.[0-9]+$' >"$work/needed" || true
report needed "needed, but not among libc, libm, libstdc++, libgcc_s, ld-linux"
exit "$failed"
