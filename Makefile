# `make` lists what there is. Every target sets up what it needs, once.
.DEFAULT_GOAL := help
.PHONY: help run serve test check lint fast e2e faults test-cluster cluster-demo load hostile bench zoo record weights-check messages clean

PY := .venv/bin/python
ARGS ?=
PIP := $(PY) -m pip install --disable-pip-version-check --no-input $(if $(CI),--quiet)
# One stamp for each content of the requirements: a changed pin installs, a git checkout does not.
KEY = $(shell cat $(1) | cksum | cut -d ' ' -f 1)
APP := .venv/installed-app-$(call KEY,requirements.txt)
DEV := .venv/installed-dev-$(call KEY,requirements.txt requirements-dev.txt)
CLUSTER := .venv/installed-cluster-$(call KEY,requirements.txt requirements-cluster.txt)
RIVAL := torchlens==2.36.1 graphviz==0.21 safetensors==0.8.0 tqdm==4.70.1
TORCHLENS := .bench/installed-$(word 1,$(RIVAL))

help: ## this list
	@echo "Forward Pass. make ..."
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(APP) ## start the app (the first time: sets up .venv, a few minutes); options in ARGS="..."
	@$(PY) -m streamlit run app.py $(ARGS)

serve: $(APP) ## open the app to others: settings for strangers, port in $$PORT; see docs/hosting.md
	@$(PY) -m viz_models serve $(ARGS)

test: $(DEV) ## everything a stranger should run, in a real browser too: half an hour on two cores
	@$(PY) scripts/chromium.py || true # without one, each browser test fails and says so
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not faults and not cluster" $(ARGS)

check: $(DEV) ## two minutes: `lint` and the fast tests, side by side
	@$(MAKE) --no-print-directory -j 2 lint fast

lint: $(DEV) ## lint, formatting, types
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@.venv/bin/oxlint --deny-warnings viz_models
	@$(PY) -m mypy

fast: $(DEV) ## tests that need no browser and less than two seconds each
	@$(PY) -m pytest -q -m "not slow and not e2e and not gpu and not cluster" $(ARGS)

e2e: $(DEV) ## browser tests alone
	@$(PY) scripts/chromium.py || true
	@$(PY) -m pytest -m e2e $(ARGS)

faults: $(DEV) ## kill, hang and starve real runs: 10 minutes; ARGS=--full for as often as they must stand
	@$(PY) -m pytest -q -s tests/faults $(ARGS)

test-cluster: $(CLUSTER) ## the run store on PostgreSQL, runs on two Ray nodes, on 127.0.0.1: ten minutes or more
	@$(PY) scripts/postgres.py
	@sh scripts/loopback.sh $(PY) -m pytest -q -m cluster tests/runs $(ARGS)

cluster-demo: $(CLUSTER) ## PostgreSQL, Ray with two nodes, two web servers behind nginx, on 127.0.0.1; Ctrl-C stops them
	@$(PY) scripts/postgres.py
	@$(PY) scripts/cluster_demo.py $(ARGS)

load: $(DEV) ## sixty tabs that watch a run, then sixty people who vote within a second; ARGS="--tabs 20 --seconds 10"
	@$(PY) -m benchmarks.load $(ARGS)
	@$(PY) -m benchmarks.votes

hostile: $(DEV) ## what one hostile visitor could do, tried on a server of its own: four minutes
	@$(PY) -m benchmarks.hostile $(ARGS)

bench: $(DEV) $(TORCHLENS) ## speed beside a bare forward pass and TorchLens, and of the pages, as ratios
	@$(PY) -m benchmarks $(ARGS)

zoo: $(DEV) ## record some 250 networks that nobody here wrote, and write docs/zoo.md: 30 minutes; a part: ARGS="timm"
	@$(PY) -m benchmarks.zoo $(ARGS)

record: $(APP) ## compute again what the pages open with: pretrained/recorded/
	@$(PY) -m viz_models record

weights-check: $(APP) ## test the shipped ResNet18 on all of CIFAR-10 and on other things again: minutes; or on photos: PHOTOS=DIR
	@$(PY) -m viz_models check-weights $(if $(PHOTOS),--photos "$(PHOTOS)") $(ARGS)

messages: $(DEV) ## list every text for translators, in viz_models/locale/messages.pot; compile what they wrote
	@$(PY) -m babel.messages.frontend -q extract -F pyproject.toml -k N_ -k word --no-location --sort-output --omit-header \
		-o viz_models/locale/messages.pot pages viz_models
	@test -z "$$(ls viz_models/locale/*/LC_MESSAGES/*.po 2>/dev/null)" || \
		{ $(PY) -m babel.messages.frontend -q update -i viz_models/locale/messages.pot -d viz_models/locale && $(PY) -m babel.messages.frontend -q compile -d viz_models/locale; }

clean: ## remove caches, test leftovers and the benchmark's rival; .venv stays
	rm -rf artifacts .bench .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path "./.venv/*" -prune -exec rm -rf {} +

$(PY):
	@sh scripts/venv.sh .venv

$(APP): | $(PY)
	@echo "Installing what the app needs into .venv (once; PyTorch is 2.5 GB to download)"
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV): | $(APP)
	@echo "Installing what the tests need into .venv (once)"
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(CLUSTER): | $(DEV)
	@echo "Installing what a cluster needs into .venv (once)"
	@$(PIP) -r requirements-cluster.txt
	@touch $@

$(TORCHLENS): | $(APP)
	@$(PIP) --upgrade --target .bench --no-deps $(RIVAL)
	@touch $@
