# Every target sets up what it needs and no more. Python 3.11 or newer and make are enough to begin.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run
ALL := $(VENV)/.all
PEERS := .venv-peers

.PHONY: setup peers demo check test test-slow test-gpu bench docs map golden clean help

help:
	@echo "make demo       the whole path on a simulated genome; ends in runs/demo/report.html"
	@echo "make test       checks and fast tests;   make test-slow   end-to-end and full-count tests"
	@echo "make check      format, lint, types, import layers, mirror of src and tests"
	@echo "make peers      the packages that senformer is compared with, in .venv-peers"
	@echo "make bench      time and memory beside them, as dated files in benchmarks/results"
	@echo "make docs       build the documentation, warnings as errors"
	@echo "make test-gpu   tests that need a CUDA device"
	@echo "make experiment-e1   an experiment of configs/experiments; again after a kill: it goes on"
	@echo "make map        folders, sizes, longest files and functions"
	@echo "make golden     write golden data anew"

setup: $(ALL)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("senformer needs Python 3.11 or newer, this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(RUN): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $(RUN)

$(ALL): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,check,docs]'
	@touch $(RUN) $(ALL)

$(PEERS)/.all: constraints-peers.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints-peers.txt torch==2.13.0
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints-peers.txt enformer-pytorch
	@touch $(PEERS)/.all

peers: $(PEERS)/.all

demo: $(RUN)
	$(BIN)/senformer demo --out runs/demo

check: $(ALL)
	$(BIN)/ruff format --check src tests scripts benchmarks docs/conf.py
	$(BIN)/ruff check src tests scripts benchmarks docs/conf.py
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/check_layout.py

test: $(ALL)
	$(BIN)/python -m pytest -n 2 -m "not slow and not gpu" --jaxtyping-packages=senformer,beartype.beartype --timeout=120

test-slow: $(ALL)
	$(BIN)/python -m pytest -n 2 -m "slow and not gpu" --timeout=1500

test-gpu: $(ALL)
	$(BIN)/python -m pytest -m gpu --timeout=900

docs: $(ALL)
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

BENCH := benchmarks/results/$(shell date +%F)
bench: $(RUN) peers
	$(BIN)/senformer bench attention --out $(BENCH)_attention.json --lengths 131072,196608,393216,786432 --kinds dense_plain,dense,bigbird --minutes 10
	$(BIN)/senformer bench forward --out $(BENCH)_forward.json --lengths 196608 --kinds dense,bigbird --precision fp32,bf16 --minutes 10
	$(BIN)/senformer bench receptive-field --out $(BENCH)_receptive_field.json --sequences 5

experiment-%: $(RUN)
	$(BIN)/python -m benchmarks.experiments.run $* --out runs/$* --parallel 2

map: $(ALL)
	$(BIN)/python scripts/map.py

golden: $(ALL)
	$(BIN)/python scripts/golden.py

clean:
	rm -rf $(VENV) $(PEERS) runs docs/_build build dist
