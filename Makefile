# Every target works in a fresh clone: it first makes what it needs, once. Stamp files in .venv/ record what was made.
# Needs GNU make, Python 3.11 and access to the package registries. On Debian, root installs the rest automatically.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

HOST ?= flask
PORT ?= 8000
WORKERS ?= 2

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# Python compiles modules when it first imports them. Compiling all of them at once takes as long as downloading them.
LOCKED := --no-compile --require-hashes
STATIC := src/klantportaal/adapters/web/static
FONTS := src/klantportaal/adapters/pdf/fonts
# The build writes this file last: if it exists, the assets are complete.
ASSETS := $(STATIC)/LICENSES.txt
# npm writes this file last: if it exists, the OpenID provider of the tests is complete.
OPENID := tests/support/openid/node_modules/.package-lock.json
FRONTEND := $(wildcard frontend/*.json frontend/*.mjs frontend/*.py frontend/src/* frontend/src/*/* frontend/public/*)
SPREAD := -n $(WORKERS) --dist=worksteal
# A browser test waits half of its time, for mail or for a page. One worker more than processors uses that time.
SPREAD_BROWSERS := -n $(shell expr $(WORKERS) + 1) --dist=worksteal
# These tests must cover every branch of the domain and the use cases. Branch coverage makes tests 50 % slower.
RULES := tests/domain tests/usecases
BROWSERS := tests/browser
# Scenarios with real faults: killed processes, frozen servers, full disks. Each counts what it did and what was lost.
FAULTS := tests/faults
# With PYTEST="-k ...", a run may select no tests, which is pytest's exit code 5. Without PYTEST, that is a failure.
NONE := test $$? -eq 5 -a -n '$(PYTEST)'

.PHONY: help demo demo-clean test check lint fmt types imports pytest test-faults coverage mutants bench picture assets lock chromium nginx strace clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.demo $(ASSETS) ## Start the demo; HOST=flask|fastapi, PORT=8000; its data stays in .demo/
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/python -m examples.demo

demo-clean: ## Delete the demo's data
	rm -rf .demo

test: check pytest test-faults coverage ## All checks and all tests, with coverage
	@echo; echo "pytest said:"; tail -q -n 1 .build/rules.txt .build/pytest.txt .build/faults.txt .build/browser.txt

check: lint types imports

lint: .venv/.dev ## Check style and formatting with ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

fmt: .venv/.dev ## Fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# mypy for all of it; pyright, which editors show, for a vendor's file that uses every call.
types: .venv/.dev | .venv/.node
	$(BIN)/mypy
	$(BIN)/python frontend/assemble.py --types

imports: .venv/.dev
	$(BIN)/lint-imports --no-logo

# Browser tests run in their own processes: Playwright leaves an event loop running, which breaks other tests.
pytest: .venv/.dev .venv/.pgserver $(ASSETS) $(OPENID) chromium nginx strace
	@mkdir -p .build && rm -f .coverage .coverage.*
	$(BIN)/python -m pytest $(RULES) $(SPREAD) --cov --cov-report= $(PYTEST) 2>&1 | tee .build/rules.txt || $(NONE)
	$(BIN)/python -m pytest $(RULES:%=--ignore=%) $(BROWSERS:%=--ignore=%) $(FAULTS:%=--ignore=%) $(SPREAD) $(PYTEST) 2>&1 | tee .build/pytest.txt || $(NONE)
	$(BIN)/python -m pytest $(BROWSERS) $(SPREAD_BROWSERS) $(PYTEST) 2>&1 | tee .build/browser.txt || $(NONE)

test-faults: .venv/.dev .venv/.pgserver $(ASSETS) strace ## Tests with faults; prints what each scenario did, lost and doubled
	@mkdir -p .build && rm -f .build/tallies.txt
	KLANTPORTAAL_TALLIES=.build/tallies.txt $(BIN)/python -m pytest $(FAULTS) $(SPREAD) $(PYTEST) 2>&1 | tee .build/faults.txt || $(NONE)
	@sort .build/tallies.txt

# Every branch of the domain and the use cases must be covered.
coverage: pytest
	$(BIN)/coverage report --fail-under=100

mutants: .venv/.dev ## Insert faults into the rules of questionnaires, and check that tests detect each; three minutes
	$(BIN)/python -m tools.mutants

bench: .venv/.dev .venv/.pgserver $(ASSETS) nginx $(if $(findstring --peers,$(BENCH)),.venv/peers/.done) ## Measure performance; BENCH="--peers" beside other libraries
	$(BIN)/python -m benchmarks $(BENCH)

picture: .venv/.dev $(ASSETS) chromium ## Renew the picture of the demo in the README
	$(BIN)/python -m tests.support.picture

assets: $(ASSETS) ## Build the style sheets, scripts and icons for browsers, and the fonts of PDFs

lock: .venv/.dev ## Renew the locks; UPGRADE=1 uses the newest versions
	tools/locks

clean: ## Delete everything that was installed or built, except the demo's data
	rm -rf .venv .build $(STATIC) $(FONTS) frontend/node_modules frontend/types/node_modules $(dir $(OPENID))

chromium:
	@tools/chromium

nginx:
	@tools/nginx

strace:
	@tools/strace

.venv/bin/python:
	tools/venv .venv

# The lock of the tests has all packages of the demo, in the same versions.
.venv/.demo: requirements/demo.txt pyproject.toml | .venv/bin/python
	$(PIP) install $(LOCKED) --requirement requirements/demo.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	$(PIP) install $(LOCKED) --requirement requirements/dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Installed only if the machine has no Node.js.
.venv/.node: requirements/node.txt | .venv/bin/python
	@$(BIN)/python frontend/assemble.py --machine-has-node || $(PIP) install $(LOCKED) --requirement $<
	@touch $@

# Installed only if neither the demo nor the tests have installed it.
.venv/.fonts: requirements/fonts.txt | .venv/bin/python
	@$(BIN)/python -c 'import fontTools' 2>/dev/null || $(PIP) install $(LOCKED) --requirement $<
	@touch $@

# Installed only if the machine has no PostgreSQL and none is configured.
.venv/.pgserver: requirements/pgserver.txt .venv/.dev
	@$(BIN)/python -m tests.support.postgres || $(PIP) install $(LOCKED) --requirement $<
	@touch $@

# Other libraries, in an environment of their own.
.venv/peers/.done: requirements/peers.txt | .venv/bin/python
	tools/venv .venv/peers
	.venv/peers/bin/python -m pip --disable-pip-version-check -qq install $(LOCKED) --requirement $<
	@touch $@

$(ASSETS): $(FRONTEND) | .venv/.node .venv/.fonts
	$(BIN)/python frontend/assemble.py

$(OPENID): tests/support/openid/package-lock.json | .venv/.node
	$(BIN)/python frontend/assemble.py --openid
