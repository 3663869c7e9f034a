#!/bin/sh
# Compiles every public header alone, with warnings as errors.
#
#   check_headers.sh INCLUDE_DIR COMPILER LANGUAGE STANDARD      ... include gcc c c99
# Ends with 77 when there is no such compiler.
set -u
include_dir=$1 compiler=$2 language=$3 standard=$4

command -v "$compiler" >/dev/null 2>&1 || {
  echo "skipped: no compiler $compiler on this machine" >&2
  exit 77
}
failed=0
count=0
for path in $(find "$include_dir" -name '*.h' | sort); do
  header=${path#"$include_dir"/}
  count=$((count + 1))
  # The declaration behind it: ISO C forbids a file without any, and some headers only have macros.
  printf '#include "%s"\nextern int ferry_header_probe;\n' "$header" |
    "$compiler" -x "$language" "-std=$standard" "-I$include_dir" -fsyntax-only \
      -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror - || {
    echo "$header does not compile alone as $standard with $compiler" >&2
    failed=1
  }
done
[ "$count" -gt 0 ] || { echo "no header under $include_dir" >&2; failed=1; }
exit "$failed"
