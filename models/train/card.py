"""Writes a model's card and the picture of its learning curve from the run.

  card.py --run RUN --corpus CORPUS --model DIR [--before LOSS]

reads RUN/run.json, RUN/log.jsonl and RUN/check.json, CORPUS/report.json, and
DIR/config.json and DIR/gloss.json. It writes DIR/README.md and DIR/curve.png.
"""

import argparse
import json
import os

from chart import draw


def read(path):
    with open(path) as f:
        return json.load(f)


def megabytes(path):
    return f"{os.path.getsize(path) / 1e6:.1f} MB"


def repositories(report, split):
    sources = [s for s in report["sources"] if s["split"] == split]
    lines = ["| repository | licence | commit | pairs |", "|---|---|---|---|"]
    for s in sorted(sources, key=lambda s: s["repo"].lower()):
        pairs = ", ".join(f"{language} {n}" for language, n in sorted(s["pairs"].items(), key=lambda p: (-p[1], p[0])))
        lines.append(f"| {s['repo']} | {s['license']} | {s['commit'][:12]} | {pairs or '-'} |")
    return "\n".join(lines)


def languages(report, split):
    totals = {}
    for s in report["sources"]:
        if s["split"] == split:
            for language, n in s["pairs"].items():
                totals[language] = totals.get(language, 0) + n
    return ", ".join(f"{language} {n:,}" for language, n in sorted(totals.items(), key=lambda p: (-p[1], p[0])))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", required=True)
    p.add_argument("--corpus", required=True)
    p.add_argument("--model", required=True)
    p.add_argument("--before", type=float, help="held-out loss of the model that the run began with, on all held-out pairs")
    p.add_argument("--earlier", action="append", default=[], help="file on an earlier run whose weights this one began with; may be given several times")
    p.add_argument("--machine", help="where it was trained, in words (default: what PyTorch calls the device)")
    p.add_argument("--began", default="the weights of the model shipped before", help="what the run began with, in words")
    a = p.parse_args()
    run, check, report = read(f"{a.run}/run.json"), read(f"{a.run}/check.json"), read(f"{a.corpus}/report.json")
    config, description = read(f"{a.model}/config.json"), read(f"{a.model}/gloss.json")
    with open(f"{a.run}/log.jsonl") as f:
        log = [json.loads(line) for line in f]
    last = log[-1]
    if not last.get("final"):
        raise SystemExit("the run is not over: its log has no final line")
    best = min(l["heldOut"] for l in log if not l.get("final"))
    draw(f"{a.run}/log.jsonl", f"{a.model}/curve.png")

    passes = last["seen"] / run["data"]["pairs"]
    words = run["arguments"]
    began = f"began with {a.began}" if words["warm_start"] else "began with random weights"
    before = f" The weights that it began with have {a.before:.3f} on the same pairs." if a.before else ""
    earlier = ""
    if a.earlier and words["warm_start"]:
        earlier = "### Earlier runs, whose weights this one began with\n\n"
        for path in a.earlier:
            with open(path) as f:
                earlier += f.read() + "\n"
    left_out = "\n".join(f"| {why} | {n:,} |" for why, n in sorted(report["leftOut"].items(), key=lambda p: -p[1]))
    heads = config["num_attention_heads"]
    card = f"""<!-- Written by models/train/card.py. Change that, not this. -->
# The model that ships with gloss

A Llama decoder: {config['num_hidden_layers']} layers, width {config['hidden_size']}, {heads} heads of {config['head_dim']} ({config['num_key_value_heads']} for keys and values), feed-forward {config['intermediate_size']}, vocabulary {config['vocab_size']:,}, RoPE theta {config['rope_theta']:g}, RMSNorm, tied embeddings, {run['parameters'] / 1e6:.2f}M parameters. bos 1 `<|im_start|>`, separator 2 `<|im_end|>`, eos and pad 0 `<|endoftext|>`; positions count from 0. The weights are this project's own, made from the functions and doc comments of the public repositories listed below.

**Prompt.** Form "{description['prompt']['form']}", version {description['prompt']['version']} (code: `inference/prompt`), at most {description['maxInputTokens']} tokens between the markers. The summary follows, ended by `<|endoftext|>`.

**Files.** `onnx/model_quantized.onnx`, {megabytes(a.model + '/onnx/model_quantized.onnx')}: MatMulNBits, 8-bit, blocks of 32, accuracy level 4. The fp32 graph ({megabytes(a.model + '/onnx/model.onnx')}) is not in the repository. Inputs input_ids, attention_mask, position_ids, past_key_values.N.{{key,value}}; outputs logits (all positions), present.N.{{key,value}}. Greedy outputs equal to PyTorch's: fp32 {check['fp32']} of {check['prompts']}, 8-bit {check['8-bit']} of {check['prompts']}.

## The run

It {began} and saw {last['seen']:,} functions, {passes:.2f} passes over {run['data']['pairs']:,}, in {last['minutes']:.0f} minutes on {a.machine or run['deviceName']} ({last['seen'] / last['minutes'] / 60:.0f} a second). Batches of {words['batch']}, Muon for the matrices and AdamW for the rest, peak learning rate {words['lr']:g}, rising for {words['warmup']:.0%} of the run and falling to zero for {words['decay']:.0%}, dropout {words['dropout']:g}, loss on the prompt {words['lm']:g}, seed {words['seed']}; PyTorch {run['torch']}.

**Held-out loss: {last['heldOut']:.3f}** nats a token over {run['heldOut']['pairs']:,} functions of repositories that were never trained on.{before} (While it ran, on {words['eval_pairs']:,} of them, the least was {best:.3f}.)

![learning curve](curve.png)

How good the sentences are is another question: docs/quality.md.

## Limits

- Numbers over four characters, letters beyond ASCII and all but the ends of long functions are lost on it.
- It is small and has seen little. Sentences are often empty of content and sometimes wrong.
- References are doc comments as people wrote them, first sentence only, kept where they begin with a verb and look like English prose. {report['heldOut']:,} functions are held out by whole repositories; a training function like a held-out one is left out. Near-duplicates are those with an estimated 0.8 of their four-word shingles in common (MinHash).
- Licences are those that the repositories' licence files name; files whose header names the GPL or LGPL were skipped. They were not audited file by file.

## How to rebuild it

`models/train/README.md`. The corpus is read from the commits below; the rest follows from seeds, except that a run bounded by time stops where the machine's speed lets it.

## Corpus

For training {report['train']:,} pairs: {languages(report, 'train')}.

Held out {report['heldOut']:,}: {languages(report, 'held-out')}. `eval.jsonl`, on which everything is measured, is a random sample of at most 300 a language.

| left out, because | functions |
|---|---|
{left_out}

### Training repositories

{repositories(report, 'train')}

### Held-out repositories

{repositories(report, 'held-out')}

{earlier}**Golden vectors.** `golden.jsonl`: functions of our own with the prompt's text and ids, and what both graphs write greedily.
"""
    with open(f"{a.model}/README.md", "w") as f:
        f.write(card)


if __name__ == "__main__":
    main()
