# Two commands set everything up: `make demo` and `make test`. Both build .venv from pyproject.toml and constraints.txt.

PYTHON ?= python3
BIN := .venv/bin
DEMO := .demo
REQUEST ?= Create a project called NASDAQ vs S&P 100, exploring stock returns for the past two years.

.PHONY: help demo test check format evals bench bench-cost clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (about a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.dev: .venv/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,postgres,mysql,temporal]'
	@touch $@

demo: .venv/.installed ## the main job on the embedded workspace: plan, build, run, read back, answer
	@DEEPNOTE_WORKFLOWS_HOME=$(DEMO) $(BIN)/python -m workspace demo --reset
	DEEPNOTE_WORKFLOWS_HOME=$(DEMO) $(BIN)/python -m workflows.run build_analysis "$(REQUEST)" --yes
	@echo
	@echo "Open it:  DEEPNOTE_WORKFLOWS_HOME=$(DEMO) $(BIN)/python -m workspace serve"

test: .venv/.dev ## all tests
	$(BIN)/python -m pytest -n 2

check: .venv/.dev ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: .venv/.dev ## write the format and the safe lint fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

evals: .venv/.dev ## replay every recorded session, no key, no network
	$(BIN)/python -m evals.run

bench: .venv/.dev ## the figures of the README
	$(BIN)/python -m benchmarks

bench-cost: .venv/.dev ## graph against a free agent: model calls and tokens, from the wire
	$(BIN)/python -m benchmarks.bench_cost

clean: ## remove the environment and the demo workspace
	rm -rf .venv $(DEMO)
