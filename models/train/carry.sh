#!/bin/sh -e
# Makes folders of what two calls bring to a lent accelerator: half of the
# corpus each, and with the first the held-out data, the vocabulary and the
# program that encodes. Fails if one is larger than MIB MiB.
#
#   carry.sh TEXT FORM PACK OUT [MIB]
text=$1 form=$2 pack=$3 out=$4 mib=${5:-56}
rm -rf "$out"
mkdir -p "$out/1/form" "$out/2"
cp "$form/gloss.json" "$form/tokenizer.json" "$out/1/form/"
cp "$pack" "$out/1/"
call=1
for shard in "$text"/train.*.txt "$text"/eval.*.txt; do
	case $shard in */eval.*) call=1 ;; esac
	echo "$shard $out/$call/$(basename "$shard").xz"
	call=$((3 - call))
done | xargs -P "$(nproc)" -n 2 sh -c 'xz -6 -c "$0" >"$1"'
du -sh "$out/1" "$out/2"
for call in 1 2; do
	if [ "$(du -sm "$out/$call" | cut -f1)" -gt "$mib" ]; then
		echo "$out/$call is larger than $mib MiB: lower extract's -cap or -named, or plan more calls" >&2
		exit 1
	fi
done
