# Thin: every target is one or two commands, and .ci/run calls the same ones. Needs make, Python >= 3.11 and Node >= 20.
# Options are make variables (`make run PEOPLE=50`). Those of `run` reach the program as environment variables.

PYTHON ?= python3
STAGE ?= local
URL ?= http://127.0.0.1:8080
WORKERS ?= 2

PY := .venv/bin/python
READY := .venv/.ready
REPORTS := build/reports
OURS := PYTHONPATH=.:layers/prakerja/python
CDK := npx --yes aws-cdk@2.1148.0
CODE := functions layers/prakerja/python/prakerja infra sandbox docs tests benchmarks

.DEFAULT_GOAL := help
.PHONY: help venv node run demo-tokens verify-draw travel test prove check format docs bench synth deploy smoke lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile
	@awk -F '#: ' '/^#: / {print "  " $$2}' Makefile
#: 
#: options
#:   PEOPLE=200       run: how many people play (at least 30)
#:   STAY=yes         run: stay up after the summary; no: end, status 0 only if all books agree
#:   SEED=1           run: other people
#:   CHAOS=no         run: yes kills functions and the outside world in the middle of stages
#:   PORT=8080        the front door
#:   CLOUD_PORT=4566  the local cloud; give all later commands the ports that run was given
#:   WORLD_PORT=8090  the outside world: inbox, control pages
#:   LOCAL_DIR=.local where everything that a run leaves is kept
#:   DAYS=30          travel: how far
#:   WAVE=…           verify-draw: which wave; default: the latest
#:   STAGE=local      synth, deploy: local, sandbox or production
#:   BEACON_PUBLIC_KEY=… synth, deploy: of production, the key (Ed25519, hex) of the only beacon that is believed
#:   ALARM_EMAIL=…    synth, deploy: who is woken by alarms; production is not made without it
#:   CDK_DEFAULT_ACCOUNT=… synth: the AWS account; deploy takes the one you are signed in to
#:   URL=http://…     smoke: which system; default: the local one
#:   WORKERS=2        test, prove: tests at a time
#:   ARGS='-k draw'   test, prove: more for pytest
#:   PYTHON=python3   venv: which Python

venv: $(READY) ## create .venv and install the locked packages (by itself, whenever the lock changes)

$(READY): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed (make PYTHON=…)")'
	@echo "Installing packages into .venv: once, and again when the lock changes"
	@$(PYTHON) -m venv .venv
	@$(PY) -m pip install --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

node:
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "Node 20 or newer is needed: the CDK runs in it"; exit 1; }

run: venv node ## start everything on this machine and play a demonstration wave; Ctrl-C stops it
	@$(PY) -m sandbox.demo

demo-tokens: venv ## sign the demonstration's people in again: new tokens in .local/demo.json
	@$(PY) -m sandbox.demo tokens

verify-draw: venv ## recompute the draw of WAVE from its published folder
	@$(PY) -m sandbox.demo verify-draw

travel: venv ## move programme time of the running system DAYS forward, then run every sweep
	@$(PY) -m sandbox.demo travel

test: check node ## all checks and tests (a quarter of an hour); reports in build/reports
	@mkdir -p $(REPORTS)
	$(PY) -m pytest tests -p no:randomly -n $(WORKERS) --dist loadfile --no-loadscope-reorder --junitxml=$(REPORTS)/tests.xml $(ARGS)

prove: check node ## the same tests with larger numbers, in random order, with coverage; then planted bugs (an hour at most)
	@mkdir -p $(REPORTS)
	PROVE=yes $(PY) -m pytest tests -o timeout=1800 -n $(WORKERS) --dist loadfile --no-loadscope-reorder --junitxml=$(REPORTS)/prove.xml --cov --cov-report=json:$(REPORTS)/coverage.json --cov-report=term:skip-covered $(ARGS)
	$(PY) -m tests.prove

check: venv ## style, types, imports, generated pages
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(CODE)
	$(OURS) .venv/bin/lint-imports --no-logo
	$(PY) -m docs.generate --check

format: venv ## let ruff mend style
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

docs: venv ## write docs/generated and events/contracts from the code
	$(PY) -m docs.generate

bench: venv ## measure: cold starts, the draw, calls and units of a journey
	@status=0; for bench in benchmarks/[a-z]*.py; do echo "== $$bench"; $(OURS) $(PY) $$bench || status=1; done; exit $$status

synth: venv node ## write the CloudFormation templates of STAGE to cdk.out
	$(PY) -m infra.app --stage $(STAGE) --out cdk.out

deploy: synth ## deploy STAGE: into the running local cloud, or into the AWS account you are signed in to
ifeq ($(STAGE),local)
	$(PY) -m sandbox.cloud deploy
else
	$(CDK) deploy --all --context stage=$(STAGE)
endif

smoke: venv ## ask a deployed system (URL) a few questions that change nothing
	@$(PY) -m tests.e2e.smoke $(URL)

lock: venv ## resolve requirements/dev.in and the vendor layer anew
	cd layers/vendor && ../../.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate requirements.in -o requirements.txt
	cd requirements && ../.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --overrides overrides.txt dev.in -o dev.txt

clean: ## remove what runs and builds leave behind (not .venv)
	rm -rf .local cdk.out build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
