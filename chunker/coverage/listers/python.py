"""Lists Python's functions by the standard library's parser (see ../README.md)."""

import ast
import json
import sys


def emit(record):
    print(json.dumps(record), flush=False)


def visit(path, node, container):
    """Emits what is defined inside of node, whose name is container."""
    for child in ast.iter_child_nodes(node):
        inside = container
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            start = min([child.lineno] + [d.lineno for d in child.decorator_list])
            emit_function(path, child.name, container, start, child.end_lineno)
            inside = child.name
        elif isinstance(child, ast.ClassDef):
            inside = child.name
        elif isinstance(child, (ast.Assign, ast.AnnAssign)) and isinstance(child.value, ast.Lambda):
            targets = child.targets if isinstance(child, ast.Assign) else [child.target]
            name = getattr(targets[0], "id", None) or getattr(targets[0], "attr", None)
            if len(targets) == 1 and name:
                emit_function(path, name, container, child.lineno, child.end_lineno)
                inside = name
        visit(path, child, inside)


def emit_function(path, name, container, start, end):
    emit({"file": path, "name": name, "container": container, "start": start, "end": end})


def main():
    sys.setrecursionlimit(20000)
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    for line in sys.stdin:
        path = line.rstrip("\n")
        try:
            with open(path, "rb") as f:
                tree = ast.parse(f.read())
        except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
            emit({"file": path, "error": str(e)})
            continue
        visit(path, tree, "")


if __name__ == "__main__":
    main()
