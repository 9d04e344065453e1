# The environment is named by what it was made from: the lock, the Python and this folder. Another lock, another
# Python, a moved folder or an interrupted install all mean that the name is missing, and it is made afresh.
PYTHON ?= python3
ENV := .venv
TORCH_ENV ?= .torch-env
STAMP := $(ENV)/complete-$(shell $(PYTHON) -c "import hashlib, os, sys; \
	print(hashlib.sha256(open('requirements.lock', 'rb').read() + repr((sys.version_info[:2], os.getcwd())).encode()).hexdigest()[:16])")
export PATH := $(CURDIR)/$(ENV)/bin:$(PATH)

INSTALL := $(ENV)/bin/python -m pip install --quiet --no-deps --require-hashes --disable-pip-version-check

# A program of .venv that is started without activating it, dvc above all, finds the python of .venv first.
define FIND_PYTHON
import pathlib, sysconfig
line = "import os, sys; os.environ['PATH'] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get('PATH', '')])"
pathlib.Path(sysconfig.get_path("purelib"), "gapwise-path.pth").write_text(line + "\n")
endef
export FIND_PYTHON

.DEFAULT_GOAL := help
.PHONY: help env repro test test-all test-cluster check hooks audit format lock torch-env verify

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 10

env: $(STAMP) $(if $(GPU),$(STAMP)-gpu)  ## create or repair .venv from requirements.lock; with GPU=1 also CUDA for an NVIDIA GPU

# uv, itself from the lock, is three times as fast as pip, but knows nothing of an index that pip is configured for: there
# pip does it.
$(STAMP):
	@$(PYTHON) -c "import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit( \
		'Gapwise needs Python 3.11, 3.12 or 3.13; $(PYTHON) is ' + sys.version.split()[0] + '. Try: make PYTHON=python3.12 $(MAKECMDGOALS)')"
	$(PYTHON) -m venv --clear $(ENV)
	sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(ENV)/uv.txt
	$(INSTALL) -r $(ENV)/uv.txt
	$(ENV)/bin/uv pip install --quiet --no-deps --require-hashes --no-config --compile-bytecode --python $(ENV)/bin/python \
		-r requirements.lock || $(INSTALL) -r requirements.lock
	$(ENV)/bin/python -m pip install --quiet --no-deps --no-index --no-build-isolation --disable-pip-version-check -e .
	$(ENV)/bin/python -c "$$FIND_PYTHON"
	touch $@

# What TensorFlow's wheel looks for by name and does not bring.
$(STAMP)-gpu: $(STAMP) requirements-gpu.lock
	$(INSTALL) -r requirements-gpu.lock
	touch $@

repro: env  ## run the pipeline on params.yaml
	dvc repro
	@echo "All metrics: dvc metrics show; plots: dvc plots show"

test: env  ## run the tests of every feature, in some minutes
	pytest -m "not slow and not cluster" -n auto --dist loadfile

# In the order of the folders: sorted by the number of tests, the longest file, of few, would come last and run alone.
test-all: env  ## run the slow tests too: kills, full disks, remotes, browsers, long statistics
	pytest -m "slow and not cluster" -n auto --dist loadfile --no-loadscope-reorder

test-cluster: env  ## run sweeps on three hosts in network namespaces, as root; not part of CI
	pytest -m cluster

check: env  ## lint and type-check
	ruff check .
	ruff format --check .
	mypy

verify: env  ## look for damage in the cache and the outputs of DVC
	gapwise verify

audit: env  ## look up the locked packages in a database of known vulnerabilities
	python .ci/audit.py

format: env  ## format the code
	ruff check --fix .
	ruff format .

hooks: env  ## install git hooks: ruff before a commit, DVC after a checkout and before a push
	@test "$$(git rev-parse --show-toplevel)" = "$(CURDIR)" || { echo "Hooks work at the top of a git repository alone: \
	git runs them there, whatever folder installed them, and this project is in a folder below."; exit 1; }
	pre-commit install

lock: env  ## resolve requirements.lock again from pyproject.toml
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --upgrade --quiet -o requirements.lock
	echo 'tensorflow[and-cuda]' | uv pip compile - --constraints requirements.lock --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --upgrade --quiet -o requirements-gpu.lock

torch-env:  ## make .torch-env, with what benchmarks compare with; nothing else needs it
	$(PYTHON) -m venv --clear $(TORCH_ENV)
	$(TORCH_ENV)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements-torch.txt
