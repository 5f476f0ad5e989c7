PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One more than there are cores: much of a test is waiting for a process to start.
TEST_PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Nothing outside the checkout: pip would keep a cache in the home directory.
export PIP_NO_CACHE_DIR := 1
# Compiled once, not at every start of every process.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check check-types check-others bench lock clean

run: $(VENV)/.run-stamp
	@$(BIN)/python manage.py setup --noinput --quiet
	@exec $(BIN)/python manage.py portal

test: $(VENV)/.dev-stamp
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadgroup --no-loadscope-reorder $(ARGS)

# The types take longest, and one core: the others are looked at beside them.
check: $(VENV)/.dev-stamp
	@$(MAKE) --no-print-directory -j 2 check-types check-others

check-types:
	@$(BIN)/mypy

check-others:
	@# Without its cache: what sorts as first-party depends on directories that come and go.
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/ruff format --check .
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

# uv downloads side by side and compiles on every core: a fourth of pip's time. Nothing is left to
# resolve in a lock. Where uv does not reach the packages, as with an index that only pip was told
# of, pip installs them.
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --compile-bytecode
define install
	@{ $(PIP) --only-binary uv "$$(grep '^uv==' requirements-dev.txt)" && UV_NO_CACHE=1 UV_LINK_MODE=copy UV_SYSTEM_CERTS=1 $(UV) -r $(1); } \
		2>$(VENV)/uv.log || $(PIP) -r $(1)
endef

$(VENV)/bin/python:
	@$(PYTHON) --version >/dev/null 2>&1 || { echo "There is no $(PYTHON) that runs. OpsPortal needs Python 3.11 or later: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "OpsPortal needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version). Try: make run PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "This Python cannot make virtual environments. On Debian: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.run-stamp: requirements.txt | $(VENV)/bin/python
	@echo "Installing dependencies (once)…"
	$(call install,requirements.txt)
	@touch $@

# What it runs with is in this lock as well.
$(VENV)/.dev-stamp: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	@echo "Installing what the tests need (once)…"
	$(call install,requirements-dev.txt)
	@touch $(VENV)/.run-stamp $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
