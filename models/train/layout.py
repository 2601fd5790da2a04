"""Checks that export.py writes a graph that is in use: layout.py GRAPH

Reads the weights out of an 8-bit graph, writes a graph of them, and compares
operators, inputs, outputs and every number but the cosine table's last digits,
which are the machine's. A new model then runs as fast and is read as exactly as
the one before it.
"""

import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export import Graph
from llama import load


def nodes(graph):
    def attributes(n):
        return sorted((a.name, helper.get_attribute_value(a)) for a in n.attribute)

    return [(n.op_type, n.domain, list(n.input), list(n.output), attributes(n)) for n in graph.node]


def main():
    path = sys.argv[1]
    model = load(path)
    want = onnx.load(path)
    got = Graph(model.c, {name: w.numpy() for name, w in model.state_dict().items()}, quantized=True).build()
    differences = []
    if nodes(got.graph) != nodes(want.graph):
        differences.append("operators")
    if [str(v) for v in [*got.graph.input, *got.graph.output]] != [str(v) for v in [*want.graph.input, *want.graph.output]]:
        differences.append("inputs or outputs")
    if (got.ir_version, str(got.opset_import)) != (want.ir_version, str(want.opset_import)):
        differences.append("versions")
    ours, theirs = ({i.name: numpy_helper.to_array(i) for i in m.graph.initializer} for m in (got, want))
    if list(ours) != list(theirs):
        differences.append("names of weights")
    for name, array in theirs.items():
        mine = ours.get(name, np.zeros(0))
        same = mine.dtype == array.dtype and mine.shape == array.shape
        if not same or not np.allclose(mine, array, rtol=0, atol=1e-9 if name in ("cos", "sin") else 0):
            differences.append(name)
    if differences:
        raise SystemExit(f"{path} is not what export.py writes: {', '.join(differences)}")
    print(f"{path}: {len(want.graph.node)} operators, {len(theirs)} arrays, {model.c}: as export.py writes it")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main()
