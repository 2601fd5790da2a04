#!/bin/sh -e
# The whole way from a repository to an exported model, tiny, with this
# repository as the corpus: shows that the pieces fit, not that they learn. The
# training part goes the way of another machine: packed data in pieces, two
# calls of which the second resumes, weights in pieces.
#
#   dryrun.sh [PYTHON]     run from the repository's root after make train-tools bin/gloss
PYTHON=${1:-python3}
export PYTHON
bin=models/train/bin
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
step() { printf '\n== %s\n' "$*"; }

step clone
commit=$(git rev-parse HEAD)
git clone -q --bare --no-local . "$tmp/origin/gloss-lsp/gloss"
printf 'repository\tlicence\tsplit\tcommit\ngloss-lsp/gloss\tApache-2.0\theld-out\t%s\n' "$commit" >"$tmp/list.tsv"
models/train/clone.sh "$tmp/list.tsv" "$tmp/repositories" "file://$tmp/origin"

step extract
$bin/extract -list "$tmp/list.tsv" -repositories "$tmp/repositories" -out "$tmp/corpus" -eval 40

step vocabulary
mkdir "$tmp/form" "$tmp/packed"
cp models/default/gloss.json "$tmp/form/"
echo '{}' >"$tmp/form/config.json"
$bin/bpe -data "$tmp/corpus/heldout.jsonl" -size 600 -out "$tmp/form/tokenizer.json"

step pack
$bin/pack -model "$tmp/form" -data "$tmp/corpus/heldout.jsonl" -out "$tmp/packed/train"
$bin/pack -model "$tmp/form" -data "$tmp/corpus/eval.jsonl" -out "$tmp/packed/eval"
tar -C "$tmp/packed" -cJf "$tmp/data.tar.xz" .
$PYTHON models/train/pieces.py split "$tmp/data.tar.xz" "$tmp/sent" 10000

step "train, in two calls"
small="--layers 2 --width 64 --report 10 --eval-pairs 40 --batch 8"
models/train/call.sh "$tmp/sent" "$tmp/run" "$tmp/out" 0.4 0.2 $small
models/train/call.sh "$tmp/sent" "$tmp/run" "$tmp/out" 0.4 9 $small
grep -q '"final": true' "$tmp/out/log.jsonl"

step "bring back"
$PYTHON models/train/pieces.py join "$tmp/out/weights" "$tmp/run/back.pt"

step export
$PYTHON models/train/export.py --run "$tmp/run/back.pt" --out "$tmp/model" --like "$tmp/form" --pack $bin/pack \
	--prompts "$tmp/corpus/eval.jsonl" --count 20 --golden models/default/golden.jsonl
$PYTHON models/train/card.py --run "$tmp/run" --corpus "$tmp/corpus" --model "$tmp/model"
printf '%s\n' '{"text": "<|im_start|>go\nparse port<|im_end|>"}' | bin/gloss model generate --model "$tmp/model" --special --max-new-tokens 8
ls -l "$tmp/model" "$tmp/model/onnx"
step done
