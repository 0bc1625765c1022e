# Every target sets up what it needs: a virtual environment in .venv, the
# extension built into python/mudwire, and, for the tests, a browser. Only
# Python, Rust and make must be installed.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUST   := $(shell find rust -name '*.rs' -o -name Cargo.toml) Cargo.toml Cargo.lock

.DEFAULT_GOAL := help
.PHONY: help run test test-rust test-python test-oldest test-evennia conformance hostile hostile-quick lint format bench bench-quick instructions wheel clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.built ## start the portal with the lobby, on http://localhost:4008/
	$(BIN)/mudwire serve $(ARGS)

test: test-rust test-python test-oldest test-evennia ## run all tests

test-rust: ## run the tests in Rust
	cargo test --workspace --locked

test-python: $(VENV)/.built $(VENV)/.browser ## run the tests in Python, without those in Evennia and the testsuite
	$(BIN)/pytest --ignore=tests/evennia --ignore=tests/conformance $(ARGS)

test-evennia: $(VENV)/.evennia $(VENV)/.browser ## run the tests in real Evennia games
	$(BIN)/pytest tests/evennia $(ARGS)

# The oldest supported versions of Autobahn and Twisted, which Evennia pins.
OLDEST := .venv-oldest

test-oldest: $(OLDEST)/.mudwire ## test the protocol with the oldest Autobahn and Twisted
	$(OLDEST)/bin/pytest tests/transport tests/test_fast_frames.py tests/test_limits.py tests/test_protocol.py tests/test_fast_path.py $(ARGS)

conformance: $(VENV)/.built $(OLDEST)/.mudwire ## run the Autobahn testsuite against both paths; ARGS=--write for docs/conformance.md
	$(BIN)/pytest tests/conformance $(ARGS)

HOSTILE := PYTHONPATH=$(CURDIR)/python:$(CURDIR)/tests:$(CURDIR)/tools $(BIN)/python -m hostile

hostile: $(VENV)/.built ## attack a server in all ways, in forty minutes; ARGS=--write for docs/security.md
	$(HOSTILE) $(ARGS)

hostile-quick: $(VENV)/.built ## attack a server in some ways, in two minutes; fail if honest players notice
	$(HOSTILE) --quick $(ARGS)

lint: $(VENV)/.built ## check formatting, lints, types, stubs
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/stubtest mudwire._native

format: $(VENV)/.tools ## rewrite the sources in the house format
	cargo fmt --all
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

# The comparisons run in Evennia's virtual environment, with mudwire's wheel.
BENCH := PYTHONPATH=benches:tests:tests/evennia $(BIN)/python benches/in_evennia.py
MICRO := $(BENCH) pytest -q -c benches/pytest.ini --rootdir benches benches --benchmark-columns=median

bench: $(VENV)/.bench ## run all comparisons in a quarter of an hour; write docs/performance.md
	$(MICRO) --benchmark-json=benches/results/micro.json
	$(BENCH) python benches/e2e/run.py
	$(BENCH) python benches/e2e/game.py
	$(BENCH) python benches/tables.py --write
	$(BENCH) python benches/plots.py

bench-quick: $(VENV)/.bench ## run all comparisons in a minute; change no document
	mkdir -p benches/results/quick
	$(MICRO) --quick --benchmark-quiet --benchmark-json=benches/results/quick/micro.json
	$(BENCH) python benches/e2e/run.py --quick
	$(BENCH) python benches/tables.py --quick

instructions: $(VENV)/.built ## count the instructions of one call with valgrind; ARGS="--help" for more
	PYTHONPATH=benches:tests $(BIN)/python benches/instructions.py $(ARGS)

# The wheel holds no paths of the machine that built it.
DIST := dist
REMAP := --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=cargo --remap-path-prefix=$(CURDIR)=mudwire

wheel: $(VENV)/.tools ## build one wheel for every CPython from 3.11, in dist/
	RUSTFLAGS="$(REMAP)" $(BIN)/maturin build --release --locked --quiet --target-dir target/wheel --out $(DIST)

clean: ## remove all built files
	rm -rf $(VENV) $(OLDEST) .venv-evennia-* target dist python/mudwire/*.so

$(VENV)/.tools: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mudwire needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --group dev
	touch $@

$(OLDEST)/.tools: pyproject.toml
	$(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/pip install --quiet --upgrade 'pip>=25.1'
	$(OLDEST)/bin/pip install --quiet --group oldest
	touch $@

$(OLDEST)/.mudwire: $(OLDEST)/.tools $(VENV)/.built $(wildcard python/mudwire/*.py python/mudwire/*/*.py)
	rm -rf $(OLDEST)/wheel
	$(MAKE) wheel DIST=$(OLDEST)/wheel
	$(OLDEST)/bin/pip install --quiet --no-deps --force-reinstall $(OLDEST)/wheel/*.whl
	touch $@

$(VENV)/.built: $(VENV)/.tools $(RUST)
	PIP_QUIET=1 $(BIN)/maturin develop --release --locked --quiet
	touch $@

$(VENV)/.evennia: $(VENV)/.built tests/evennia/install $(wildcard python/mudwire/*.py python/mudwire/*/*.py)
	rm -rf $(VENV)/wheel
	$(MAKE) wheel DIST=$(VENV)/wheel
	$(BIN)/python tests/evennia/install $(VENV)/wheel/*.whl
	touch $@

$(VENV)/.bench: $(VENV)/.evennia $(wildcard benches/e2e/load/src/*.rs)
	$(BENCH) python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BENCH) python -m pip install --quiet --group bench
	cargo build --release --locked --quiet --package mudwire-load
	touch $@

$(VENV)/.browser: $(VENV)/.tools
	tests/browser/install
	touch $@
