# Everything runs from a fresh clone: each target makes what it needs, once; the stamps in .venv/ say what is done.
# Works with GNU make on a machine with Python 3.11 and the package registries; root on Debian installs the rest itself.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

HOST ?= flask
PORT ?= 8000
WORKERS ?= 2

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# Python compiles what it imports, when it does: all at once takes as long as fetching it.
LOCKED := --no-compile --require-hashes
STATIC := src/klantportaal/adapters/web/static
FONTS := src/klantportaal/adapters/pdf/fonts
# The sign that all is there: it is written last.
ASSETS := $(STATIC)/LICENSES.txt
FRONTEND := $(wildcard frontend/*.json frontend/*.mjs frontend/*.py frontend/src/* frontend/src/*/* frontend/public/*)
SPREAD := -n $(WORKERS) --dist=worksteal
# A browser waits half of its time, for mail or for a page; one more worker than processors fills that.
SPREAD_BROWSERS := -n $(shell expr $(WORKERS) + 1) --dist=worksteal
# What holds the rules and the use cases, to the last branch; following branches makes tests half as slow again.
RULES := tests/domain tests/usecases
BROWSERS := tests/browser
# With PYTEST="-k ..." one of the runs may have no test to run (pytest's exit code 5); without, that is a failure.
NONE := test $$? -eq 5 -a -n '$(PYTEST)'

.PHONY: help demo demo-clean test check lint fmt types imports pytest coverage mutants bench picture assets lock chromium clean

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.demo $(ASSETS) ## Start the demo; HOST=flask|fastapi, PORT=8000; its state stays in .demo/
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/python -m examples.demo

demo-clean: ## Forget the demo's state
	rm -rf .demo

test: check pytest coverage ## All checks and all tests, with coverage
	@echo; echo "pytest said:"; tail -q -n 1 .build/rules.txt .build/pytest.txt .build/browser.txt

check: lint types imports

lint: .venv/.dev ## Style: ruff's rules, and its formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

fmt: .venv/.dev ## Mend what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# mypy for all of it; pyright, which editors show, for a vendor's file that uses every call.
types: .venv/.dev | .venv/.node
	$(BIN)/mypy
	$(BIN)/python frontend/assemble.py --types

imports: .venv/.dev
	$(BIN)/lint-imports --no-logo

# Those in a browser have processes of their own: Playwright leaves an event loop running in them, which others trip over.
pytest: .venv/.dev .venv/.pgserver $(ASSETS) chromium
	@mkdir -p .build && rm -f .coverage .coverage.*
	$(BIN)/python -m pytest $(RULES) $(SPREAD) --cov --cov-report= $(PYTEST) 2>&1 | tee .build/rules.txt || $(NONE)
	$(BIN)/python -m pytest $(RULES:%=--ignore=%) $(BROWSERS:%=--ignore=%) $(SPREAD) $(PYTEST) 2>&1 | tee .build/pytest.txt || $(NONE)
	$(BIN)/python -m pytest $(BROWSERS) $(SPREAD_BROWSERS) $(PYTEST) 2>&1 | tee .build/browser.txt || $(NONE)

# Of the rules and the use cases, every branch.
coverage: pytest
	$(BIN)/coverage report --fail-under=100

mutants: .venv/.dev ## Plant faults in the rules of questionnaires, and see the tests notice each; three minutes
	$(BIN)/python -m tools.mutants

bench: .venv/.dev .venv/.pgserver $(ASSETS) ## Measure performance; writes benchmarks/results.json
	$(BIN)/python -m benchmarks $(BENCH)

picture: .venv/.dev $(ASSETS) chromium ## Take the README's picture of the demo anew
	$(BIN)/python -m tests.support.picture

assets: $(ASSETS) ## Build the style sheets, scripts and icons that browsers fetch, and the fonts of PDFs

lock: .venv/.dev ## Renew the locks; UPGRADE=1 takes the newest versions
	tools/locks

clean: ## Forget everything that was installed or built; the demo's state stays
	rm -rf .venv .build $(STATIC) $(FONTS) frontend/node_modules frontend/types/node_modules

chromium:
	@tools/chromium

.venv/bin/python:
	tools/venv .venv

# The lock of the tests holds all of the demo's, at the same versions.
.venv/.demo: requirements/demo.txt pyproject.toml | .venv/bin/python
	$(PIP) install $(LOCKED) --requirement requirements/demo.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	$(PIP) install $(LOCKED) --requirement requirements/dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Only where the machine has no Node.js.
.venv/.node: requirements/node.txt | .venv/bin/python
	@$(BIN)/python frontend/assemble.py --machine-has-node || $(PIP) install $(LOCKED) --requirement $<
	@touch $@

# Only where neither the demo nor the tests have brought it.
.venv/.fonts: requirements/fonts.txt | .venv/bin/python
	@$(BIN)/python -c 'import fontTools' 2>/dev/null || $(PIP) install $(LOCKED) --requirement $<
	@touch $@

# Only where the machine has no PostgreSQL, and none is given.
.venv/.pgserver: requirements/pgserver.txt .venv/.dev
	@$(BIN)/python -m tests.support.postgres || $(PIP) install $(LOCKED) --requirement $<
	@touch $@

$(ASSETS): $(FRONTEND) | .venv/.node .venv/.fonts
	$(BIN)/python frontend/assemble.py
