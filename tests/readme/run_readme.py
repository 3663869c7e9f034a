#!/usr/bin/env python3
"""Runs every command of the README, as it stands there, and follows its links.

  run_readme.py SOURCE_DIR BUILD_DIR WORK_DIR CTEST

A command is a line of a fenced `sh` block, what follows `$ ` in a `console` block, or a code span
that starts like one. It runs in a folder that looks like a checkout whose build/release is
BUILD_DIR. Three kinds are not run but looked up, since the tests would run inside themselves:

  make ...          `make -n` knows the goal
  ctest ... -R X    some test has that name
  a script that is a test itself is among the tests
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

STARTS = ("make ", "cmake ", "ctest ", "c++ ", "pkg-config ", "ferry ", "build/", "docs/", "scripts/",
          "examples/")
FAILS_ON_PURPOSE = re.compile(r"\bferry run .*--fault ")


def commands_of(readme):
    """The commands in the README's order, each once."""
    found, fence = [], None
    for line in readme.splitlines():
        if line.startswith("```"):
            fence = None if fence is not None else line[3:].strip()
        elif fence == "sh":
            found.append(line)
        elif fence == "console" and line.startswith("$ "):
            found.append(line[2:])
        elif fence is None:
            spans = re.findall(r"(?<!\[)`([^`]+)`", line)
            found += [span for span in spans if span.startswith(STARTS) and " " in span]
            found += [span for span in spans if span.startswith(("docs/", "scripts/")) and " " not in span]
    found = [re.sub(r"\s+#.*", "", command).strip() for command in found]
    return list(dict.fromkeys(command for command in found if command))


def checkout(source, build, work):
    """A folder like a checkout, for commands that write where they stand."""
    shutil.rmtree(work, ignore_errors=True)
    for entry in source.iterdir():
        if entry.name not in ("build", ".git"):
            (work / "tree").mkdir(parents=True, exist_ok=True)
            (work / "tree" / entry.name).symlink_to(entry)
    (work / "tree" / "build").mkdir()
    (work / "tree" / "build" / "release").symlink_to(build)
    (work / "home").mkdir()
    return work / "tree"


def check(command, run, tests):
    """What is wrong with the command, or None; `tests` are the words of all tests' commands."""
    words = command.split()
    if words[0] == "make":
        result = run(f"make -n {' '.join(words[1:])}")
    elif words[0] == "ctest":
        result = run(f"{command} -N")
        if "Total Tests: 0" in result.stdout:
            return "names no test"
    elif "/" in words[0] and any(word.endswith("/" + words[0]) for word in tests):
        return None
    else:
        result = run(command)
    expected = FAILS_ON_PURPOSE.search(command) is not None
    if (result.returncode != 0) != expected:
        return f"exit status {result.returncode}\n{result.stdout}"
    return None


def dead_links(readme, source):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", readme)
    return [link for link in links if "://" not in link and not (source / link).exists()]


def main():
    source, build, work = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
    readme = (source / "README.md").read_text()
    tree = checkout(source, build, work)
    home = work / "home"
    environment = dict(os.environ, HOME=str(home), PATH=f"{build}/bin:{os.environ['PATH']}",
                       LD_LIBRARY_PATH=f"{home}/.local/lib",
                       PKG_CONFIG_PATH=f"{home}/.local/lib/pkgconfig")

    def run(command):
        return subprocess.run(["bash", "-c", command], cwd=tree, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    listing = subprocess.run([sys.argv[4], "--test-dir", str(build), "--show-only=json-v1"],
                             capture_output=True, text=True, check=True).stdout
    tests = {word for test in json.loads(listing)["tests"] for word in test.get("command", [])
             if not word.startswith(str(build))}

    failed = 0
    commands = commands_of(readme)
    for command in commands:
        problem = check(command, run, tests)
        print(f"{'FAILED' if problem else 'ok    '} {command}")
        if problem:
            print(problem)
            failed += 1
    for link in dead_links(readme, source):
        print(f"FAILED link to {link}: no such file")
        failed += 1
    for goal in ("make run", "make test"):
        if goal not in commands:
            print(f"FAILED the README does not show `{goal}`")
            failed += 1
    print(f"{len(commands)} commands, {failed} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
