#!/bin/sh -e
# One call of a training run on another machine: trains until the call's time is
# over, or the run's, and leaves the best weights as small files.
#
#   call.sh DATA RUN OUT MINUTES CALL_MINUTES [argument of train.py ...]
#
# DATA holds the packed arrays, or pieces of a tar of them (data.tar.xz, by
# pieces.py split). RUN stays on the machine from call to call. OUT receives
# the weights' pieces, log.jsonl and run.json.
here=$(dirname "$0")
python=${PYTHON:-python3}
data=$1 run=$2 out=$3 minutes=$4 call=$5
shift 5
if [ ! -e "$data/train.json" ]; then
	"$python" "$here/pieces.py" join "$data" "$data/data.tar.xz"
	tar -xJf "$data/data.tar.xz" -C "$data"
fi
"$python" "$here/train.py" --data "$data" --out "$run" --minutes "$minutes" --call-minutes "$call" "$@"
"$python" "$here/pieces.py" half "$run/best.pt" "$run/half.pt"
"$python" "$here/pieces.py" split "$run/half.pt" "$out/weights"
cp "$run/log.jsonl" "$run/run.json" "$out/"
