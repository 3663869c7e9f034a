#!/usr/bin/env python3
"""Checks the sources against the design: who includes whom, and where a thing may stand.

  check_source.py ROOT      prints each offence as path:line: text; exit status 1 if there is one

ROOT holds src/ and tools/, and perhaps tests/, examples/ and bench/.
"""
import pathlib
import re
import sys

# A layer and those whose headers it may include; itself always.
LAYERS = {
    "base": [],
    "kernels": ["base"],
    "memory": ["base"],
    "runtime": ["base", "memory"],
    "comm": ["base", "memory"],
    "moe": ["base", "kernels", "comm"],
    "ops": ["moe", "comm", "runtime", "memory", "kernels", "base"],
    "capi": ["base", "kernels", "memory", "runtime", "comm", "moe", "ops"],
}

# What a file in src/ may include only in these layers: (what it is, includes, layers).
CONFINED = [
    ("intrinsics", r"(\w*mmintrin|immintrin|x86intrin|cpuid|arm_neon|arm_sve)\.h", {"kernels"}),
    ("sockets", r"(sys/socket|sys/un|netinet/.*|arpa/.*|netdb|net/if)\.h|(boost/)?asio.*", {"comm"}),
    ("UCX", r"uc[ptsm]/.*", set()),
    ("threads", r"thread|future", {"runtime", "comm"}),
    ("the public C API", r"(acl|aclnn|aclnnop|hccl|ferry)/.*", {"capi"}),
]
PUBLIC = re.compile(CONFINED[-1][1])

ORACLE = re.compile(r"moe/reference[a-z_]*\.(h|cc)$")
ORACLE_MAY_INCLUDE = re.compile(r"base/.*|moe/config\.h|moe/reference[a-z_]*\.h")

MAX_LINES = 450
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
FOLDERS = ["src", "tools", "tests", "examples", "bench", "include"]


def includes_of(text):
    """(line number, header) of each #include; conditional ones too."""
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(2)


def is_test(name):
    return name.endswith("_test.cc")


def check_include(name, header, own_headers):
    """What is wrong with src/NAME including HEADER, or None.

    A test may start threads and lean on the oracle's vectors; the layers bind it like the rest.
    """
    layer = name.split("/")[0]
    for what, pattern, allowed in CONFINED:
        if re.fullmatch(pattern, header) and header not in own_headers:
            if layer not in allowed and not (what == "threads" and is_test(name)):
                return f"{what} in {layer}: {header}"
    if header not in own_headers:
        return None
    if ORACLE.search(name) and not ORACLE_MAY_INCLUDE.fullmatch(header):
        return f"the oracle must not share code: {header}"
    target = header.split("/")[0]
    if target != layer and target not in LAYERS[layer]:
        return f"{layer} must not include {target}: {header}"
    if ORACLE.search(header) and not ORACLE.search(name) and not is_test(name):
        return f"only tests may include the oracle: {header}"
    return None


def cycle(graph):
    """One cycle of the graph {node: set of nodes} as a list that ends where it starts, or None."""
    done = set()

    def search(node, path):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        for target in sorted(graph.get(node, ())):
            found = search(target, path + [node])
            if found:
                return found
        done.add(node)
        return None

    for start in sorted(graph):
        found = search(start, [])
        if found:
            return found
    return None


def check_src(src):
    """Offences against the include rule; cycles between files and between folders."""
    files = {str(p.relative_to(src)): p for p in sorted(src.rglob("*")) if p.suffix in (".h", ".cc")}
    own_headers = {name for name in files if name.endswith(".h")}
    offences = []
    file_graph, folder_graph = {}, {}
    for name, path in files.items():
        layer = name.split("/")[0]
        if layer not in LAYERS:
            offences.append(f"src/{name}:1: no layer of the design: {layer}")
            continue
        for number, header in includes_of(path.read_text()):
            problem = check_include(name, header, own_headers)
            if problem:
                offences.append(f"src/{name}:{number}: {problem}")
            if header in own_headers:
                file_graph.setdefault(name, set()).add(header)
                if header.split("/")[0] != layer:
                    folder_graph.setdefault(layer, set()).add(header.split("/")[0])
    for what, graph in (("files", file_graph), ("folders", folder_graph)):
        found = cycle(graph)
        if found:
            offences.append(f"src/{found[0]}:1: cycle of {what}: {' -> '.join(found)}")
    return offences


def check_tools(root):
    """The tool is a client of the C API: of src/ it sees the oracle, kernels, base, and the rules and
    their calls, which are data. What has state (executors, look-up) would be a second copy of the
    library's."""
    allowed = re.compile(r"(base|kernels)/.*|moe/reference.*|moe/config\.h|"
                         r"ops/(window_size|product|rule|\w*call|\w*params|tensor_arg|documented|\w*_rules|call_text)\.h")
    offences = []
    headers = {str(p.relative_to(root / "src")) for p in (root / "src").rglob("*.h")}
    for path in sorted((root / "tools").rglob("*")):
        if path.suffix in (".h", ".cc"):
            for number, header in includes_of(path.read_text()):
                if header in headers and not PUBLIC.fullmatch(header) and not allowed.fullmatch(header):
                    offences.append(f"{path.relative_to(root)}:{number}: the tool must not include {header}")
    return offences


def check_files(root):
    """Long files, and words that mark what is unfinished."""
    offences = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in (".h", ".cc", ".c", ".inc"):
                continue
            lines = path.read_text().splitlines()
            if len(lines) > MAX_LINES and folder != "include":
                offences.append(f"{path.relative_to(root)}:1: {len(lines)} lines; at most {MAX_LINES}")
            for number, line in enumerate(lines, 1):
                if UNFINISHED.search(line):
                    offences.append(f"{path.relative_to(root)}:{number}: unfinished: {line.strip()}")
    return offences


def main():
    root = pathlib.Path(sys.argv[1])
    if not any((root / "src").rglob("*.cc")):
        print(f"no sources under {root}/src")
        return 1
    offences = check_src(root / "src") + check_tools(root) + check_files(root)
    for offence in offences:
        print(offence)
    print(f"{len(offences)} offences")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
