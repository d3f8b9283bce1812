# Every target works in a fresh clone: it first makes what it needs, once. Stamp files in .venv/ record what was made.
# Needs GNU make, Python 3.11 and access to the package registries. On Debian, root installs the rest automatically.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

HOST ?= flask
PORT ?= 8000
WORKERS ?= 2
URLS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# Python compiles modules when it first imports them. Compiling all of them at once takes as long as downloading them.
LOCKED := --no-compile --require-hashes
STATIC := src/klantportaal/adapters/web/static
FONTS := src/klantportaal/adapters/pdf/fonts
# The build writes this file last: if it exists, the assets are complete.
ASSETS := $(STATIC)/manifest.json
# What tests run from npm: the OpenID provider, the checker of HTML and that of the design rules of APIs. npm writes each
# of these files last.
RUN_BY_TESTS := $(patsubst %,tests/support/%/node_modules/.package-lock.json,openid html design_rules)
FRONTEND := $(wildcard frontend/*.json frontend/*.mjs frontend/*.py frontend/src/* frontend/src/*/* frontend/public/*)
SPREAD := -n $(WORKERS) --dist=worksteal
# A browser test waits half of its time, for mail or for a page. One worker more than processors uses that time.
SPREAD_BROWSERS := -n $(shell expr $(WORKERS) + 1) --dist=worksteal
# These tests must cover every branch of the domain and the use cases. Branch coverage makes tests 50 % slower.
RULES := tests/domain tests/usecases
BROWSERS := tests/browser
# Scenarios with real faults: killed processes, frozen servers, full disks. Each counts what it did and what was lost.
FAULTS := tests/faults
# What is released, installed on machines that have nothing else.
PACKAGES := tests/packages
# Tests on a real object store that checks signatures.
S3 := tests/s3
# The example of production, whole: hosts, workers, PostgreSQL, radosgw, clamd and nginx on this machine.
PRODUCTION := tests/production
# With PYTEST="-k ...", a run may select no tests, which is pytest's exit code 5. Without PYTEST, that is a failure.
NONE := test $$? -eq 5 -a -n '$(PYTEST)'

.PHONY: help demo demo-clean test ready check lint fmt types imports docs packages pytest test-faults test-packages test-production test-s3 coverage mutants bench picture assets lock bare buildah caddy chromium clamd curl java mono nginx php radosgw strace systemd clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.demo $(ASSETS) ## Start the demo; HOST=flask|fastapi, PORT=8000; its data stays in .demo/
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/python -m examples.demo

demo-clean: ## Delete the demo's data
	rm -rf .demo

# What is quick is first. At the end, stages run side by side that use one processor each, or that wait for most of their
# time, as scenarios with faults do.
test: ready ## All checks and all tests, with coverage
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint imports types docs
	$(MAKE) --no-print-directory pytest coverage
	$(MAKE) --no-print-directory --jobs=3 --output-sync=target test-faults test-packages test-production test-s3
	@echo; echo "pytest said:"; tail -q -n 1 .build/{rules,pytest,faults,s3,packages,production,browser}.txt

# Everything that is installed or built, one after another: two installers in one environment would be in each other's way.
ready: .venv/.dev .venv/.node .venv/.pgserver .venv/packages/.done $(ASSETS) $(RUN_BY_TESTS) bare buildah caddy chromium clamd curl java mono nginx php radosgw strace systemd

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

# --fresh-env: a warning is told each time, not only where a page changed.
docs: .venv/.dev | .venv/.node ## Build the site of the documentation, in .build/docs/; open index.html there
	$(BIN)/python -m tools.site --fresh-env

# Browser tests run in their own processes: Playwright leaves an event loop running, which breaks other tests.
pytest: .venv/.dev .venv/.pgserver $(ASSETS) $(RUN_BY_TESTS) caddy chromium clamd curl java mono nginx php strace systemd
	@mkdir -p .build && rm -f .coverage .coverage.*
	$(BIN)/python -m pytest $(RULES) $(SPREAD) --cov --cov-report= $(PYTEST) 2>&1 | tee .build/rules.txt || $(NONE)
	$(BIN)/python -m pytest $(RULES:%=--ignore=%) $(BROWSERS:%=--ignore=%) $(FAULTS:%=--ignore=%) $(S3:%=--ignore=%) $(PACKAGES:%=--ignore=%) $(PRODUCTION:%=--ignore=%) $(SPREAD) $(PYTEST) 2>&1 | tee .build/pytest.txt || $(NONE)
	$(BIN)/python -m pytest $(BROWSERS) $(SPREAD_BROWSERS) $(PYTEST) 2>&1 | tee .build/browser.txt || $(NONE)

test-faults: .venv/.dev .venv/.pgserver $(ASSETS) strace ## Tests with faults; prints what each scenario did, lost and doubled
	@mkdir -p .build && rm -f .build/tallies.txt
	KLANTPORTAAL_TALLIES=.build/tallies.txt $(BIN)/python -m pytest $(FAULTS) $(SPREAD) $(PYTEST) 2>&1 | tee .build/faults.txt || $(NONE)
	@sort .build/tallies.txt

test-packages: .venv/.dev .venv/.pgserver .venv/packages/.done $(ASSETS) bare buildah ## Build a release, and try it on this Python, on a bare Debian with the newest, and in containers
	@mkdir -p .build
	$(BIN)/python -m pytest $(PACKAGES) --timeout 600 $(PYTEST) 2>&1 | tee .build/packages.txt || $(NONE)

packages: .venv/.dev .venv/packages/.done ## Build a release in .build/dist/; URLS="Repository=https://…,Documentation=https://…" says where the project lives
	KLANTPORTAAL_URLS='$(URLS)' $(BIN)/python -m tools.packages .build/dist
test-s3: .venv/.dev $(ASSETS) radosgw ## Tests of files in an object store, on a real radosgw
	@mkdir -p .build
	$(BIN)/python -m pytest $(S3) $(SPREAD) $(PYTEST) 2>&1 | tee .build/s3.txt || $(NONE)

test-production: .venv/.dev .venv/.pgserver $(ASSETS) chromium clamd nginx radosgw ## The journey of a client on the example of production
	@mkdir -p .build
	$(BIN)/python -m pytest $(PRODUCTION) $(PYTEST) 2>&1 | tee .build/production.txt || $(NONE)

# Every branch of the domain and the use cases must be covered.
coverage: pytest
	$(BIN)/coverage report --fail-under=100

mutants: .venv/.dev ## Insert faults into the rules of questionnaires, and check that tests detect each; three minutes
	$(BIN)/python -m tools.mutants

bench: .venv/.dev .venv/.pgserver $(ASSETS) chromium nginx $(if $(findstring --peers,$(BENCH)),.venv/peers/.done) ## Measure performance; BENCH="--peers" beside other libraries
	$(BIN)/python -m benchmarks $(BENCH)

picture: .venv/.dev $(ASSETS) chromium ## Renew the picture of the demo in the README
	$(BIN)/python -m tests.support.picture

assets: $(ASSETS) ## Build the style sheets, scripts and icons for browsers, and the fonts of PDFs

lock: .venv/.dev ## Renew the locks; UPGRADE=1 uses the newest versions
	tools/locks

clean: ## Delete everything that was installed or built, except the demo's data
	rm -rf .venv .build $(STATIC) $(FONTS) frontend/node_modules frontend/types/node_modules $(dir $(RUN_BY_TESTS))

bare:
	@tools/bare .build/bare

buildah:
	@tools/buildah .build/images

caddy:
	@tools/caddy

chromium:
	@tools/chromium

clamd:
	@tools/clamd

curl:
	@tools/curl

java:
	@tools/java

mono:
	@tools/mono

nginx:
	@tools/nginx

php:
	@tools/php

radosgw:
	@tools/radosgw

strace:
	@tools/strace

systemd:
	@tools/systemd

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

# Cuts the fonts and compresses the files. Installed only if it is not there.
.venv/.fonts: requirements/fonts.txt | .venv/bin/python
	@$(BIN)/python -c 'import brotli, fontTools' 2>/dev/null || $(PIP) install $(LOCKED) --requirement $<
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

# What lists the parts of a release, in an environment of its own.
.venv/packages/.done: requirements/packages.txt | .venv/bin/python
	tools/venv .venv/packages
	.venv/packages/bin/python -m pip --disable-pip-version-check -qq install $(LOCKED) --requirement $<
	@touch $@

$(ASSETS): $(FRONTEND) | .venv/.node .venv/.fonts
	$(BIN)/python frontend/assemble.py

$(RUN_BY_TESTS) &: $(RUN_BY_TESTS:%/node_modules/.package-lock.json=%/package-lock.json) | .venv/.node
	$(BIN)/python frontend/assemble.py --tests
	@touch $(RUN_BY_TESTS)
