#!/bin/sh
# Installs ONNX Runtime's shared library from the npm package onnxruntime-node,
# at the version and with the integrity that package-lock.json pins. No install
# script of any package is run.
#
#   install.sh              everything, the tests' reference implementation too
#   install.sh --omit=dev   the library alone
#   install.sh --print      prints the library's path
set -eu
cd "$(dirname "$0")"

case "$(uname -s)" in
Linux) os=linux lib=libonnxruntime.so.1 ;;
Darwin) os=darwin lib=libonnxruntime.1.dylib ;;
*) echo "gloss: no ONNX Runtime for $(uname -s) in onnxruntime-node; install it and set GLOSS_ONNXRUNTIME to its path" >&2; exit 1 ;;
esac
case "$(uname -m)" in
x86_64 | amd64) arch=x64 ;;
aarch64 | arm64) arch=arm64 ;;
*) echo "gloss: no ONNX Runtime for $(uname -m) in onnxruntime-node; install it and set GLOSS_ONNXRUNTIME to its path" >&2; exit 1 ;;
esac
if [ "$os-$arch" = darwin-x64 ]; then
	echo "gloss: onnxruntime-node has no library for Macs with Intel processors; install ONNX Runtime and set GLOSS_ONNXRUNTIME to its path" >&2
	exit 1
fi
library="$PWD/node_modules/onnxruntime-node/bin/napi-v6/$os/$arch/$lib"

if [ "${1:-}" = --print ]; then
	echo "$library"
	exit
fi

# What is installed already is kept: npm writes this file last.
stamp=node_modules/.package-lock.json
complete=node_modules/@huggingface/transformers
[ "${1:-}" = --omit=dev ] && complete=$library
if [ -e "$library" ] && [ -e "$complete" ] && [ "$stamp" -nt package-lock.json ]; then
	exit
fi
if ! command -v npm >/dev/null; then
	echo "gloss: npm is missing, and ONNX Runtime comes from it: install Node.js 20 or newer, or install ONNX Runtime 1.26 or newer yourself and set GLOSS_ONNXRUNTIME to its shared library" >&2
	exit 1
fi
echo "installing ONNX Runtime (npm ci in inference/onnx/npm)"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error "$@"
touch "$stamp"
