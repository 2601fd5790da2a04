"""Writes what a run can say of itself as the draft of a model's card.

  card.py --state STATE --corpus CORPUS --model DIR

reads STATE/run.json, STATE/log.jsonl and STATE/check.json, CORPUS/report.json,
and DIR/config.json and DIR/gloss.json, and writes DIR/README.md. How good the
sentences are, and what is wrong with them, people have to add.
"""

import argparse
import json
import os


def read(path):
    with open(path) as f:
        return json.load(f)


def curve(log):
    lines = ["| seconds | passes | tokens a second | loss | held-out loss | |", "|---|---|---|---|---|---|"]
    for l in log:
        kept = f"kept, at {l['kept']:.0%} of the run" if "kept" in l else ""
        lines.append(f"| {l['seconds']:.0f} | {l['passes']} | {l['tokensPerSecond']:,} | {l['loss']} | {l['heldOut']} | {kept} |")
    return "\n".join(lines)


def phases(recipe):
    whole = sum(phase["share"] for phase in recipe["phases"])
    lines = []
    for phase in recipe["phases"]:
        first, last = (f"{share * recipe['rate']:g}" for share in phase["rate"])
        rate = f"a rate of {first}" if first == last else f"a rate from {first} to {last}"
        lines.append(
            f"{phase['share'] / whole:.0%} of the time {rate}, {', '.join(phase.get('kinds', ['all pairs']))}, "
            f"dropout {phase.get('dropout', recipe['dropout'])}, loss on the prompt {phase.get('promptLoss', recipe['promptLoss'])}")
    return "; ".join(lines)


def languages(counts):
    tiers = {name: n for name, n in sorted(counts.items(), key=lambda c: -sum(c[1].values()))}
    lines = ["| language | strict | loose | named |", "|---|---|---|---|"]
    lines += [f"| {name} | {n.get('strict', 0):,} | {n.get('loose', 0):,} | {n.get('name', 0):,} |" for name, n in tiers.items()]
    return "\n".join(lines)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", required=True)
    p.add_argument("--corpus", required=True)
    p.add_argument("--model", required=True)
    p.add_argument("--machine", help="where it was trained, in words (default: what PyTorch calls the device)")
    a = p.parse_args()
    run, check, report = read(f"{a.state}/run.json"), read(f"{a.state}/check.json"), read(f"{a.corpus}/report.json")
    c, description = read(f"{a.model}/config.json"), read(f"{a.model}/gloss.json")
    with open(f"{a.state}/log.jsonl") as f:
        log = [json.loads(line) for line in f]
    size = os.path.getsize(f"{a.model}/onnx/model_quantized.onnx") / 1e6
    left_out = "\n".join(f"| {why} | {n:,} |" for why, n in sorted(report["leftOut"].items(), key=lambda p: -p[1]))
    held_out = sum(n.get("strict", 0) for n in report["heldOut"].values())
    with open(f"{a.model}/README.md", "w") as f:
        f.write(f"""# The model that ships with gloss

A Llama decoder: {c['num_hidden_layers']} layers, width {c['hidden_size']}, {c['num_attention_heads']} heads of {c['head_dim']} ({c['num_key_value_heads']} for keys and values), feed-forward {c['intermediate_size']}, vocabulary {c['vocab_size']:,}, RoPE theta {c['rope_theta']:g}, RMSNorm ({c['rms_norm_eps']:g}), tied embeddings, {run['parameters'] / 1e6:.1f}M parameters. bos 1 `<|im_start|>`, separator 2 `<|im_end|>`, eos and pad 0 `<|endoftext|>`; positions count from 0. Prompt form "{description['prompt']['form']}", version {description['prompt']['version']}, at most {description['maxInputTokens']} tokens between the markers.

`onnx/model_quantized.onnx`, {size:.1f} MB: MatMulNBits, 8-bit, blocks of 32, accuracy level 4. Greedy outputs that are PyTorch's: fp32 {check['fp32']} of {check['prompts']}, 8-bit {check['8-bit']} of {check['prompts']}.

## The run

{log[-1]['seconds']:.0f} seconds of {a.machine or run['deviceName']}, {log[-1]['tokens'] / 1e6:,.1f}M tokens in batches of {run['recipe']['tokens']:,}, Muon for the matrices and AdamW for the rest: {phases(run['recipe'])}. PyTorch {run['torch']}. It saw {run['data']['pairs']:,} prompts, those with hidden names among them, and was measured on {run['heldOut']['pairs']:,}.

{curve(log)}

## Corpus

The repositories of `models/train/repositories.tsv`. {held_out:,} strict pairs are held out. For training:

{languages(report['train'])}

| left out, because | functions |
|---|---|
{left_out}
""")


if __name__ == "__main__":
    main()
