#!/usr/bin/env python3
"""Each rule of check_source.py finds an offence that breaks it, and nothing in a sound tree."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parent / "check_source.py"
SOUND = {
    "src/base/error.h": "",
    "src/kernels/isa.cc": '#include <immintrin.h>\n#include "base/error.h"\n',
    "src/comm/group.h": '#include <sys/socket.h>\n#include <thread>\n#include "base/error.h"\n',
    "src/moe/config.h": '#include "base/error.h"\n',
    "src/moe/dispatch.cc": '#include "comm/group.h"\n#include "moe/config.h"\n',
    "src/moe/dispatch_test.cc": '#include <thread>\n#include "moe/reference.h"\n',
    "src/moe/reference.h": '#include "moe/config.h"\n',
    "src/capi/hccl.cc": '#include <hccl/hccl.h>\n#include "comm/group.h"\n',
    "tools/ferry/main.cc": '#include <hccl/hccl.h>\n#include "moe/reference.h"\n',
}


def offences_of(changed):
    """What the check prints for the sound tree with `changed` files, and its exit status."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in {**SOUND, **changed}.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        run = subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True)
    return run.stdout.splitlines()[:-1], run.returncode


class CheckSource(unittest.TestCase):
    def expect(self, changed, *offences):
        found, status = offences_of(changed)
        self.assertEqual(found, list(offences))
        self.assertEqual(status, 1 if offences else 0)

    def test_sound_tree_passes(self):
        self.expect({})

    def test_empty_tree_fails(self):
        with tempfile.TemporaryDirectory() as root:
            run = subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)

    def test_upward_include(self):
        self.expect({"src/kernels/isa.h": '\n#include "moe/config.h"\n'},
                    "src/kernels/isa.h:2: kernels must not include moe: moe/config.h")

    def test_upward_include_in_a_test(self):
        self.expect({"src/kernels/isa_test.cc": '#include "moe/config.h"\n'},
                    "src/kernels/isa_test.cc:1: kernels must not include moe: moe/config.h")

    def test_sideways_include(self):
        self.expect({"src/memory/segment.cc": '#include "kernels/isa.h"\n', "src/kernels/isa.h": ""},
                    "src/memory/segment.cc:1: memory must not include kernels: kernels/isa.h")

    def test_unknown_layer(self):
        self.expect({"src/util/misc.h": ""}, "src/util/misc.h:1: no layer of the design: util")

    def test_confined_headers(self):
        for header, what in (("immintrin.h", "intrinsics"), ("sys/socket.h", "sockets"),
                             ("ucp/api/ucp.h", "UCX"), ("thread", "threads"),
                             ("acl/acl.h", "the public C API")):
            self.expect({"src/moe/routing.cc": f"#include <{header}>\n"},
                        f"src/moe/routing.cc:1: {what} in moe: {header}")

    def test_oracle_that_shares_code(self):
        self.expect({"src/moe/reference.cc": '#include "moe/layout.h"\n', "src/moe/layout.h": ""},
                    "src/moe/reference.cc:1: the oracle must not share code: moe/layout.h")

    def test_code_that_leans_on_the_oracle(self):
        self.expect({"src/moe/combine.cc": '#include "moe/reference.h"\n'},
                    "src/moe/combine.cc:1: only tests may include the oracle: moe/reference.h")

    def test_cycle_of_files(self):
        self.expect({"src/base/a.h": '#include "base/b.h"\n', "src/base/b.h": '#include "base/a.h"\n'},
                    "src/base/a.h:1: cycle of files: base/a.h -> base/b.h -> base/a.h")

    def test_cycle_of_folders(self):
        found, status = offences_of({"src/comm/a.h": '#include "memory/b.h"\n', "src/memory/b.h": "",
                                     "src/memory/c.h": '#include "comm/d.h"\n', "src/comm/d.h": ""})
        self.assertIn("src/comm:1: cycle of folders: comm -> memory -> comm", found)
        self.assertEqual(status, 1)

    def test_tool_that_reaches_inside(self):
        self.expect({"tools/ferry/run.cc": '#include "comm/group.h"\n'},
                    "tools/ferry/run.cc:1: the tool must not include comm/group.h")
        self.expect({"tools/ferry/run.cc": '#include "ops/executor.h"\n', "src/ops/executor.h": ""},
                    "tools/ferry/run.cc:1: the tool must not include ops/executor.h")

    def test_tool_that_reads_rules(self):
        self.expect({"tools/ferry/check.cc": '#include "ops/dispatch_rules.h"\n',
                     "src/ops/dispatch_rules.h": ""})

    def test_long_file(self):
        self.expect({"src/base/error.h": "\n" * 451}, "src/base/error.h:1: 451 lines; at most 450")
        self.expect({"src/base/error.h": "\n" * 450})

    def test_unfinished(self):
        self.expect({"examples/a.cc": "// TODO: more\n"}, "examples/a.cc:1: unfinished: // TODO: more")


if __name__ == "__main__":
    unittest.main()
