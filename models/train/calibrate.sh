#!/bin/sh -e
# Tells a model's likely sentences from others, in its gloss.json, by held-out
# functions that no figure is measured on.
#
#   calibrate.sh CORPUS MODEL [N]     takes every Nth of them, 4 by default
#
# A line that cannot be used makes gloss eval exit with 1.
corpus=$1 model=$2 every=${3:-4}
grep -vxFf "$corpus/eval.jsonl" "$corpus/heldout.jsonl" | awk -v n="$every" 'NR % n == 0' >"$corpus/calibration.jsonl"
bin/gloss eval --model "$model" --data "$corpus/calibration.jsonl" --calibrate >"$corpus/calibration.json" || [ $? = 1 ]
"${PYTHON:-python3}" models/train/describe.py "$model/gloss.json" "$corpus/calibration.json"
