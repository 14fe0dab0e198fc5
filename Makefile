# make serve: everything from a fresh clone to the chat. make test: everything the tests need, then the tests.
# ARGS goes to the command behind a target: make serve ARGS="--port 8600 --no-browser", make test ARGS="-k markdown".

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# The first of these that is Python 3.11 or newer makes .venv; PYTHON=/path/to/python chooses another.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$name; break; }; done)
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable

.PHONY: serve test nightly lint types gate printables clean
.DEFAULT_GOAL := serve

serve: $(VENV)/.installed
	@exec $(BIN)/roadmap serve $(ARGS)

test: $(VENV)/.installed-dev
	$(BIN)/roadmap models pull
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

# The fault and hostile-input tests at their nightly counts: hours; never timed to the end. index/README.md has the table.
nightly: $(VENV)/.installed-dev
	$(BIN)/python -m pytest --nightly --timeout 0 tests/test_index_generation.py tests/test_index_crash.py tests/test_faults_*.py tests/test_fuzz_*.py $(ARGS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

# A data folder of its own: your index and its runs stay as they are.
gate: $(VENV)/.installed
	$(BIN)/roadmap models pull
	$(BIN)/roadmap index --corpus corpus --data build/gate
	$(BIN)/roadmap eval --data build/gate --gate --report build/evals $(ARGS)

printables: $(VENV)/.installed-dev
	$(BIN)/python corpus/printable/make_printables.py

# Your index and conversations (.roadmap) and the model weights (roadmap models says where) stay.
clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Installing the pinned dependencies; the first time this takes minutes" >&2
	@$(PIP_INSTALL) .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing what the tests need" >&2
	@$(PIP_INSTALL) ".[dev]"
	@touch $@

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Error: there is no Python 3.11 or newer here; install one (Debian, Ubuntu: apt-get install python3 python3-venv) or name it with make PYTHON=/path/to/python." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Error: $(PYTHON) is not Python 3.11 or newer; name one that is with make PYTHON=/path/to/python." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "Error: $(PYTHON) cannot make virtual environments; on Debian and Ubuntu run apt-get install python3-venv (as root or with sudo) and then make again." >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@
