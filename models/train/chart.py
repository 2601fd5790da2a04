"""Draws the learning curve: chart.py RUN/log.jsonl OUT.png"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def draw(log, out):
    with open(log) as f:
        lines = [json.loads(line) for line in f]
    figure, axes = plt.subplots(figsize=(6, 3.5), dpi=100)
    parts = [l for l in lines if not l.get("final")]  # the last line measures on more pairs
    trained = [l for l in parts if l["loss"] is not None]
    axes.plot([l["seen"] / 1000 for l in trained], [l["loss"] for l in trained], label="training")
    axes.plot([l["seen"] / 1000 for l in parts], [l["heldOut"] for l in parts], label="held out", marker=".")
    axes.set_xlabel("functions seen, in thousands")
    axes.set_ylabel("loss a token (nats)")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(out, metadata={"Software": None})


if __name__ == "__main__":
    draw(sys.argv[1], sys.argv[2])
