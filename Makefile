# casemix: `make run` builds and publishes the sample month, `make test` proves the code. Everything else is optional.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SAMPLE := sample
HOME_DIR ?= warehouse

export GX_ANALYTICS_ENABLED := false
export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1
export PYTHONUTF8 := 1

.PHONY: help run run-year test test-slow lint ui cockpit benchmark readers lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed (set PYTHON=/path/to/python3.11)"; exit 4; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

$(SAMPLE)/casemix.yml: | $(VENV)/.runtime
	$(BIN)/casemix sample $(SAMPLE)

run: $(VENV)/.runtime $(SAMPLE)/casemix.yml ## run the sample region's month: extract, build, gates, publish
	$(BIN)/casemix run --config $(SAMPLE)/casemix.yml --month 2025-01 --simulation --home $(HOME_DIR)

run-year: $(VENV)/.runtime $(SAMPLE)/casemix.yml ## run all fourteen sample months
	$(BIN)/casemix run --config $(SAMPLE)/casemix.yml --from 2025-01 --to 2026-02 --simulation --home $(HOME_DIR)

test: $(VENV)/.development ## run the tests (under 15 minutes)
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile --no-loadscope-reorder

test-slow: $(VENV)/.development ## run the long tests
	$(BIN)/python -m pytest -m slow -n 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.development ## ruff, mypy, sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint dbt_project/models --processes 2

ui: $(VENV)/.runtime ## start the Dagster web interface on this machine
	DAGSTER_HOME=$(abspath $(HOME_DIR))/dagster CASEMIX_HOME=$(abspath $(HOME_DIR)) $(BIN)/dagster-webserver -h 127.0.0.1 -p 3000 -m orchestration.definitions

cockpit: $(VENV)/.runtime ## open the published release in a browser
	$(BIN)/casemix cockpit --home $(HOME_DIR)

benchmark: $(VENV)/.development ## time and memory of a month of ten million charges, against the floor
	$(BIN)/python benchmarks/month.py

readers: $(VENV)/.development ## 8 readers during 20 publishes, over files and over PostgreSQL
	$(BIN)/python benchmarks/readers.py

lock: ## compile the lock files again (needs uv)
	uv pip compile -q --python-version 3.11 --only-binary :all: --no-strip-extras --generate-hashes --no-header --no-annotate --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile -q --python-version 3.11 --only-binary :all: --no-strip-extras --generate-hashes --no-header --no-annotate -c requirements-dev.lock pyproject.toml -o requirements.lock

clean: ## remove the environment, the sample and the warehouse
	rm -rf $(VENV) $(SAMPLE) $(HOME_DIR) dbt_project/target dbt_project/logs
