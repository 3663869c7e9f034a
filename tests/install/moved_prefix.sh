# An installed tree can be moved: the tool still finds its library, pkg-config and CMake their files.
set -eu
prefix=$1 work=$2 source=$3
rm -rf "$work" && mkdir -p "$work"
cp -a "$prefix" "$work/moved"
unset LD_LIBRARY_PATH
"$work/moved/bin/ferry" info
PKG_CONFIG_PATH="$work/moved/$LIBDIR/pkgconfig" pkg-config --cflags ferry | grep -F "$work/moved"
if grep -rlF "$prefix" "$work/moved"; then
  echo "these files name the prefix they were installed into"
  exit 1
fi
if grep -rlF "$source" "$work/moved/include" "$work/moved/$LIBDIR/cmake" "$work/moved/$LIBDIR/pkgconfig"; then
  echo "these files name the folder of the sources"
  exit 1
fi
