# Two commands a newcomer needs: `make demo` and `make test`. Everything lands in .venv and build/; nothing global.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DEMO   ?= build/demo
SERVE  ?= yes
PORT   ?= 8100
WORKERS ?= 2

# Where an image forbids Python to keep what it compiles, every process of the tests would compile all libraries anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test accept-golden methods-reference check check-types check-form lock clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(READY) ## make the virtual environment from the lock

$(READY): requirements.lock pyproject.toml
	@echo "qonys: setting up $(VENV) from requirements.lock (pinned versions, checked hashes)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which with PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# Python compiles what it imports; to compile all that is installed would take longer than many a test.
	@$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## simulate, process, publish and serve the releases (SERVE=no builds only)
	@$(BIN)/qonys demo $(DEMO) --serve $(SERVE) --port $(PORT)

test: $(READY) ## run every test this machine can run; say what was not run
	@$(BIN)/python -m pytest -n $(WORKERS)

accept-golden: $(READY) ## take what the release of mini looks like now as its golden copies; look at git diff then
	@$(BIN)/python -m pytest -q tests/golden --accept-golden

methods-reference: $(READY) ## write the reference of the methods from their docstrings
	@$(BIN)/python docs/methods_reference.py

check: $(READY) ## lint, format, types, layers, spelling, architecture
	@$(MAKE) --no-print-directory -j 2 check-types check-form

check-types:
	$(BIN)/mypy

check-form:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/python -m pytest -q tests/architecture

lock: ## renew requirements.lock (needs uv; names no download address)
	uv lock --quiet && uv export --quiet --format requirements-txt --all-groups --no-emit-project --no-header --no-annotate > requirements.lock
	rm -f uv.lock

clean: ## delete the virtual environment and what was built
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
