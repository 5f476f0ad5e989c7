PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One more than there are cores: much of a test is waiting for a process to start.
TEST_PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# Nothing outside the checkout: pip would keep a cache in the home directory.
export PIP_NO_CACHE_DIR := 1
# Compiled once, not at every start of every process.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check bench lock clean

run: $(VENV)/.run-stamp
	@$(BIN)/python manage.py setup --noinput --quiet
	@exec $(BIN)/python manage.py portal

test: $(VENV)/.dev-stamp
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadgroup $(ARGS)

check: $(VENV)/.dev-stamp
	@# Without its cache: what sorts as first-party depends on directories that come and go.
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python manage.py check
	@DATABASE_URL=sqlite:///$(abspath $(VENV))/check.sqlite3 $(BIN)/python manage.py makemigrations --check --dry-run
	@# Not with --quiet, under which its warnings do not count.
	@$(BIN)/mkdocs build --strict --site-dir $(abspath $(VENV))/documentation
	@$(BIN)/python -m pytest -q tests/test_architecture.py

bench: $(VENV)/.dev-stamp
	@$(BIN)/python -m benchmarks $(ARGS)

# The locks are made from pyproject.toml, for Python 3.11 and later on every platform.
lock: $(VENV)/.dev-stamp
	@$(BIN)/uv pip compile -q --upgrade --universal --no-header --python-version 3.11 pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --no-header --python-version 3.11 --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

$(VENV)/bin/python:
	@$(PYTHON) --version >/dev/null 2>&1 || { echo "There is no $(PYTHON) that runs. OpsPortal needs Python 3.11 or later: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "OpsPortal needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version). Try: make run PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "This Python cannot make virtual environments. On Debian: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.run-stamp: requirements.txt | $(VENV)/bin/python
	@echo "Installing dependencies (once)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev-stamp: requirements-dev.txt $(VENV)/.run-stamp
	@echo "Installing what the tests need (once)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
