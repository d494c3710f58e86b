# Bihuan (闭环). Needs Python 3.11 or newer and make; everything else is set up in $(VENV).
# Variables: ARGS (handed to the verb), PYTHON (the interpreter to set up with), VENV (where).

VENV ?= .venv
ARGS ?=
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile -q
PURE := tests/schemas tests/rules
QUICK := $(PURE) tests/ledger tests/connectors

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo up test check bench test-pure test-rest test-pythons

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'
	@echo '  ARGS="..." is handed to demo, up, test and bench, for example: make demo ARGS=--exit'

setup: $(VENV)/.installed ## make .venv with the locked dependencies and the bihuan command

demo: setup ## run the whole supervision loop on Datong's seeded roster, on the real engine
	@$(BIN)/bihuan demo $(ARGS)

up: setup ## start the embedded engine, the workers and the keepers
	@$(BIN)/bihuan up $(ARGS)

ifeq ($(strip $(ARGS)),)
test: test-pure test-rest test-pythons ## run every test; with ARGS only what they select
else
test: setup
	@$(BIN)/python -m pytest $(ARGS)
endif

check: setup ## lint, formatting, types and the architecture's contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup ## measure beside peers, in the same run
	@$(BIN)/python -m bench $(ARGS)

# The pure rooms first, and every branch of them.
test-pure: setup
	@echo 'Tests of the pure rooms, with every branch covered'
	@$(PYTEST) $(PURE) --cov=rules --cov=schemas --cov-branch --cov-fail-under=100 --cov-report=term-missing:skip-covered

test-rest: test-pure
	@echo 'All other tests'
	@$(PYTEST) $(PURE:%=--ignore=%)

# Each other supported Python that is installed gets the same lock in an environment of its own.
test-pythons: test-rest
	@ours=$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	.ci/pythons | while read -r version python; do \
		case "$$version" in "$$ours") continue ;; 3.11|3.12|3.13|3.14) ;; *) continue ;; esac; \
		echo "The quick tests on Python $$version"; \
		$(MAKE) --no-print-directory setup VENV="$(VENV)-$$version" PYTHON="$$python" </dev/null && \
		"$(VENV)-$$version/bin/python" -m pytest -n 2 --dist loadfile -q -p no:cacheprovider $(QUICK) </dev/null || exit 1; \
	done

# Stamps: set-up runs again only when what it depends on has changed.
$(VENV)/.made:
	@.ci/pythons >/dev/null
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || "$$(.ci/pythons | sed -n '1s/^[^ ]* //p')" -m venv --clear $(VENV)
	@touch $@

$(VENV)/.locked: requirements-dev.lock $(VENV)/.made
	@echo 'Installing the locked dependencies into $(VENV) (about a minute the first time)'
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.locked
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
