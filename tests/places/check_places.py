#!/usr/bin/env python3
"""Runs a program that prints places, and looks each of them up as docs/strict-mode.md says.

  check_places.py PROGRAM ADDR2LINE [FUNCTION]

Every printed place must be the line of the call and no other, so the line's text is compared.
FUNCTION must be named in front of its place.
"""
import pathlib
import re
import subprocess
import sys

# What stands before the places in a line of output, and the calls that the places are, innermost
# first.
EXPECTED = {
    "leak: 1 allocation (64 bytes) never ended with aclrtFree, created at ":
        ["aclrtMalloc(&rows,", "AllocateRows();", "RunAndExit();"],
    "; phase 2 was called from ":
        ["aclnnMoeDistributeDispatchV2(nullptr, 0, executor", "LaunchDispatch(rank, executor);",
         "wrong::Dispatch(*rank);", "DispatchDifferently();"],
}


def line_of(place, program, addr2line):
    """The source line of `program+OFFSET`."""
    offset = re.search(re.escape(program.name) + r"\+(0x[0-9a-f]+)", place)
    if offset is None:
        return f"no offset in '{place}'"
    found = subprocess.run([addr2line, "-e", program, offset[1]], stdout=subprocess.PIPE, text=True,
                           check=True).stdout
    file, line = found.split()[0].rsplit(":", 1)
    if not line.isdigit() or not pathlib.Path(file).is_file():
        return f"{place} is {found}"
    return pathlib.Path(file).read_text().splitlines()[int(line) - 1]


def main():
    program, addr2line = pathlib.Path(sys.argv[1]), sys.argv[2]
    run = subprocess.run([program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         timeout=120, check=False)
    print(run.stdout)
    failures = 0
    for function in filter(None, sys.argv[3:]):
        if f"{function} ({program.name}+0x" not in run.stdout:
            print(f"FAILED {function} is not named")
            failures += 1
    for before, calls in EXPECTED.items():
        lines = [line.split(before)[1] for line in run.stdout.splitlines() if before in line]
        if not lines:
            print(f"FAILED no line with '{before}'")
            failures += 1
        for line in lines:
            places = re.split(r" <-? ", line)
            seen = [line_of(place, program, addr2line) for place in places[:len(calls)]]
            for call, text in zip(calls, seen + ["missing"] * len(calls)):
                good = call in text
                failures += not good
                print(f"{'ok    ' if good else 'FAILED'} {call:45} {text.strip()}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
