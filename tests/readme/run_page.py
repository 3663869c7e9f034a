#!/usr/bin/env python3
"""Runs the examples of a page and compares their output with what stands there.

  run_page.py PAGE TOOL_DIR [--write]

A ```json block is the file call.json for what follows. In a ```console block each line behind `$ `
is a command; what stands below it, up to the next, is its whole output, where a line `...` is any
number of lines. --write puts the output into the page, where nothing is left out.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def blocks_of(page):
    """(language, lines) of each fenced block."""
    fence, lines = None, []
    for line in page.splitlines():
        if not line.startswith("```"):
            lines.append(line)
        elif fence is None:
            fence, lines = line[3:].strip(), []
        else:
            yield fence, lines
            fence = None


def examples_of(lines):
    """(command, output) of each command of a console block."""
    examples = []
    for line in lines:
        if line.startswith("$ "):
            examples.append((line[2:], []))
        else:
            examples[-1][1].append(line)
    return examples


def matches(expected, seen):
    pattern = "".join("(.*\n)*" if line == "..." else re.escape(line) + "\n" for line in expected)
    return re.fullmatch(pattern, seen) is not None


def main():
    path, tools, write = pathlib.Path(sys.argv[1]), sys.argv[2], "--write" in sys.argv
    # Only what the page says: a test must not depend on who runs it.
    environment = {name: text for name, text in os.environ.items()
                   if not name.startswith(("FERRY_", "HCCL_"))}
    environment["PATH"] = f"{tools}:{environment['PATH']}"
    page = path.read_text()
    failed, commands, written = 0, 0, page
    with tempfile.TemporaryDirectory() as work:
        for fence, lines in blocks_of(page):
            if fence == "json":
                (pathlib.Path(work) / "call.json").write_text("\n".join(lines))
            if fence != "console":
                continue
            for command, expected in examples_of(lines):
                commands += 1
                seen = subprocess.run(["bash", "-c", command], cwd=work, env=environment, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      check=False).stdout
                good = matches(expected, seen)
                print(f"{'ok    ' if good else 'FAILED'} {command}")
                if not good:
                    print(seen)
                    failed += 1
                if write and "..." not in expected:
                    old = "\n".join([f"$ {command}", *expected])
                    written = written.replace(old, f"$ {command}\n{seen}".rstrip("\n"), 1)
    if write:
        path.write_text(written)
    print(f"{commands} commands, {failed} failures")
    return 1 if failed or commands == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
