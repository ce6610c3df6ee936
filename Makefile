# Everything starts here. `make help` lists the targets.
PORT   ?= 8000
DATA   ?= var
DB     ?= both
M      ?= what changes
PYTHON ?= python3

bin := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests demo serve test check bench drills mutants audit sbom screenshots migration lock format wheel clean

help: ## list the targets
	@echo "make TARGET [PORT=8000] [DATA=var] [DB=sqlite]"
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## /\1|/' \
	  | awk -F'|' '{ printf "  %-12s %s\n", $$1, $$2 }'

setup: ## Debian packages, Python environment, front end (nothing to do: under a second)
	@$(PYTHON) tools/setup.py

setup-tests:
	@$(PYTHON) tools/setup.py tests $(DB)

demo: setup ## a demonstration partnership at http://127.0.0.1:8000 (PORT=, DATA= a folder)
	@ROUNDTABLE_DATA="$(DATA)" $(bin)/roundtable demo --port "$(PORT)"

serve: setup ## the application on your own data (PORT=, DATA= a folder)
	@ROUNDTABLE_DATA="$(DATA)" $(bin)/roundtable serve --port "$(PORT)"

test: setup-tests ## the whole test suite, browser and PostgreSQL included (DB=sqlite: without PostgreSQL)
	$(bin)/pytest --db=$(DB) -n auto --maxprocesses=4 --dist=loadscope

drills: setup-tests ## every drill and gate in full, with one table of their figures (some hours)
	$(bin)/python tools/drills.py --db=$(DB)

mutants: setup-tests ## change core/policy and core/audit in small ways, and count how many changes a test notices (some hours)
	$(bin)/python tools/mutants.py

check: setup ## lint, format, imports, types, no registry hosts
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/lint-imports
	$(bin)/mypy
	$(bin)/djlint --lint --quiet templates plugins examples
	$(bin)/python tools/check_files.py

audit: setup ## bandit, pip-audit and npm audit; needs the network, and what could not be audited counts as found
	$(bin)/python tools/audit.py

sbom: setup ## the bill of materials of what is shipped, CycloneDX, in dist/
	$(bin)/python tools/sbom.py

bench: setup ## every benchmark beside its yardstick
	$(bin)/python -m bench

screenshots: ## the pictures of docs/using again, from a demonstration of its own
	@$(PYTHON) tools/setup.py tests sqlite
	$(bin)/python tools/screenshots.py

migration: setup ## a new migration, from models that the tables lack (M="what changes")
	$(bin)/python tools/migration.py "$(M)"

lock: setup ## the Python lock files again, from pyproject.toml
	$(bin)/python tools/lock.py

format: setup ## format the code and mend what ruff can mend
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

wheel: setup ## source distribution, wheel and bill of materials, in dist/
	$(bin)/python -m build --no-isolation
	$(bin)/python tools/sbom.py

clean: ## remove what was built, keep .venv and the data
	rm -rf build dist core/static node_modules .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
	  .ruff_cache test-results
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
