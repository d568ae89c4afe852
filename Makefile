# Cordon's two commands are `make demo` and `make test`; each installs what is missing on a bare Debian 12 machine with Swift.
#
# Everything is built in one configuration, release: the tests run the code that is shipped, and both commands share one
# build folder. Tests see `package` symbols, so no -enable-testing is needed and nothing is compiled twice.

SWIFT  ?= swift
CORDON := .build/release/cordon
CORDOND := .build/release/cordond
VENV   := .build/venv

# What tests and tools start. Each can be set from outside; python3 is the environment that deps-test made, where it did.
export CORDON_BINARY ?= $(CURDIR)/$(CORDON)
export CORDOND_BINARY ?= $(CURDIR)/$(CORDOND)
export CORDON_PYTHON ?= $(if $(wildcard $(VENV)/bin/python3),$(CURDIR)/$(VENV)/bin/python3,python3)
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help deps deps-test build demo test bench eval fuzz clean

help:
	@echo 'make demo    build the release program and play the incident of September 2025 on a fictitious trail'
	@echo 'make test    build and run all tests (release)'
	@echo 'make build   the program alone: $(CORDON)'
	@echo 'make server  the server alone: $(CORDOND)'
	@echo 'make deb     the Debian package, tried by unpacking and running it'
	@echo 'make bench   speed as ratios against peers taken in the same run'
	@echo 'make eval    the detection table on real streams (CORDON_EVAL and CORDON_VECTORS name the data)'
	@echo 'make fuzz    every fuzz target, SECONDS=120 each, or TARGET=name alone'
	@echo 'make deps    what the program needs; make deps-test also what its tests need'
	@echo 'make clean   remove the build folder and the demo'

deps:
	@scripts/deps run

deps-test:
	@scripts/deps test

build: deps
	$(SWIFT) build -c release --product cordon

.PHONY: server
server: deps
	$(SWIFT) build -c release --product cordond

# The Debian package of both programs, and a try of it that installs nothing.
.PHONY: deb
deb: server build
	@scripts/try-deb "$$(scripts/package-deb .build)"

demo: build
	$(CORDON) demo

# A second make, so that what deps-test has just installed is seen.
test: deps-test
	@$(MAKE) --no-print-directory run-tests

.PHONY: run-tests
run-tests:
	@scripts/timed resolve $(SWIFT) package resolve
	@scripts/timed build $(SWIFT) build -c release --build-tests
	@scripts/timed test $(SWIFT) test -c release --skip-build --disable-xctest
	@scripts/timed schemathesis Tests/Server/schemathesis

bench: build
	$(CORDON) bench

eval: build
	$(CORDON_PYTHON) Tests/Eval/run.py

fuzz:
	@Fuzz/run $(if $(TARGET),$(TARGET),all) $(if $(SECONDS),$(SECONDS),120)

clean:
	rm -rf .build cordon-demo demo
