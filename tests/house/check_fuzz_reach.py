"""Checks that some fuzz target calls each function that a public header declares.

    check_fuzz_reach.py INCLUDE_DIR FUZZ_DIR
"""
import pathlib
import re
import sys

# Functions that no target calls, each with the reason.
EXCEPTIONS = {}

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
TEXT = re.compile(r'"(?:\\.|[^"\\\n])*"')
# A declaration starts with its visibility macro; its name stands before the first parenthesis.
DECLARATION = re.compile(r"^(?:ACL_FUNC_VISIBILITY|ACLNN_API|FERRY_API)\s[^(;]*?(\w+)\(", re.MULTILINE)


def declared(include_dir):
    names = set()
    for header in include_dir.rglob("*.h"):
        names.update(DECLARATION.findall(COMMENT.sub("", header.read_text())))
    return names


def used(fuzz_dir):
    words = set()
    for source in list(fuzz_dir.glob("*.cc")) + list(fuzz_dir.glob("*.h")):
        code = TEXT.sub('""', COMMENT.sub("", source.read_text()))
        words.update(re.findall(r"\w+", code))
    return words


def complaints(functions, words, exceptions):
    wrong = [f"{name}: no target of tests/fuzz calls it" for name in functions - words - set(exceptions)]
    wrong += [f"{name}: an exception that is called, or that no header declares"
              for name in exceptions if name in words or name not in functions]
    return sorted(wrong)


def main(include_dir, fuzz_dir):
    functions = declared(pathlib.Path(include_dir))
    if not functions:
        sys.exit(f"no declaration under {include_dir}")
    wrong = complaints(functions, used(pathlib.Path(fuzz_dir)), EXCEPTIONS)
    print("\n".join(wrong) or f"{len(functions)} functions, each called by a target or an exception")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main(*sys.argv[1:])
