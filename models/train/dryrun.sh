#!/bin/sh -e
# The whole way from repositories to an exported model and a calibration, tiny, with
# this repository as the corpus: shows that the pieces fit, not that they learn.
# The training goes the way of a lent accelerator: two calls, each of which brings
# half of the corpus, and the second goes on where the first left off.
#
#   dryrun.sh [PYTHON]     run from the repository's root after make train-tools all
PYTHON=${1:-python3}
export PYTHON
bin=models/train/bin
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
step() { printf '\n== %s\n' "$*"; }

# Parts of this repository stand for repositories: lsp is held out, chunker and
# all the rest are trained on. The rest holds the other two again, as copies that
# must not get into the corpus.
step clone
printf 'repository\tlicence\tsplit\tcommit\tsentences\tnames\n' >"$tmp/list.tsv"
part() {
	git clone -q --bare --no-local . "$tmp/origin/gloss-lsp/$1"
	commit=$(git -C "$tmp/origin/gloss-lsp/$1" -c user.name=gloss -c user.email=gloss commit-tree "HEAD:$3" -m "$1")
	git -C "$tmp/origin/gloss-lsp/$1" update-ref refs/heads/part "$commit"
	printf 'gloss-lsp/%s\tApache-2.0\t%s\t%s\t0\t0\n' "$1" "$2" "$commit" >>"$tmp/list.tsv"
}
part lsp held-out lsp
part chunker train chunker
part gloss train ''
models/train/clone.sh "$tmp/list.tsv" "$tmp/repositories" "file://$tmp/origin"

step extract
$bin/extract -list "$tmp/list.tsv" -repositories "$tmp/repositories" -out "$tmp/corpus" -eval 40

step vocabulary
mkdir "$tmp/form" "$tmp/text"
cp models/default/gloss.json "$tmp/form/"
$bin/bpe -data "$tmp/corpus/train.jsonl" -size 1024 -out "$tmp/form/tokenizer.json"

step carry
$bin/shard -data "$tmp/corpus/train.jsonl" -shards 2 -out "$tmp/text/train"
$bin/shard -data "$tmp/corpus/eval.jsonl" -shards 1 -plain -out "$tmp/text/eval"
models/train/carry.sh "$tmp/text" "$tmp/form" $bin/pack "$tmp/carried"

step "train, in two calls"
cat >"$tmp/recipe.json" <<'END'
{
  "width": 64, "layers": 2, "heads": 2, "kvHeads": 1, "ffn": 128,
  "rate": 3e-3, "tokens": 2048, "promptLoss": 0.2, "dropout": 0.15,
  "phases": [
    {"share": 1, "rate": [1, 1]},
    {"share": 1, "rate": [1, 0.1], "kinds": ["strict", "hidden"], "promptLoss": 0},
    {"share": 1, "rate": [0.5, 0]}
  ],
  "keep": [0.25, 0.5, 0.75, 1]
}
END
# One thread: Debian's PyTorch brings OpenBLAS with threads of its own, and two
# pools fight.
small="--recipe $tmp/recipe.json --report 5 --threads 1"
models/train/lent.sh "$tmp/carried/1" "$tmp/lent" "$tmp/out1" 35 50 $small
models/train/lent.sh "$tmp/carried/2" "$tmp/lent" "$tmp/out2" 50 50 --last $small

step "bring back"
mkdir "$tmp/state"
for kept in "$tmp"/out2/keep.*; do
	$PYTHON models/train/pieces.py join "$kept" "$tmp/state/$(basename "$kept").pt"
done
cp "$tmp/out2/log.jsonl" "$tmp/out2/run.json" "$tmp/state/"
$PYTHON models/train/soup.py "$tmp/state/soup.pt" $(for kept in "$tmp"/state/keep.*.pt; do echo "$kept 1"; done)
for model in "$tmp"/state/*.pt; do
	$PYTHON models/train/train.py --data "$tmp/lent/packed" --recipe "$tmp/recipe.json" --threads 1 --evaluate "$model"
done

step export
$PYTHON models/train/export.py --run "$tmp/state/keep.3.pt" --out "$tmp/model" --like "$tmp/form" --pack $bin/pack \
	--prompts "$tmp/corpus/eval.jsonl" --count 20 --golden models/default/golden.jsonl
$PYTHON models/train/train.py --data "$tmp/lent/packed" --recipe "$tmp/recipe.json" --threads 1 --evaluate "$tmp/model/onnx/model_quantized.onnx"

$PYTHON models/train/card.py --state "$tmp/state" --corpus "$tmp/corpus" --model "$tmp/model"
head -n 12 "$tmp/model/README.md"
ls -l "$tmp/model" "$tmp/model/onnx"
$PYTHON models/train/layout.py models/default/onnx/model_quantized.onnx

# What the shipped model writes greedily it must find likely, by way of the same
# arrays that training reads: a place or a mask that is off by one shows here.
step "loss of the shipped model's own sentences"
$PYTHON - models/default/golden.jsonl >"$tmp/golden.jsonl" <<'END'
import json, sys
for line in open(sys.argv[1]):
    g = json.loads(line)
    print(json.dumps(dict(g, reference=g["output"], tier="strict")))
END
mkdir "$tmp/golden"
$bin/shard -data "$tmp/golden.jsonl" -shards 1 -plain -out "$tmp/golden/text"
for name in train eval; do $bin/pack -model models/default -out "$tmp/golden/$name" "$tmp/golden/text.00.txt"; done
$PYTHON models/train/train.py --data "$tmp/golden" --threads 1 --evaluate models/default/onnx/model_quantized.onnx | tee "$tmp/loss"
$PYTHON -c 'import json, sys; sys.exit(json.load(open(sys.argv[1]))["heldOut"] > 1)' "$tmp/loss"

# What a model writes after so little training is no sentence: that of the
# shipped one is calibrated.
step calibrate
cp -r models/default "$tmp/shipped"
models/train/calibrate.sh "$tmp/corpus" "$tmp/shipped" 1
cat "$tmp/shipped/gloss.json"
step done
