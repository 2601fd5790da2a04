# make          builds bin/gloss, with ONNX Runtime beside it
# make demo     summarizes a real file with the model that ships with gloss
# make test     every test that needs no editor
# make lint     vet, gofumpt, staticcheck, govulncheck
# make bench    the benchmarks
# make bench-peers  gloss beside Transformers.js and llama.cpp, in one run
# make e2e      real editors with the built server (Linux with apt-get)
# make vsix     the extension for VS Code, with and without the server inside
# make quality  measures the summaries on DATA=FILE.jsonl and writes docs/quality.md
# make race     the tests under the race detector
# make fuzz     every fuzz target for FUZZTIME (default 10s)
# make train-*  the shipped model from scratch: see models/train/Makefile
# make clean    removes what the others have built and fetched into this folder
# Every target does its own set-up.

GO       ?= go
FUZZTIME ?= 10s
NPM_DIR  := inference/onnx/npm
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT     := mvdan.cc/gofumpt@v0.12.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

.PHONY: all
all: bin/gloss runtime

.PHONY: bin/gloss
bin/gloss:
	@echo "building bin/gloss (the first build compiles 20 grammars: about 5 minutes on 2 cores)"
	$(GO) build -ldflags "-s -w -X main.version=$(VERSION)" -o $@ ./cmd/gloss

# A library that is already installed, or that GLOSS_ONNXRUNTIME names, is used
# instead of a download.
.PHONY: runtime
runtime: bin/gloss
	@bin/gloss doctor --check library >/dev/null 2>&1 || $(MAKE) --no-print-directory bundled-runtime

.PHONY: bundled-runtime
bundled-runtime:
	@$(NPM_DIR)/install.sh --omit=dev
	@mkdir -p bin && cp -f "$$($(NPM_DIR)/install.sh --print)" bin/
	@bin/gloss doctor --check library

.PHONY: demo
demo: all
	@echo; bin/gloss summarize --no-cache docs/demo/limiter.py

# The reference implementation that the generated ids are compared with.
.PHONY: reference
reference:
	@$(NPM_DIR)/install.sh

.PHONY: test
test: reference
	$(GO) test ./...
	inference/tokenizer/testdata/libtokenizers/test.sh

.PHONY: vsix
vsix: all
	@[ -e "$$(echo bin/libonnxruntime*)" ] || $(MAKE) --no-print-directory bundled-runtime
	@editors/vscode/package.sh

.PHONY: e2e
e2e: vsix
	@editors/e2e/install.sh
	@editors/e2e/run.sh

.PHONY: race
race: reference
	$(GO) test -race -short ./...

.PHONY: lint
lint:
	$(GO) vet ./...
	@out=$$($(GO) run $(GOFUMPT) -l $$(git ls-files '*.go')); if [ -n "$$out" ]; then echo "not formatted by gofumpt:"; echo "$$out"; exit 1; fi
	$(GO) run $(STATICCHECK) ./...
	@.ci/govulncheck $(GO) run $(GOVULNCHECK) ./...

.PHONY: bench
bench: reference
	$(GO) test -run '^$$' -bench . -benchmem -timeout 30m ./...

# PEERS takes the program's flags, for example PEERS='--threads 1'. llama.cpp is
# left out where it cannot be had.
.PHONY: bench-peers
bench-peers: all reference
	$(GO) run ./inference/onnx/peers --llama-server "$$(inference/onnx/peers/llama.sh bin/llama.cpp)" $(PEERS)

# EVAL takes further flags of gloss eval, such as --model DIR for a second one.
.PHONY: quality
quality: all
	@test -f "$(DATA)" || { echo "make quality needs DATA=FILE.jsonl, the functions to measure on (docs/quality.md says what they are)"; exit 2; }
	@mkdir -p bin/quality
	bin/gloss eval --data "$(DATA)" --json --examples 50 $(EVAL) >bin/quality/plain.json
	bin/gloss eval --data "$(DATA)" --json --obfuscate $(EVAL) >bin/quality/obfuscated.json
	bin/gloss eval --data "$(DATA)" --json --model-only $(EVAL) >bin/quality/alone.json
	bin/gloss eval --data "$(DATA)" --curve >bin/quality/curve.md
	$(GO) run ./models/eval/quality bin/quality/plain.json bin/quality/obfuscated.json bin/quality/alone.json bin/quality/curve.md >bin/quality/quality.md
	@mv bin/quality/quality.md docs/quality.md

.PHONY: fuzz
fuzz:
	@.ci/fuzz $(FUZZTIME)

.PHONY: clean
clean:
	rm -rf bin models/train/bin $(NPM_DIR)/node_modules inference/tokenizer/npm/node_modules editors/vscode/node_modules editors/vscode/dist editors/e2e/node_modules editors/e2e/mcp/node_modules editors/e2e/.cache editors/e2e/out

include models/train/Makefile
