#!/usr/bin/env python3
"""Runs a wrong program and compares what a user sees with the text beside its source.

  check_text.py PROGRAM TEXT            exit status 1, and the difference, if they differ
  check_text.py --write PROGRAM TEXT    writes the text anew

What differs from run to run is replaced: addresses, process and thread numbers, places in modules,
host names in group names.
"""
import difflib
import pathlib
import re
import subprocess
import sys

REPLACED = [
    (r"0x[0-9a-f]{4,}", "0xADDRESS"),
    (r"ferry_[^\s\"]+_(\d+)_(\d+)\b", r"ferry_HOST_PID_\2"),
    (r"\bpid \d+", "pid PID"),
    (r"\b(thread|process) \(?\d{3,}\)?", r"\1 NUMBER"),
    (r"\+0xADDRESS|\+0x[0-9a-f]+", "+OFFSET"),
    (r"( <- \S+\+OFFSET)+", ""),  # how many callers remain depends on the compiler
    (r"since \d\d:\d\d:\d\d(\.\d+)?", "since TIME"),
]


def seen(program):
    """stdout and stderr as a terminal shows them."""
    run = subprocess.run([program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                         check=False)
    text = run.stdout.decode()
    for pattern, replacement in REPLACED:
        text = re.sub(pattern, replacement, text)
    return text


def main():
    write = sys.argv[1] == "--write"
    program, text = sys.argv[-2], pathlib.Path(sys.argv[-1])
    now = seen(program)
    if write:
        text.write_text(now)
        return 0
    expected = text.read_text()
    if now == expected:
        return 0
    sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), now.splitlines(True),
                                               "expected", "seen"))
    return 1


if __name__ == "__main__":
    sys.exit(main())
