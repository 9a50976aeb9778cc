# Sallyport's two commands are `make run` and `make test`; `make help` lists the others.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test lint bench fuzz lab conformance build install clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | column -t -s $$'\t'

run: ## install what is missing, build, make certificates and a key, serve on https://localhost:8443
	@scripts/run

test: ## install what is missing, build, run every test, also those with real clients and servers
	@scripts/test

lint: ## check the format of every Swift file
	@scripts/swift-or-explain
	@swift format lint --strict --recursive Sources Tests Package.swift && echo "format: clean"

bench: ## measure CPU, latency and memory beside nginx in the same run, also under 1,000 slow streams, routing and translation, the privacy engine beside Presidio, Cedar beside cedarpy, the ledger's index, and what evaluations cost
	@scripts/bench
	@scripts/bench-core
	@scripts/bench-privacy
	@scripts/bench-cedar
	@scripts/bench-ledger
	@scripts/bench-index
	@scripts/bench-evaluate

fuzz: ## try the privacy engine and Cedar on texts that nobody would write, for ten minutes each
	@scripts/fuzz

lab: ## serve with every stage on in front of mock upstreams, for measuring (see scripts/lab)
	@scripts/lab

conformance: ## the long checks: a real llama.cpp server, testssl.sh, the whole Cedar corpus and 100,000 random requests beside cedarpy, all clients on the release build
	@scripts/conformance

build: ## build the release executable only
	@scripts/build

install: ## install the system libraries and tools only
	@scripts/install test

clean: ## remove what was built; keys and the ledger in var/ stay
	@rm -rf .build .build-* .venv .venv-*
