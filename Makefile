# One way to do each chore. Only python3 (3.11 or newer, with venv) and make need to be there.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
BUILD_FILES := pyproject.toml hatch_build.py package-lock.json
SHARED_OUT := -n auto --dist loadfile --no-loadscope-reorder
WALKS := tests/web/walks tests/project/adding tests/project/docs tests/project/installing
INSTALL := pip install --quiet --disable-pip-version-check --no-compile
WARM := python -m compileall -qq -j 0 -x '/tests?/' .venv/lib || true  # pip takes one processor, and all tests of others
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-header \
	$(UPGRADE)

unexport PYTHONDONTWRITEBYTECODE  # every process of the tests would compile every module anew

.PHONY: help demo site serve test walks fuzz mutants check docs pictures bench lock release clean

help:  ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

demo: site serve  ## Make the demo site, then serve it on http://127.0.0.1:8000 (PORT=8080 for another port)

site: .venv/run  ## Import, check, analyse and publish the demo into build/
	$(BIN)/rohnamo demo --build build

serve: .venv/run  ## Serve the demo that is in build/
	@test -f build/public.db || { echo "build/public.db is not there yet: run 'make site' first"; exit 1; }
	@$(BIN)/rohnamo serve --demo --view build/public.db --port $(PORT)

test: .venv/dev  ## Run all tests but the walks (ARGS="-k store" for some of them)
	$(BIN)/pytest $(SHARED_OUT) $(WALKS:%=--ignore=%) $(ARGS)

walks: .venv/dev  ## Install, read the docs, add a country and go through the portals as people do
	$(BIN)/pytest $(SHARED_OUT) $(WALKS) $(ARGS)

fuzz: .venv/dev  ## Run the property tests at random and long (ARGS="-k suppression" for some of them)
	$(BIN)/pytest $(SHARED_OUT) --hypothesis-profile=fuzz $(ARGS)
	@$(MAKE) --no-print-directory mutants

mutants: .venv/dev  ## Spoil the rules of safety line by line, and see that a test notices each (takes long)
	@rm -rf mutants
	@$(BIN)/mutmut run > /dev/null || { echo "'mutmut run' failed: run it by itself to see why"; exit 1; }
	@$(BIN)/python -m scripts.check_mutants

check: .venv/dev  ## Check style, types, import rules, and that the docs are in step
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.check_docs
	$(BIN)/python -m scripts.check_budget

docs: .venv/dev  ## Build the documentation site into build/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

pictures: .venv/dev site  ## Take the README's pictures anew from build/site (needs Chromium)
	$(BIN)/python -m docs.figures.screenshots

bench: .venv/dev  ## Measure each figure of docs/benchmarks.md beside its peers (takes many minutes)
	for file in benchmarks/[!_]*.py; do $(BIN)/python $$file || exit 1; done

lock: .venv/dev  ## Write the requirements files anew from pyproject.toml (UPGRADE=--upgrade for newer releases)
	$(BIN)/$(COMPILE) pyproject.toml -o requirements.txt
	$(BIN)/$(COMPILE) --extra dev --extra bench -c requirements.txt pyproject.toml -o requirements-dev.txt

release: .venv/dev  ## Build the wheel of a tagged commit into dist/, with checksums and a list of what is in it
	$(BIN)/python -m scripts.release

clean:  ## Remove all that make has made
	rm -rf build dist .venv node_modules web/static/vendor mapping/render/fonts

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Rohnamo needs Python 3.11 or newer,\
	 and '$(PYTHON)' is not: name one that is, such as make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "'$(PYTHON) -m venv' failed: on Debian and Ubuntu,\
	 'apt-get install python3-venv' provides it"; exit 1; }

.venv/run: requirements.txt $(BUILD_FILES) | .venv/bin/pip
	@echo "Setting up .venv (once; it takes a minute or two)"
	@$(BIN)/$(INSTALL) --require-hashes -r requirements.txt
	@$(BIN)/$(INSTALL) --no-deps -e .
	@$(BIN)/$(WARM)
	@touch $@

.venv/dev: requirements-dev.txt $(BUILD_FILES) | .venv/bin/pip
	@echo "Setting up .venv for development (once; it takes a few minutes)"
	@$(BIN)/$(INSTALL) --require-hashes -r requirements-dev.txt
	@$(BIN)/$(INSTALL) --no-deps -e .
	@$(BIN)/$(WARM)
	@touch $@ .venv/run
