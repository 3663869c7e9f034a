# Two commands: `make run` and `make test`. Both set this machine up first (SETUP=0 to leave it alone).
SHELL := /bin/bash
JOBS ?= $(shell nproc)
PRESETS ?= release asan tsan

.PHONY: help run test build asan tsan release-test setup-run setup-test tidy clean

help:
	@echo 'make run      set up, build, and carry a real text to its experts and back'
	@echo 'make test     set up, build, and run all tests: release, then under sanitizers'
	@echo 'make build    build the release preset into build/release'
	@echo 'make asan     tests under the address and undefined-behaviour sanitizers'
	@echo 'make tsan     tests under the thread sanitizer'
	@echo 'make tidy     clang-tidy over src/ (not part of make test: minutes a file)'
	@echo 'make clean    remove build/'

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
	@scripts/test.sh $(PRESETS)

release-test asan tsan: setup-test
	@scripts/test.sh $(@:release-test=release)

tidy:
	@cmake --preset release
	@find src tools -name '*.cc' | xargs -P $(JOBS) -n 4 clang-tidy -quiet -p build/release

clean:
	rm -rf build
