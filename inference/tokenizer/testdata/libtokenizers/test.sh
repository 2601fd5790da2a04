#!/bin/sh
# Compiles and links the build with the tag hf_tokenizers against a stub of
# libtokenizers, and tests what does not need the real one. With the real one:
#
#	CGO_LDFLAGS=-L/its/folder go test -tags hf_tokenizers ./inference/tokenizer/...
#
# Arguments go to "go test".
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../../.."

module=github.com/daulet/tokenizers
go mod download "$module"
header=$(go list -m -f '{{.Dir}}' "$module")

lib=$(mktemp -d)
trap 'rm -rf "$lib"' EXIT
${CC:-cc} -std=c11 -O1 -Wall -Wextra -Werror -Wno-strict-prototypes -I"$header" -c -o "$lib/stub.o" "$here/stub.c"
${AR:-ar} rcs "$lib/libtokenizers.a" "$lib/stub.o"

CGO_LDFLAGS="-L$lib" go vet -tags hf_tokenizers ./inference/tokenizer/...
CGO_LDFLAGS="-L$lib" go test -tags hf_tokenizers "$@" ./inference/tokenizer/...
