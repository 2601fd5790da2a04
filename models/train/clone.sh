#!/bin/sh -e
# Fetches the repositories of a list, each at its commit and nothing more, as
# bare repositories into a folder. What is there already is left alone.
#
#   clone.sh LIST FOLDER [BASE]
list=$1 folder=$2 base=${3:-https://github.com}
grep -v '^#' "$list" | tail -n +2 | while IFS="$(printf '\t')" read -r name _ _ commit; do
	dir=$folder/$(echo "$name" | tr / +)
	if git -C "$dir" cat-file -e "$commit^{commit}" 2>/dev/null; then
		continue
	fi
	echo "$name"
	git init -q --bare "$dir"
	git -C "$dir" fetch -q --depth 1 "$base/$name" "$commit" || echo "$name could not be fetched; extract will say that it is missing" >&2
done
