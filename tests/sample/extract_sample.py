#!/usr/bin/env python3
"""Writes the C++ sample of the interface document to a file, unmodified but for the block's indentation."""

import pathlib
import re
import sys
import textwrap


def extract(document: str) -> str:
    blocks = re.findall(r"^[ \t]*```[Cc]pp\n(.*?)^[ \t]*```", document, re.DOTALL | re.MULTILINE)
    programs = [block for block in blocks if "int main(" in block]
    if len(programs) != 1:
        sys.exit(f"expected one program in the document, found {len(programs)}")
    return textwrap.dedent(programs[0])


def main() -> None:
    folder, output = map(pathlib.Path, sys.argv[1:])
    documents = sorted(folder.glob("*.txt"))
    if len(documents) != 1:
        sys.exit(f"expected one document in {folder}, found {len(documents)}")
    output.write_text(extract(documents[0].read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
