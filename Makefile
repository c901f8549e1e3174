# Statusbook: every verb works as the first command after a clone.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes

.DEFAULT_GOAL := help
.PHONY: help build serve check test lint fmt bench bench-compare lab fuzz release pins clean

help: ## list the verbs
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(VENV)/build.done ## write the site to site/
	@$(BIN)/python build.py build $(ARGS)

serve: $(VENV)/build.done ## show the site at http://127.0.0.1:8000, reloading on every edit
	@$(BIN)/python build.py serve $(ARGS)

check: $(VENV)/build.done ## look for mistakes that a build lets pass
	@$(BIN)/python build.py check $(ARGS)

test: lint ## run every test
	@$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/lab.done ## style, types and the floors of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > $(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }

fmt: $(VENV)/test.done ## format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/test.done ## measure the generator and the pages
	@$(BIN)/python -m tests.bench $(ARGS)

bench-compare: $(VENV)/test.done ## show the last measurement beside the one that is kept
	@$(BIN)/python -m tests.bench compare

lab: $(VENV)/lab.done ## run the lab's recipes with real servers and keep what they captured
	@$(BIN)/python build.py lab $(ARGS)

fuzz: $(VENV)/fuzz.done ## look for inputs that break a reader, guided by coverage
	@$(BIN)/python -m tests.fuzz $(ARGS)

release: $(VENV)/release.done ## make a release: the site as a ZIP, its bill of materials, licences
	@$(BIN)/python .ci/release.py $(ARGS)

pins: $(VENV)/test.done ## pin the newest dependencies, with hashes
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet pip-tools
	@for set in build test lab fuzz release; do \
	  $(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	    $$(test $$set = build || echo --extra $$set --constraint requirements/build.txt) \
	    $$(test $$set = lab && echo --constraint requirements/test.txt) \
	    --output-file requirements/$$set.txt pyproject.toml || exit 1; \
	done

clean: ## remove what the other verbs made
	@rm -rf site .site.lock .cache $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis artefacts
	@find statusbook tests build.py -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Statusbook needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12" >&2; exit 1; }
	@echo "making $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(VENV) could not be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/build.done: requirements/build.txt | $(VENV)/bin/python
	@echo "installing what the build needs (once)"
	@$(PIP) -r requirements/build.txt
	@touch $@

$(VENV)/test.done: requirements/test.txt $(VENV)/build.done
	@echo "installing what the tests need (once)"
	@$(PIP) -r requirements/test.txt
	@touch $@

$(VENV)/lab.done: requirements/lab.txt $(VENV)/test.done
	@echo "installing what the lab needs (once)"
	@$(PIP) -r requirements/lab.txt
	@touch $@

$(VENV)/fuzz.done: requirements/fuzz.txt $(VENV)/test.done
	@echo "installing what fuzzing needs (once)"
	@$(PIP) -r requirements/fuzz.txt
	@touch $@

$(VENV)/release.done: requirements/release.txt $(VENV)/build.done
	@echo "installing what a release needs (once)"
	@$(PIP) -r requirements/release.txt
	@touch $@
