# Every target sets up what it needs by itself; what is already there is left alone.

PYTHON ?= python3
ENV ?= dev
ARGS ?=
PARAMETERS ?=

# The proof: its own folders, and every other test that holds a claim of these documents.
PROVED := tests/proof tests/simulation tests/security tests/soak
NAMED = $(shell grep -ohE 'tests/(contract|e2e|integration|unit)/[a-z0-9_/]+\.py::[A-Za-z0-9_:]+' docs/reliability.md docs/security.md | sort -u)

OUTER_PATH := $(PATH)
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help ready browser run demo test screenshots proof soak bench lint typecheck validate format audit openapi docs new-object deploy clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

ready:
	@command -v $(PYTHON) >/dev/null || { echo 'python3 is missing. Install it: `apt install python3`.' >&2; exit 1; }
	@PATH="$(OUTER_PATH)" $(PYTHON) tools/bootstrap.py

browser: ready
	@PATH="$(OUTER_PATH)" $(PYTHON) tools/bootstrap.py --browser

run: ready ## Play the story on a local AWS, then stay up with the addresses (Ctrl-C ends it)
	@$(BIN)/python -m sandbox.story --stay

demo: ready ## Play the story once; fails when the two systems disagree
	@$(BIN)/python -m sandbox.story

test: browser ## Run every test a merge needs (ARGS="-k name" for some)
	$(BIN)/python -m pytest --numprocesses 3 $(ARGS)

proof: browser ## Prove it: the whole of the proof, with figures (docs/reliability.md)
	@rm -rf .run/proof && mkdir -p .run/proof
	CI=1 PROOF_NUMBERS=$(CURDIR)/.run/proof $(BIN)/python -m pytest --numprocesses 2 -m "not live" $(PROVED) $(NAMED) $(ARGS)
	@PYTHONPATH=layers/common:. $(BIN)/python -m tools.proof_numbers .run/proof

soak: ready ## Play a month end of 10,000 items with 20 approvers, and say how it went (ARGS="--items 1000")
	PYTHONPATH=layers/common:. $(BIN)/python -m tests.soak $(ARGS)

screenshots: browser ## Write a picture of every page and mail, light and dark, wide and narrow, into .run/screenshots
	$(BIN)/python -m pytest tests/browser --screenshots $(ARGS)

bench: ready ## Measure the goals of speed and cost, a line for each (docs/performance.md; ARGS="reading" for some)
	@PATH="$(OUTER_PATH)" $(PYTHON) tools/bootstrap.py --bench
	@PYTHONPATH=layers/common:. $(BIN)/python -m tools.bench $(ARGS)

lint: ready typecheck validate ## Check style, types, imports, spelling and the template
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	PYTHONPATH=layers/common:. $(BIN)/lint-imports
	$(BIN)/codespell

typecheck: ready ## Check types
	$(BIN)/mypy

validate: ready ## Check the template as AWS would
	$(BIN)/sam validate --lint

format: ready ## Put the code into its one form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

audit: ready ## Look up known weaknesses of the pinned packages
	$(BIN)/pip-audit --disable-pip --require-hashes --requirement requirements/dev.txt

openapi: ready ## Write openapi.json anew from the API
	PYTHONPATH=layers/common $(BIN)/python -m tools.openapi

docs: ready ## Write the generated pages of docs/ anew
	PYTHONPATH=layers/common $(BIN)/python -m tools.docs

new-object: ready ## Scaffold a room: make new-object NAME=change_events
	@test -n "$(NAME)" || { echo 'Which one? make new-object NAME=change_events' >&2; exit 1; }
	PYTHONPATH=layers/common $(BIN)/python -m tools.new_object $(NAME)

deploy: ready ## Build and deploy to AWS: make deploy ENV=prod PARAMETERS="MailFrom=…" (dev, staging or prod)
	$(BIN)/python -m tools.deploy $(ENV) $(PARAMETERS)

clean: ## Remove what was built and cached; the environments stay
	rm -rf .aws-sam .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
