#!/usr/bin/env bash
# Puts Node 22, the MCP conformance suite, the MCP inspector and mcp-remote into .tools, for the tests that use them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command -v npm >/dev/null || { echo "npm is needed; the tests that use these tools are skipped without it"; exit 0; }
mkdir -p .tools
cd .tools
[ -f package.json ] || echo '{"private": true}' >package.json
npm install --no-audit --no-fund --loglevel=error \
  node@22 @modelcontextprotocol/conformance@0.2.0-alpha.12 @modelcontextprotocol/inspector@2.12.0 mcp-remote@0.15.1
