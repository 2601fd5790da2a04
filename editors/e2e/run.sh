#!/bin/sh
# Runs the tests of the editors that install.sh could install. What they leave
# is in the folder out: screenshots, and what each editor said to the server.
set -eu
cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- *.test.mjs
exec node --test --test-concurrency=1 "$@"
