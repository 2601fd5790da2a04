#!/bin/sh
# Prints the path of llama.cpp's server: the one on the PATH, else the one in
# FOLDER, else Debian sid's package, which it unpacks into FOLDER with the C
# library and all else that it needs. Nothing is installed into the system, and
# no package's script is run. It needs Debian's apt and its keyring.
#
#   llama.sh FOLDER
set -eu
if command -v llama-server; then
	exit
fi
[ $# = 1 ] || { echo "usage: llama.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
server=$folder/llama-server
if [ -x "$server" ]; then
	echo "$server"
	exit
fi
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
for tool in apt-get dpkg dpkg-deb; do
	command -v "$tool" >/dev/null || { echo "no llama-server on the PATH, and no $tool to get Debian's" >&2; exit 1; }
done
[ -e "$keyring" ] || { echo "no llama-server on the PATH, and no $keyring to check Debian's with" >&2; exit 1; }

work=$folder/apt
mkdir -p "$work/etc/apt.conf.d" "$work/etc/preferences.d" "$work/state/lists/partial" "$work/cache/archives/partial"
: >"$work/state/status"
# From where this host gets its packages.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -1)
echo "deb [signed-by=$keyring] $mirror sid main" >"$work/etc/sources.list"
apt() {
	apt-get -q -o Dir::Etc="$work/etc" -o Dir::Etc::sourcelist="$work/etc/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State="$work/state" -o Dir::State::status="$work/state/status" -o Dir::Cache="$work/cache" \
		-o Debug::NoLocking=1 -o APT::Sandbox::User=root -o APT::Architecture="$(dpkg --print-architecture)" \
		-o Acquire::Languages=none "$@" >&2
}
echo "unpacking Debian sid's llama.cpp into $folder" >&2
apt update
apt install -y --no-install-recommends --download-only llama.cpp-tools
for package in "$work"/cache/archives/*.deb; do
	dpkg-deb -x "$package" "$folder/root"
done
rm -rf "$work"

# The server looks for its kernels in the working directory.
cat >"$server.new" <<EOF
#!/bin/sh
set -eu
for lib in "$folder"/root/usr/lib/*-linux-gnu; do :; done
for loader in "\$lib"/ld-linux*.so.*; do :; done
for kernels in "\$lib"/ggml/backends*; do :; done
cd "\$kernels"
exec "\$loader" --library-path "\$lib:\$lib/llama" "$folder/root/usr/bin/llama-server" "\$@"
EOF
chmod +x "$server.new"
mv "$server.new" "$server"
"$server" --version >&2
echo "$server"
