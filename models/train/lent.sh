#!/bin/sh -e
# One call of a training run on a lent accelerator: takes what this call has
# brought, encodes all that is there, and trains until the call's time is over
# or the run's.
#
#   lent.sh BROUGHT WORK OUT CALL_SECONDS TOTAL_SECONDS [argument of train.py ...]
#
# BROUGHT is a folder that make train-carry made. WORK stays on the machine from
# call to call, outside of what is copied there anew. OUT receives the best two
# checkpoints so far, in pieces, log.jsonl and run.json; 15 of the call's seconds
# are kept for that. The last call's arguments end in --last.
here=$(dirname "$0")
python=${PYTHON:-python3}
brought=$1 work=$2 out=$3 call=$4 total=$5
shift 5
begun=$(date +%s)
mkdir -p "$work/text" "$work/packed" "$out"
"$python" "$here/pieces.py" expand "$brought"/*.xz "$work/text"
if [ -d "$brought/form" ]; then
	cp -r "$brought/form" "$brought/pack" "$work/"
	chmod +x "$work/pack"
fi
"$work/pack" -model "$work/form" -out "$work/packed/train" "$work"/text/train.*.txt
"$work/pack" -model "$work/form" -out "$work/packed/eval" "$work"/text/eval.*.txt
"$python" "$here/train.py" --data "$work/packed" --state "$work/state" --total "$total" \
	--call $((call - 15 - $(date +%s) + begun)) "$@"
"$python" "$here/pieces.py" best "$work/state" 2 "$out"
