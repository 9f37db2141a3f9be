# One command a wish. Needs make, git and a python3; the rest is brought by `make setup`, which every target runs by itself.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help

VENV := .venv
PY := $(VENV)/bin/python
NOQT := .venv-noqt
# A leg that rewrites the tests' asserts leaves them to the next.
unexport PYTHONDONTWRITEBYTECODE
export CITY_COCKPIT_TEST_YEARS := $(CURDIR)/build/years
LEG := -m pytest -p no:cacheprovider --durations=15
SYSTEM := $(PY) $(LEG) -m "system or window"
# Legs that only reckon take what those of processes, which often wait but have to be in time, leave of the processors.
BEHIND := nice -n 5
PARTS := $(BEHIND) $(PY) $(LEG) -m "not system and not window" --once
QT_FREE := -m "not system and not window and not slow"
# Its environment is made beside the first legs.
WITHOUT_QT = flock build/noqt $(MAKE) -s --no-print-directory $(NOQT_STAMP) && \
  ! $(NOQT)/bin/python -c "import PySide6" 2>/dev/null && \
  $(BEHIND) $(NOQT)/bin/python $(LEG) $(QT_FREE)
# A setup is good as long as what it was made from is the same, by content.
sum = $(shell cat $(1) 2>/dev/null | sha256sum | cut -c1-16)
RUN_STAMP := $(VENV)/.run-$(call sum,packaging/requirements.lock pyproject.toml packaging/system-deps.sh)
DEV_STAMP := $(VENV)/.dev-$(call sum,packaging/requirements-dev.lock pyproject.toml packaging/system-deps.sh)
NOQT_STAMP := $(NOQT)/.stamp-$(call sum,packaging/requirements-dev.lock pyproject.toml packaging/without_qt.py)

.PHONY: help setup run test quick lint format audit bench torture soak shots lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(DEV_STAMP) ## .venv/ with .venv/bin/cockpit, tools of development and system packages

run: $(RUN_STAMP) ## the duty desk of a living city; ARGS="--city lujiazui" passes options on
	@$(VENV)/bin/cockpit run $(ARGS)

test: $(DEV_STAMP) ## everything: the full suite, then the Qt-free rooms with no Qt installed; ARGS="-k queue"
	@rm -rf build/years
	@packaging/legs.sh 4 \
	  test-system-s '$(SYSTEM) --letters s $(ARGS)' \
	  test-parts-af '$(PARTS) --letters a-f $(ARGS)' \
	  test-system-ah '$(SYSTEM) --letters a-h $(ARGS)' \
	  test-parts-sz '$(PARTS) --letters s-z $(ARGS)' \
	  test-system-tz '$(SYSTEM) --letters t-z $(ARGS)' \
	  test-system-ir '$(SYSTEM) --letters i-r $(ARGS)' \
	  test-parts-gr '$(PARTS) --letters g-r $(ARGS)' \
	  test-without-qt-iz '$(WITHOUT_QT) --letters i-z $(ARGS)' \
	  test-without-qt-ah '$(WITHOUT_QT) --letters a-h $(ARGS)' \
	|| { $(PY) packaging/again.py test-system-s test-parts-af test-system-ah test-system-tz test-system-ir \
	    test-parts-sz test-parts-gr -- $(PY) $(LEG) && \
	  $(PY) packaging/again.py test-without-qt-ah test-without-qt-iz -- $(NOQT)/bin/python $(LEG) $(QT_FREE); }

quick: $(DEV_STAMP) ## some fast tests of every file, at most a minute
	$(PY) -m pytest -q -x -m 'not slow and not system and not window' --each 48 $(ARGS)

lint: $(DEV_STAMP) ## style, types, who imports whom, texts, paths; no network
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) packaging/check_texts.py
	$(PY) packaging/check_paths.py

format: $(DEV_STAMP) ## mends what ruff can mend
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

audit: $(DEV_STAMP) ## known holes in what we ship (asks the network)
	$(VENV)/bin/pip-audit --strict --progress-spinner off --disable-pip --require-hashes -r packaging/requirements.lock

bench: $(DEV_STAMP) ## measures, writes benchmarks/results.json; ONLY=store.,start. picks by prefix
	$(PY) -m benchmarks $(if $(ONLY),--only $(ONLY))

torture: $(DEV_STAMP) ## all kills and faults of the closed loop, hostile input to the formats, a day of a wall, resumable; ARGS="--seat 40 --hub 10" for fewer kills, FUZZ=2 for less fuzzing (minutes), WALL=2 for less of the day (hours), HUB=6 for fewer days of a hub
	$(PY) -m tests.torture kills $(ARGS)
	$(PY) -m tests.torture fuzz --minutes $(or $(FUZZ),13)
	$(PY) -m tests.torture wall --hours $(or $(WALL),24)
	$(PY) -m tests.torture hub --days $(or $(HUB),12)

soak: $(DEV_STAMP) ## hours at work with a kill now and then; ARGS="--minutes 30" for fewer; then the stress rate of the feeds, ten minutes a way, FEEDS=120 for fewer (seconds)
	$(PY) -m tests.torture soak $(ARGS)
	$(PY) -m benchmarks.feeds_soak $(if $(FEEDS),--seconds $(FEEDS))

shots: $(DEV_STAMP) ## a picture of every seat and state in build/shots/
	$(PY) -m benchmarks.shots --out build/shots
	$(PY) -m benchmarks.wall_shots --out build/shots/wall

lock: ## renews the locks within the bounds of pyproject.toml (asks the network); UPGRADE=1 takes newer versions
	@test -x $(VENV)/bin/uv || $(PY) -m pip install --quiet uv
	VIRTUAL_ENV=$(VENV) packaging/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## removes what was built, not the environments
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(RUN_STAMP):
	@test -e $(DEV_STAMP) || { packaging/system-deps.sh --calls --soft && packaging/venv.sh $(VENV) packaging/requirements.lock; }
	@rm -f $(VENV)/.run-* && touch $@

$(DEV_STAMP):
	@packaging/system-deps.sh --tests --soft
	@packaging/venv.sh $(VENV) packaging/requirements-dev.lock
	@rm -f $(VENV)/.dev-* && touch $@

$(NOQT_STAMP): | $(DEV_STAMP)
	@$(PY) packaging/without_qt.py $(NOQT)
	@touch $@
