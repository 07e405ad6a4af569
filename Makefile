# Two commands are all a newcomer needs: `make report` and `make test`. The rest is for contributors.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
READY := .venv/.ready

.PHONY: help setup report test check lint types contracts bench bench-L bench-prune bench-store fuzz gallery golden sample lock clean

help:            ## what can be made
	@grep -E '^[a-zA-Z-]+:.*##' Makefile | sed 's/:.*##/\t/'

setup: $(READY)  ## .venv with the locked versions and opsctl itself

$(READY): requirements.lock.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "opsctl needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q opsctl
	touch $(READY)

report: setup    ## the sample data's channel report
	$(BIN)/opsctl report sample_data/

test: setup      ## every test
	$(BIN)/python -m pytest -q -n auto

check: lint types contracts test  ## every gate

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

bench: setup     ## start-up; how often intervals hold the truth; polluted files; the job on 1 and 20 M rows against DuckDB and Polars
	$(BIN)/python tests/bench/startup.py
	$(BIN)/python tests/bench/coverage.py
	$(BIN)/python -m tests.bench.pollution
	$(BIN)/python -m tests.bench.taking_in
	$(BIN)/python -m tests.bench.job S M

bench-L: setup   ## the job on 100 M rows: 2 GB of disk, half an hour
	$(BIN)/python -m tests.bench.job L

SEED ?= 31000
bench-prune: setup  ## what the advice gains over 360 simulated worlds; needs the simulator beside the checkout
	$(BIN)/python tests/bench/prune_worlds.py $(SEED)

bench-store: setup  ## a thousand damages and two hundred kills -9: what the store loses
	$(BIN)/python -m tests.bench.store_damage
	$(BIN)/python -m tests.bench.store_kills

SECONDS ?= 600
fuzz: setup      ## mutated exports, mappings and configurations for so many seconds of processor time
	$(BIN)/python -m tests.bench.fuzz --seconds $(SECONDS)

gallery: setup   ## the reports as HTML, and pictures of them if there is a Chromium
	$(BIN)/python tests/bench/gallery.py

golden: setup    ## write the golden outputs anew; read the diff before committing it
	OPSCTL_WRITE_GOLDENS=1 $(BIN)/python -m pytest -q -n auto tests/test_goldens.py

sample: setup    ## write sample_data anew from its seed
	$(BIN)/python sample_data/make.py

lock:            ## resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --group dev --generate-hashes --no-header --no-emit-index-url --quiet -o requirements.lock.txt

clean:
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
