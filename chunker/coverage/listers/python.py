"""Lists Python's functions by the standard library's parser (see ../README.md)."""

import ast
import json
import sys


class Lister:
    """Prints what is defined in a file."""

    def __init__(self, path, text):
        self.path = path
        self.lines = text.split("\n")

    def visit(self, node, container):
        """Prints what is defined inside of node, whose name is container."""
        for child in ast.iter_child_nodes(node):
            inside = container
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                start = min([child.lineno] + [d.lineno for d in child.decorator_list])
                self.emit(child.name, container, start, self.end(child))
                inside = child.name
            elif isinstance(child, ast.ClassDef):
                inside = child.name
            elif isinstance(child, (ast.Assign, ast.AnnAssign)) and isinstance(child.value, ast.Lambda):
                targets = child.targets if isinstance(child, ast.Assign) else [child.target]
                name = self.name(targets[0]) if len(targets) == 1 else None
                if name:
                    self.emit(name, container, child.lineno, child.end_lineno)
                    inside = name
            elif isinstance(child, ast.Dict):
                self.elements(child, container)
                continue
            self.visit(child, inside)

    def elements(self, node, container):
        """Prints the function values of a dictionary, which its keys name."""
        for key, value in zip(node.keys, node.values):
            name = self.literal(key) if isinstance(value, ast.Lambda) else None
            if name:
                self.emit(name, container, key.lineno, value.end_lineno)
            whole = ast.Module(body=[value], type_ignores=[])
            self.visit(value if name else whole, name or container)

    def name(self, node):
        """What node names a value by: a variable, an attribute, a key."""
        if isinstance(node, ast.Subscript):
            return self.literal(node.slice)
        return getattr(node, "id", None) or getattr(node, "attr", None)

    def literal(self, node):
        """The text of a literal key; what another key is computed from is not
        the name of what is there."""
        return str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, (str, int)) else None

    def end(self, node):
        """The last line, with the comments after the last statement that are
        indented as the body is. Python's parser drops comments; a reader takes
        these for a part of the body, as gloss does."""
        first = self.lines[node.body[0].lineno - 1]
        indent = len(first) - len(first.lstrip())
        end = node.end_lineno
        if indent < node.body[0].col_offset:  # behind the colon
            return end
        for number, line in enumerate(self.lines[end:], end + 1):
            said = line.lstrip()
            if said and (not said.startswith("#") or len(line) - len(said) < indent):
                break
            if said:
                end = number
        return end

    def emit(self, name, container, start, end):
        print(json.dumps({"file": self.path, "name": name, "container": container, "start": start, "end": end}))


def main():
    sys.setrecursionlimit(20000)
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    for line in sys.stdin:
        path = line.rstrip("\n")
        try:
            with open(path, "rb") as f:
                text = f.read()
            tree = ast.parse(text)
            Lister(path, text.decode("utf-8", "replace")).visit(tree, "")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
            print(json.dumps({"file": path, "error": str(e)}))


if __name__ == "__main__":
    main()
