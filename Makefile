# The two commands: `make run` and `make test`. Both rest on the stamps in .venv.
PORT ?= 8000
export DUECARE_HOME ?= $(CURDIR)/duecare-home
# Compiled modules are kept, whatever the environment says: without them a start takes more than twice as long.
export PYTHONDONTWRITEBYTECODE :=
PY := .venv/bin/python
UV := .venv/bin/uv
LOCK := $(UV) pip compile --universal --generate-hashes --python-version 3.11 --no-header --no-annotate --quiet pyproject.toml

.PHONY: run demo setup test test-fast check messages bench lock clean

run: setup
	.venv/bin/duecare start --assess --port $(PORT)

demo: setup
	.venv/bin/duecare --home $(CURDIR)/duecare-demo demo --port $(PORT)

setup: .venv/stamp

.venv/bin/uv:
	python3 -m venv .venv || { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	.venv/bin/pip install --quiet --disable-pip-version-check uv

.venv/stamp: requirements.lock pyproject.toml | .venv/bin/uv
	$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(PY) --no-deps --editable .
	touch $@

.venv/stamp-dev: requirements-dev.lock .venv/stamp
	$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements-dev.lock
	touch $@

test: .venv/stamp-dev
	$(PY) -m tests.run

test-fast: .venv/stamp-dev
	$(PY) -m pytest -n 2 -m "not slow and not browser"

check: .venv/stamp-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy --cache-dir=/dev/null  # the Django plugin sometimes trips over its own cache
	.venv/bin/lint-imports

messages: .venv/stamp-dev
	$(PY) -m tests.messages

bench: .venv/stamp-dev
	$(PY) -m bench

lock: .venv/bin/uv
	$(LOCK) -o requirements.lock
	$(LOCK) --all-extras --group dev -o requirements-dev.lock

clean:
	rm -rf .venv .bench-venv .mypy_cache .ruff_cache .pytest_cache
