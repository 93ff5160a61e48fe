# `make help` lists the verbs. Each one does its own set-up; nothing is reinstalled while
# requirements.txt and pyproject.toml stay as they are.
PYTHON ?= python3
VENV := .venv
BENCH := .venv-bench
BIN := $(VENV)/bin
PIP := VIRTUAL_ENV=$(VENV) $(BIN)/uv pip
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help book serve test lint unit pages nbval colab proof browser pdf notebooks translations bench compat pins clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1|/' | column -t -s '|'

$(VENV)/.book: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"The book needs Python 3.11 or newer. Received: {sys.version.split()[0]}. Say which: make PYTHON=python3.11 ...")'
	@{ $(BIN)/python -c '' && $(BIN)/uv --version; } >/dev/null 2>&1 || { $(PYTHON) -m venv --clear $(VENV) && $(BIN)/pip install --quiet --disable-pip-version-check uv -c requirements.txt; } || { echo "No virtual environment could be made in $(VENV). Run make clean, then try again."; exit 2; }
	$(PIP) install --quiet --group book -c requirements.txt
	@touch $@

$(VENV)/.test: $(VENV)/.book
	$(PIP) install --quiet --compile-bytecode --group test -c requirements.txt -e .
	@touch $@

book: $(VENV)/.book  ## build the site from the committed outputs and print where to open it
	@$(BIN)/python -m book.build html

serve: book  ## build, then serve the site on 127.0.0.1 (PORT=8000)
	@echo "http://127.0.0.1:$(PORT)/"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

test: lint unit pages nbval proof browser  ## all checks: style, unit tests, structure, chapters, Colab, pages
	@echo "All checks passed."

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

unit: $(VENV)/.test
	$(BIN)/pytest tests --ignore tests/test_book.py --ignore tests/browser --ignore tests/colab -n 2

pages: $(VENV)/.test
	$(BIN)/pytest tests/test_book.py

nbval: $(VENV)/.test
	$(BIN)/pytest --nbval-lax --nbval-kernel-name python3 -n 2 --dist loadfile chapters/en

colab: $(VENV)/.test  ## run the published notebooks on a machine like Colab's (CHAPTERS="03_autoencoder": these)
	CHAPTERS="$(CHAPTERS)" $(BIN)/pytest tests/colab

proof: $(VENV)/.test
	CHAPTERS="03_autoencoder 11_encoder_decoder" $(BIN)/pytest tests/colab

browser: $(VENV)/.test book
	$(BIN)/pytest tests/browser -n 2 --dist loadgroup

pdf: $(VENV)/.test book  ## print the book as one PDF for each edition, and offer it on the site
	@$(BIN)/python -m book.build pdf

notebooks: $(VENV)/.test  ## execute the chapters that changed and write their notebooks
	@$(BIN)/python -m book.build notebooks

translations: $(VENV)/.test  ## copy changed code into the translations and say which pages are behind
	@$(BIN)/python -m book.build translations

$(BENCH)/.ready: requirements.txt pyproject.toml benchmarks/requirements.txt
	@$(BENCH)/bin/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -c requirements.txt -r benchmarks/requirements.txt -e .
	@touch $@

bench: $(BENCH)/.ready  ## measure speed, memory and quality against others (RUN="training decoding": these)
	@$(BENCH)/bin/python -m benchmarks.run $(RUN)

compat: $(VENV)/.book  ## install and unit-test seqtut on other Pythons and an older TensorFlow
	@UV=$(BIN)/uv sh tests/compat.sh

pins: $(VENV)/.book  ## choose all versions anew
	$(BIN)/python -m book.build pins

clean:  ## remove what make has made
	rm -rf _build $(VENV) $(BENCH) .pytest_cache .ruff_cache .hypothesis build *.egg-info
