# CANN's library names: programs link them, and plug-ins open them and look names up.
set -eu
prefix=$1 work=$2 source=$3
rm -rf "$work" && mkdir -p "$work"
libraries=$prefix/$LIBDIR
"$CXX" -std=c++17 -I "$prefix/include" "$source/examples/round_trip.cc" \
  -L "$libraries" -lascendcl -lnnopbase -lopapi -lhccl -o "$work/linked"
"$CC" -std=c99 -D_GNU_SOURCE -Wall -Wextra -Werror "$source/tests/install/open.c" -ldl -o "$work/open"

export LD_LIBRARY_PATH="$libraries"
"$work/linked" | grep 'all equal'
"$work/open"
