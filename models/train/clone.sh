#!/bin/sh -e
# Fetches the repositories of a list, each at its commit and nothing more, as
# bare repositories into a folder, eight at a time. What is there already is left
# alone.
#
#   clone.sh LIST FOLDER [BASE]
list=$1
export FOLDER="$2" BASE="${3:-https://github.com}"
grep -v '^#' "$list" | tail -n +2 | cut -f 1,4 | xargs -P 8 -n 2 sh -ec '
	dir=$FOLDER/$(echo "$0" | tr / +)
	if git -C "$dir" cat-file -e "$1^{commit}" 2>/dev/null; then
		exit
	fi
	echo "$0"
	git init -q --bare "$dir"
	git -C "$dir" fetch -q --depth 1 "$BASE/$0" "$1" || echo "$0 could not be fetched; extract will say that it is missing" >&2
'
