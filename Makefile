# make demo   the app with the example study        make test    all tests
# make serve  the app                               make check   style, types, which room may know which
# Settings: DATA (data folder), PORT, HOST, PYTHON (3.11 or later).

PYTHON ?= python3
DATA ?= data
HOST ?= 127.0.0.1
PORT ?= 8050
BIN := .venv/bin

.PHONY: demo serve test check install browser clean

demo: install
	@$(BIN)/swapscope demo --host $(HOST) --port $(PORT) --data-dir $(DATA)

serve: install
	@$(BIN)/swapscope serve --host $(HOST) --port $(PORT) --data-dir $(DATA)

# Four turns. Two processes share the files whose tests do not mind a neighbour; alone run those that hold the app to
# seconds of the clock. Browsers have processes of their own: they visit real sites, and nothing that a test of the API
# left behind in a library (a raised "shutting down" flag did) should reach them. Journeys are both.
CLOCKED := tests/faults tests/test_launch.py tests/backend/test_events.py tests/backend/test_warm.py tests/worker/test_runner.py
BROWSERS := $(wildcard tests/frontend/test_*browser.py) tests/frontend/test_explore_journey.py
JOURNEYS := tests/journeys

test: install browser
	$(BIN)/python -m pytest -n 2 --dist loadfile $(patsubst %,--ignore=%,$(CLOCKED) $(BROWSERS) $(JOURNEYS))
	$(BIN)/python -m pytest $(CLOCKED)
	$(BIN)/python -m pytest -n 2 --dist loadfile $(BROWSERS)
	$(BIN)/python -m pytest $(JOURNEYS)

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Swapscope needs Python 3.11 or later; say which by make PYTHON=...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

# The browser tests drive a Chromium; Debian's is installed where that is allowed, otherwise they are skipped.
browser:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing Debian's chromium for the browser tests"; \
	  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium) >/dev/null 2>&1 \
	  || echo "chromium could not be installed: the browser tests are skipped"; \
	else echo "no chromium here, and no root or apt to install it: the browser tests are skipped"; fi

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
