# Every target sets up what it needs: a virtual environment of the project's own, no root, no prepared server.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-r torture lint docs bench clean

$(VENV)/.base: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "evireg needs Python 3.11 or newer; say which with: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.test: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test]"
	touch $@

$(VENV)/.lint: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[lint]"
	touch $@

$(VENV)/.docs: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[docs]"
	touch $@

demo: $(VENV)/.base
	$(BIN)/python -m cli.tour

test: $(VENV)/.test
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

# Killing and concurrency in the long run, then every law with all of its examples.
torture: $(VENV)/.test
	$(BIN)/python -m pytest -m torture -rA tests/torture
	EVIREG_TEST_THOROUGH=1 $(BIN)/python -m pytest --numprocesses auto --dist worksteal

# R with metafor computes every saved query of every topic again; installs them where they are missing (Debian, Ubuntu).
test-r: $(VENV)/.test
	$(BIN)/python -m tests.formats.install_r
	$(BIN)/python -m pytest -m r -rP --numprocesses auto tests/formats tests/dossier tests/flows

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "The site is in site/: open site/index.html, or serve it with: $(BIN)/python -m http.server -d site"

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build dist site .pytest_cache .mypy_cache .ruff_cache
