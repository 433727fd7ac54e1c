# Every verb fans out over one list of modules: the use lines of go.work, and
# for the gates also the go.mod files outside of it, which the programs in
# tools/dev find by themselves. A new module needs no change here.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --warn-undefined-variables --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The verbs mean this repository's workspace, whatever the shell was set to.
export GOWORK :=

# What the next release tags: all published modules, together.
VERSION ?= v0.1.0

# For one package: make test PKGS=./core/rpc/...
PKGS ?= $(MODULES)
TEST_FLAGS ?=
FUZZTIME ?= 10s
CHAOS_TIME ?= 30s
CHAOS_FLAGS ?= -cycles 1000 -plugins 100 -successions 200
FUZZ ?=
HOSTILE_FLAGS ?=

# Folder patterns of the modules in the workspace: "./core/... ./tools/... …".
# There is no module at the root, so that "./..." means nothing there.
MODULES = $(shell GOWORK= go list -m -f '{{.Dir}}' | sed -e 's|^$(CURDIR)/|./|' -e 's|$$|/...|')

# The race detector is linked through cgo, which needs a C compiler. Without one
# the same tests run without it.
RACE = $(shell test "$$(go env CGO_ENABLED)" = 1 && command -v $$(go env CC) >/dev/null && echo -race)

# Developers' tools: at the versions in tools/dev/go.mod, in a folder that git
# ignores. They live outside of the workspace and raise nobody's versions.
TOOLS := $(CURDIR)/.tools
DEV := GOWORK=off go -C tools/dev
EACH = $(DEV) run ./each

# The gates, in the order in which .ci/run takes them: quick ones first.
GATES := fmt-check vet staticcheck tidy-check placeholders names-check deps-check api-check \
	test compat single-module fuzz-quick hostile-quick chaos cross release-check

##@ Everyday

.PHONY: help
help: ## Print this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## Build a host and a plugin, and run them over every transport and codec
	go -C examples run ./demo

.PHONY: test
test: ## Test all modules, with the race detector (PKGS=./core/... for some)
	@test -n "$(RACE)" || echo "test: no C compiler, so no race detector: install gcc or clang to test with it" >&2
	go test $(RACE) -shuffle=on -timeout=9m $(TEST_FLAGS) $(PKGS)

.PHONY: compat
compat: ## Test go-plugin's own hosts and plugins, of every release, with ours
	GOWORK=off go -C compat-goplugin/test test $(RACE) -timeout=20m ./...

.PHONY: test-short
test-short: ## Test all modules quickly, without the race detector
	go test -short $(TEST_FLAGS) $(PKGS)

.PHONY: generate
generate: ## Run go generate in all modules
	go generate $(PKGS)

.PHONY: install
install: ## Install the commands tenon and protoc-gen-tenon of this clone
	go install ./tools/tenon ./tools/protoc-gen-tenon

.PHONY: clean
clean: ## Remove what these verbs leave behind
	rm -rf .tools bin
	go clean -testcache

##@ Gates

.PHONY: ci
ci: ## Run every gate, as .ci/run does
	@.ci/run

.PHONY: gates
gates: ## Print the names of the gates
	@echo $(GATES)

.PHONY: fmt-check
fmt-check: ## Check that gofmt has nothing to say
	@files=$$(git ls-files --cached --others --exclude-standard -- '*.go' | while read -r f; do test ! -f "$$f" || echo "$$f"; done); \
	found=$$(echo "$$files" | sed -e '/\/testdata\//d' | xargs gofmt -l); \
	test -z "$$found" || { echo "fmt-check: run gofmt -w on:"; echo "$$found"; exit 1; } >&2

.PHONY: vet
vet: ## Run go vet
	go vet $(MODULES)
	$(EACH) -outside vet ./...

.PHONY: staticcheck
staticcheck: $(TOOLS)/staticcheck ## Run staticcheck at the pinned version
	$(TOOLS)/staticcheck $(MODULES)
	$(EACH) -outside -run $(TOOLS)/staticcheck ./...

.PHONY: tidy-check
tidy-check: ## Check that every go.mod and go.sum says what is needed, and no more
	$(EACH) mod tidy -diff

.PHONY: placeholders
placeholders: ## Check the versions, go lines and replace lines of every go.mod
	$(DEV) run ./placeholders -version $(VERSION)

