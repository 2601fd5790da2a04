#!/bin/sh
# Packages the extension: bin/gloss.vsix without the server, and
# bin/gloss-PLATFORM.vsix with bin/gloss and ONNX Runtime inside. No install
# script of any package is run.
set -eu
cd "$(dirname "$0")"
root=../..

if ! command -v npm >/dev/null; then
	echo "gloss: npm is missing: install Node.js 20 or newer" >&2
	exit 1
fi
stamp=node_modules/.package-lock.json
if [ ! "$stamp" -nt package-lock.json ]; then
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch "$stamp"
fi
npm run --silent build
npm test --silent >/dev/null || { npm test; exit 1; }

package() {
	npx --no-install vsce package --no-dependencies --githubBranch main "$@" >/dev/null
}

cp "$root/LICENSE" LICENSE
trap 'rm -rf server LICENSE' EXIT
rm -rf server
package --out "$root/bin/gloss.vsix"

case "$(uname -s)" in
Linux) platform=linux ;;
Darwin) platform=darwin ;;
*) echo "gloss: no package with the server inside for $(uname -s)" >&2; exit ;;
esac
case "$(uname -m)" in
x86_64 | amd64) platform=$platform-x64 ;;
aarch64 | arm64) platform=$platform-arm64 ;;
esac
mkdir server
cp "$root/bin/gloss" server/
# A library that is installed on this machine is no part of bin.
"$root/bin/gloss" doctor --check library >/dev/null
cp "$root"/bin/libonnxruntime* server/
package --target "$platform" --out "$root/bin/gloss-$platform.vsix"
ls -l "$root"/bin/*.vsix
