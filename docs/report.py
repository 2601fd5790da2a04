#!/usr/bin/env python3
"""Reads `gloss summarize --json` on standard input and prints, as Markdown,
how many functions have a clean line, how many of the model's lines are repeated
or empty, and random examples (never picked: the seed is fixed).

    gloss summarize --json --no-doc DIR | docs/report.py TITLE [EXAMPLES]
"""
import collections
import json
import random
import sys
import unicodedata


def clean(line):
    """One non-empty line of plain text of at most 120 characters."""
    return (
        bool(line.strip())
        and len(line) <= 120
        and not any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") for c in line)
        and "```" not in line
        and "](" not in line
    )


def repeats(line):
    """Whether a run of three words occurs twice."""
    words = line.lower().rstrip(".").split()
    runs = [tuple(words[i : i + 3]) for i in range(len(words) - 2)]
    return len(set(runs)) < len(runs)


rows = [json.loads(line) for line in sys.stdin]
ok = [r for r in rows if r["summary"] and clean(r["summary"])]
model = [r for r in rows if r.get("source") != "doc"]
written = [r for r in model if r["summary"]]
same = collections.Counter(r["summary"] for r in written)


def share(n, of):
    return f"{n} ({100 * n / max(of, 1):.1f} %)"


print(f"### {sys.argv[1]}\n")
print("| functions | clean line | asked the model | of these: no line | the name's sentence instead | a run of three words twice | same line as another function |")
print("|---|---|---|---|---|---|---|")
print(
    f"| {len(rows)} | {share(len(ok), len(rows))} | {len(model)} | {share(len(model) - len(written), len(model))}"
    f" | {share(sum(r['source'] == 'name' for r in written), len(model))}"
    f" | {share(sum(repeats(r['summary']) for r in written), len(written))}"
    f" | {share(sum(same[r['summary']] > 1 for r in written), len(written))} |"
)
examples = int(sys.argv[2]) if len(sys.argv) > 2 else 0
if examples:
    print(f"\n{examples} random functions that the model was asked about:\n")
    for r in random.Random(1).sample(model, min(examples, len(model))):
        print(f"- `{r['name']}` ({r['language']}): {r['summary'] or '*no summary: ' + (r.get('error') or r['withheld']) + '*'}")