.PHONY: names-check
names-check: ## Check the house rules
	$(DEV) run ./names

.PHONY: deps-check
deps-check: ## Check that core needs only the standard library, and drivers only what is listed
	$(DEV) run ./depscheck

.PHONY: api-check
api-check: ## Compare the exported API with tools/dev/apigolden/testdata/api
	$(DEV) run ./apigolden

.PHONY: api-update
api-update: ## Write the exported API anew
	$(DEV) run ./apigolden -update

.PHONY: single-module
single-module: ## Build and test every module by itself, without the workspace
	$(EACH) -jobs 2 build ./...
	$(EACH) -jobs 2 -except compat-goplugin/test test -short ./... # which "make compat" tests by itself, and not only in short

.PHONY: chaos
chaos: ## Let things happen to plugins under load (CHAOS_TIME=10m for long, CHAOS_FLAGS=-seed\ 7 for one run again)
	GOWORK=off go -C tools/chaos run . -for $(CHAOS_TIME) $(CHAOS_FLAGS)

.PHONY: fuzz-quick
fuzz-quick: ## Run every fuzz target for FUZZTIME, two at a time
	$(DEV) run ./fuzzall -time $(FUZZTIME) -jobs 2 -match "$(FUZZ)"

.PHONY: hostile
hostile: ## Let hostile plugins and hosts attack (HOSTILE_FLAGS="-match bomb -v" for some)
	GOWORK=off go -C tools/hostile run . $(HOSTILE_FLAGS)

.PHONY: hostile-quick
hostile-quick: ## The same, each attack over one transport
	GOWORK=off go -C tools/hostile run . -quick

.PHONY: cross
cross: ## Build and vet the published modules for other systems
	$(EACH) -published -os darwin -arch arm64 build ./...
	$(EACH) -published -os darwin -arch arm64 vet ./...
	$(EACH) -published -os windows -arch amd64 build ./...
	$(EACH) -published -os windows -arch amd64 vet ./...
	$(EACH) -published -os linux -arch arm64 build ./...
	$(EACH) -published -os linux -arch arm64 vet ./...

.PHONY: release-check
release-check: ## Build an outside host and plugin from packed modules, at VERSION
	$(DEV) run ./consumercheck -version $(VERSION)

##@ Now and then

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (FUZZ=name for some)
	$(DEV) run ./fuzzall -time $(FUZZTIME) -match "$(FUZZ)"

.PHONY: bench
bench: ## Measure beside go-plugin, ttrpc and gRPC, in one run (some minutes)
	GOWORK=off go -C tools/bench run . -json bench.json -charts charts

.PHONY: bench-quick
bench-quick: ## The same in under a minute, with less to rely on
	GOWORK=off go -C tools/bench run . -quick

.PHONY: bench-bars
bench-bars: ## Measure what the bars need, and say which hold
	GOWORK=off go -C tools/bench run . -bars

.PHONY: compat-bars
compat-bars: ## Measure calls and starts of compat-goplugin against go-plugin, in turns
	GOWORK=off go -C compat-goplugin/test test -count=1 -run TestBars -v -timeout=30m ./pair -bars

.PHONY: vuln
vuln: $(TOOLS)/govulncheck ## Look for known vulnerabilities (needs the Go vulnerability database)
	@for dir in $$(go list -m -f '{{.Dir}}'); do \
		echo "-- $${dir#$(CURDIR)/}"; \
		code=0; (cd "$$dir" && $(TOOLS)/govulncheck ./...) || code=$$?; \
		case $$code in \
		0) ;; \
		3) found=yes ;; \
		*) echo "vuln: nothing was checked: govulncheck ended with code $$code, most often since it cannot reach" \
			"its database, https://vuln.go.dev: run this where that is reachable, or set GOVULNDB to a copy" >&2; exit 1 ;; \
		esac; \
	done; \
	test -z "$${found-}" || { echo "vuln: govulncheck found vulnerabilities, see above" >&2; exit 1; }

$(TOOLS)/staticcheck $(TOOLS)/govulncheck: tools/dev/go.mod tools/dev/go.sum
	GOBIN=$(TOOLS) $(DEV) install honnef.co/go/tools/cmd/staticcheck golang.org/x/vuln/cmd/govulncheck
	@touch $(TOOLS)/staticcheck $(TOOLS)/govulncheck
