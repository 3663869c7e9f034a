#!/usr/bin/env python3
"""Checks that every file of the project is compiled with the flags that results depend on.

  check_flags.py COMPILE_COMMANDS_JSON SOURCE_DIR

-ffp-contract=off must be there, and nothing may undo it: a fused multiply-add anywhere would make
results depend on the compiler and the processor.
"""
import json
import pathlib
import shlex
import sys

UNDO = ("-ffp-contract=", "-ffast-math", "-Ofast", "-funsafe-math-optimizations", "-march=", "-mfma")


def problem(words):
    """What is wrong with a compile command, or None."""
    if "-ffp-contract=off" not in words:
        return "without -ffp-contract=off"
    for word in words:
        if word.startswith(UNDO) and word != "-ffp-contract=off":
            return f"with {word}"
    return None


def main():
    commands, source = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
    checked, offences = 0, []
    for entry in json.loads(commands.read_text()):
        path = pathlib.Path(entry["directory"], entry["file"])
        build = commands.parent
        if not path.is_relative_to(source) or path.is_relative_to(build):
            continue  # generated: the shims' names, which hold no arithmetic
        checked += 1
        found = problem(shlex.split(entry["command"]))
        if found:
            offences.append(f"{path.relative_to(source)} is compiled {found}")
    for offence in offences:
        print(offence)
    print(f"{checked} compile commands, {len(offences)} offences")
    return 1 if offences or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
