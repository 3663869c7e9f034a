"""Tests of check_fuzz_reach.py on small trees."""
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # nothing is left beside the sources
import check_fuzz_reach  # noqa: E402

HEADER = """
/* Not this: ACL_FUNC_VISIBILITY int aclNotDeclared(void); */
ACL_FUNC_VISIBILITY aclError aclrtFirst(void);
FERRY_API const char* ferry_second(const char* text,
                                   size_t size);
"""


class CheckFuzzReachTest(unittest.TestCase):
    def complaints(self, code, exceptions=()):
        with tempfile.TemporaryDirectory() as work:
            root = pathlib.Path(work)
            (root / "acl.h").write_text(HEADER)
            (root / "fuzz").mkdir()
            (root / "fuzz" / "some_fuzz.cc").write_text(code)
            functions = check_fuzz_reach.declared(root)
            words = check_fuzz_reach.used(root / "fuzz")
            return check_fuzz_reach.complaints(functions, words, dict.fromkeys(exceptions, "why"))

    def test_accepts_calls_of_all(self):
        self.assertEqual(self.complaints("aclrtFirst(); ferry_second(0, 0);"), [])

    def test_names_what_only_a_comment_or_a_text_mentions(self):
        wrong = self.complaints('ferry_second("aclrtFirst", 1); // aclrtFirst\n')
        self.assertEqual(wrong, ["aclrtFirst: no target of tests/fuzz calls it"])

    def test_accepts_an_exception(self):
        self.assertEqual(self.complaints("aclrtFirst();", ["ferry_second"]), [])

    def test_names_an_exception_that_is_none(self):
        wrong = self.complaints("aclrtFirst(); ferry_second();", ["ferry_second", "ferry_third"])
        self.assertEqual([line.split(":")[0] for line in wrong], ["ferry_second", "ferry_third"])


if __name__ == "__main__":
    unittest.main()
