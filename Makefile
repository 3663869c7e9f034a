# Two commands: `make run` and `make test`. Both set this machine up first; SETUP=0 leaves it alone.
SHELL := /bin/bash
JOBS ?= $(shell nproc)
# What `make test` builds and tests, in this order; TESTS=release for the first alone.
TESTS ?= release asan tsan fuzz
export JOBS

.PHONY: help run test build release asan tsan fuzz format format-check tidy clean setup-run setup-test

help:
	@echo 'make run            set up, build, and carry a real text to its experts and back'
	@echo 'make test           set up, build, and run all tests: release, under sanitizers, fuzzed'
	@echo '                    TESTS="release" | "asan" | "tsan" | "fuzz": only these'
	@echo 'make build          set up and build the release preset into build/release'
	@echo 'make release        the tests of the release preset'
	@echo 'make asan           the tests under the address and undefined-behaviour sanitizers'
	@echo 'make tsan           the tests under the thread sanitizer'
	@echo 'make fuzz           fuzz each target for FUZZ_SECONDS (1800); new inputs go to build/fuzz'
	@echo 'make format         clang-format every source; format-check: only look (also a test)'
	@echo 'make tidy           clang-tidy over src/ and tools/ (minutes, so no part of make test)'
	@echo 'make clean          remove build/'

setup-run:
	@scripts/setup.sh run

setup-test:
	@scripts/setup.sh test

# Without tests where nothing is configured yet: they need packages that these goals do not.
build: setup-run
	@[ -e build/release/build.ninja ] || cmake --preset release -DFERRY_BUILD_TESTS=OFF
	@cmake --build build/release -j $(JOBS)

run: setup-run
	@[ -e build/release/build.ninja ] || cmake --preset release -DFERRY_BUILD_TESTS=OFF
	@cmake --build build/release -j $(JOBS) --target ferry_tool
	@build/release/bin/ferry run

test: setup-test
	@scripts/test.sh $(TESTS)

release asan tsan: setup-test
	@scripts/test.sh $@

FUZZ_SECONDS ?= 1800
fuzz: setup-test
	@scripts/fuzz.sh $(FUZZ_SECONDS)

SOURCES = find src include tools tests examples bench -name '*.cc' -o -name '*.h' -o -name '*.c'

format:
	@$(SOURCES) | xargs clang-format -i

format-check:
	@tests/house/check_format.sh . clang-format

# fmt_library.cc is fmt's own code.
tidy:
	@cmake --preset release
	@find src tools -name '*.cc' ! -name '*_test.cc' ! -name fmt_library.cc | \
	  xargs -P $(JOBS) -n 4 clang-tidy -quiet -p build/release

clean:
	rm -rf build
