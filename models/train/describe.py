"""Puts more fields into a model's gloss.json.

    describe.py GLOSS.json FIELDS.json

FIELDS.json holds an object, such as gloss eval --calibrate prints; null takes a
field away. Lists of numbers stay on one line each, for people to read.
"""

import json
import sys

path, fields = sys.argv[1:]
with open(path) as f:
    description = json.load(f)
with open(fields) as f:
    description.update(json.load(f))
description = {k: v for k, v in description.items() if v is not None}


def text(value, indent=""):
    deeper = indent + "  "
    if not isinstance(value, dict) or indent and not any(isinstance(v, (list, dict)) for v in value.values()):
        return json.dumps(value)
    lines = [f"{deeper}{json.dumps(k)}: {text(v, deeper)}" for k, v in value.items()]
    return "{\n" + ",\n".join(lines) + "\n" + indent + "}"


with open(path, "w") as f:
    f.write(text(description) + "\n")
