# What to run. CI runs "make test" and nothing else.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME ?= 10s
PYTHON  ?= /usr/bin/python3

export CGO_ENABLED ?= 0

.PHONY: build run test setup check race integration ui fuzz bench bench-delayed bench-peers peers peers-definitions peers-drain pgo soak docs release package-test clean

build: ## bin/hutchmq, a static binary
	$(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/hutchmq ./cmd/hutchmq

run: build ## the broker, with its data in ./data
	./bin/hutchmq server

test: setup check race ui fuzz integration package-test ## everything CI runs

# A C compiler for the race detector, the clients the integration tests run, a
# browser for those of the UI, Prometheus, and systemd to check the unit.
# Debian's pika and Celery are for Debian's python, which may not be the python3
# on the PATH.
PACKAGES = gcc libc6-dev python3-pika amqp-tools celery python3-kombu chromium-headless-shell prometheus openssl systemd rpm curl \
	default-jdk-headless librabbitmq-client-java libslf4j-java ruby ruby-bunny php-cli php-mbstring php-amqplib

# By what is in them it is told whether they are here.
COMMANDS = gcc amqp-publish chromium-headless-shell promtool openssl systemd-analyze rpm curl java javac ruby php
LIBRARIES = /usr/share/java/amqp-client.jar /usr/share/java/slf4j-nop.jar /usr/share/php/PhpAmqpLib/autoload.php

setup:
	@if (for command in $(COMMANDS); do command -v $$command >/dev/null || exit 1; done) && ls $(LIBRARIES) >/dev/null 2>&1 && \
		$(PYTHON) -c 'import pika, celery' 2>/dev/null && ruby -e 'require "bunny"' 2>/dev/null; then \
		echo "setup: $(PACKAGES) are here"; \
	elif [ "$$(id -u)" = 0 ]; then \
		apt-get update && apt-get install -y --no-install-recommends $(PACKAGES); \
	else \
		echo "setup: run: sudo apt-get install -y $(PACKAGES)"; exit 1; \
	fi
	cd integration && npm ci --no-audit --no-fund
	@$(MAKE) --no-print-directory $(TOOLS)/rabbitmqadmin
	cd mgmt-ui && npm ci --no-audit --no-fund

# RabbitMQ's own client of the management API, out of Debian's package: it is
# used by the tests, and not ours to give away.
TOOLS = integration/.tools
$(TOOLS)/rabbitmqadmin:
	mkdir -p $(TOOLS)
	cd $(TOOLS) && { apt-get download rabbitmq-server || { apt-get update && apt-get download rabbitmq-server; }; }
	cd $(TOOLS) && dpkg -x rabbitmq-server_*.deb package && cp package/usr/bin/rabbitmqadmin . && rm -r package rabbitmq-server_*.deb

check: ## what is quick: vet, gofmt
	$(GO) vet -pgo=off ./...
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt: $$unformatted"; exit 1; fi

race: ## all tests but the integration tests, with the race detector
	CGO_ENABLED=1 $(GO) test -race -pgo=off $$($(GO) list ./... | grep -v /integration)

integration: build ## real clients against the binary
	HUTCHMQ_BIN=$(CURDIR)/bin/hutchmq $(GO) test -count=1 -timeout 25m ./integration/...

ui: build ## the web UI: its types, and its pages in a browser
	cd mgmt-ui && npm run types && HUTCHMQ_BIN=$(CURDIR)/bin/hutchmq npm test

# A deadline that comes while a worker is at an input is told as a failure,
# without an input that fails: then it is tried again, once.
fuzz: ## every fuzz target, for FUZZTIME each
	@grep -rlE --include='*_test.go' --exclude-dir=node_modules '^func Fuzz[A-Z]' . | xargs -n1 dirname | sort -u | \
	while read -r room; do \
		for target in $$(grep -hoE '^func Fuzz\w+' "$$room"/*_test.go | cut -d' ' -f2); do \
			echo "fuzz: $$room $$target for $(FUZZTIME)"; \
			for try in 1 2; do \
				$(GO) test -pgo=off -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s "$$room" > .fuzz.log 2>&1; \
				failed=$$?; cat .fuzz.log; \
				if [ $$failed = 0 ]; then break; fi; \
				if [ $$try = 2 ] || grep -q 'Failing input' .fuzz.log || ! grep -q 'context deadline exceeded' .fuzz.log; then exit 1; fi; \
				echo "fuzz: the deadline came in the middle of an input; once more"; \
			done; \
		done; \
	done; failed=$$?; rm -f .fuzz.log; exit $$failed

bench: ## every benchmark
	$(GO) test -run '^$$' -bench . -benchmem ./...

# PEERS_RUNS, PEERS_SECONDS and PEERS_SCENARIOS say how much, PEERS_FACTS=only
# or no which of the two tables, and ours the second without RabbitMQ.
bench-delayed: build ## a million delayed messages: how fast, how large, how late
	HUTCHMQ_BIN=$(CURDIR)/bin/hutchmq $(GO) test -tags delayload -run '^TestMillionDelayed$$' -count=1 -timeout 20m -v ./integration

bench-peers: build peers ## the table of docs/PERFORMANCE.md: this broker and the system's RabbitMQ in turn
	HUTCHMQ_BIN=$(CURDIR)/bin/hutchmq $(GO) test -tags peers -run '^TestPeers$$' -count=1 -timeout 6h -v ./integration

# RABBIT_EXPORT=integration/testdata/rabbitmq-3.10.json keeps the export for the tests that need no RabbitMQ.
peers-definitions: build peers ## what the system's RabbitMQ exports is imported, and exported the same
	HUTCHMQ_BIN=$(CURDIR)/bin/hutchmq $(GO) test -tags peers -run '^TestRabbitExport$$' -count=1 -timeout 10m -v ./integration

peers-drain: build peers ## a move from the system's RabbitMQ: export, plan, apply, drain
	HUTCHMQ_BIN=$(CURDIR)/bin/hutchmq $(GO) test -tags peers -run '^TestRabbitDrain$$' -count=1 -timeout 10m -v ./integration

# Debian starts a service that it installs, unless policy-rc.d forbids it.
POLICY = /usr/sbin/policy-rc.d

peers:
	@if ls /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server >/dev/null 2>&1; then \
		echo "peers: RabbitMQ is here"; \
	elif [ "$$(id -u)" = 0 ] && [ ! -e $(POLICY) ]; then \
		printf '#!/bin/sh\nexit 101\n' > $(POLICY) && chmod +x $(POLICY) && apt-get update && \
		apt-get install -y --no-install-recommends rabbitmq-server; done=$$?; rm -f $(POLICY); exit $$done; \
	else \
		echo "peers: run: sudo apt-get install -y rabbitmq-server"; exit 1; \
	fi

# SOAK_MINUTES says how long: 60 for a long one.
SOAK_MINUTES ?= 10
soak: build ## every kind of load at once: nothing grows, nothing is lost, nothing is left
	HUTCHMQ_BIN=$(CURDIR)/bin/hutchmq SOAK_MINUTES=$(SOAK_MINUTES) $(GO) test -tags soak -run '^TestSoak$$' -count=1 -timeout 24h -v ./integration

# The profile tells the compiler which paths are hot. It is made anew when they
# have changed much; tests are built without, since that takes a minute.
pgo: ## cmd/hutchmq/default.pgo, from the scenarios of hutchmq perf
	$(GO) test -pgo=off -tags pgo -run '^TestProfile$$' -count=1 -v ./integration

docs: ## docs/CONFIG.md from the table of keys, docs/CLI.md from the verbs, the schema of definitions from its shapes
	$(GO) run -pgo=off ./cmd/hutchmq config reference > docs/CONFIG.md
	$(GO) run -pgo=off ./cmd/hutchmq ctl help --markdown > docs/CLI.md
	$(GO) run -pgo=off ./cmd/hutchmq definitions schema > docs/definitions.schema.json

# PLATFORMS says which: by default linux/amd64, linux/arm64 and darwin/arm64.
release: ## dist: archives, packages, lists of what is in them, checksums
	VERSION=$(VERSION) packaging/release.sh $(PLATFORMS)

# What is written to the system goes into a namespace, which takes root.
package-test: build ## the packages: installed, run, upgraded, removed
	@if [ "$$(id -u)" = 0 ]; then \
		VERSION=$(VERSION) packaging/release.sh linux/$$($(GO) env GOARCH) && \
		HUTCHMQ_BIN=$(CURDIR)/bin/hutchmq $(GO) test -tags packages -run '^(TestDebianPackage|TestRPM)$$' -count=1 -timeout 5m ./integration; \
	else \
		echo "package-test: not run, it takes root: sudo make package-test"; \
	fi

clean:
	rm -rf bin dist integration/node_modules mgmt-ui/node_modules
