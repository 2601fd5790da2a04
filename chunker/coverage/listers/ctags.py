"""Lists the functions of C or C++ files for chunker/coverage, with
universal-ctags. Usage: ctags.py C|C++

What ctags has no name for, or one that is not in the text, is named as it is
written there: operators, lambdas that a variable holds, and what a macro defines.
"""

import json
import re
import subprocess
import sys

CTAGS = ["ctags", "--options=NONE", "--output-format=json", "--fields=+neKst", "--sort=no",
         "--language-force=" + sys.argv[1], "-L", "-", "-f", "-"]

LAMBDA = re.compile(r"(?<![\w*])(?:[\w:.>&-]*[\s.>&])?(\w+)\s*=\s*\[[^\[\]]*\]\s*(?:<[^>]*>\s*)?[({]")
STRING = re.compile(r'"((?:[^"\\\n]|\\.)+)"')


def macro(call, name):
    """The name of what a macro defines: TEST(A, b) is b, TEST_CASE("b") and
    DEFINE(b, int) as well. UNUSED(int f(int a)) is f. None where there is none."""
    at = re.search(r"\b" + re.escape(name) + r"\s*\(", call)
    if not at:
        return None
    depth, end = 1, at.end()
    while end < len(call) and depth:
        depth += {"(": 1, ")": -1}.get(call[end], 0)
        end += 1
    arguments = call[at.end():end - 1]
    inner = re.fullmatch(r"[\w\s*&:<>]+[\s*&](\w+)\s*\(.*\)\s*", arguments, re.S)
    if inner:
        return inner[1]
    if STRING.search(arguments):
        return STRING.search(arguments)[1]
    words = [w.strip() for w in arguments.split(",")]
    words = [w for w in words if re.fullmatch(r"\w+", w)]
    if not words:
        return None
    second = len(words) == 2 and "CASE" not in name and ("TEST" in name or "METHOD" in name or name.endswith("_F"))
    return words[1 if second else 0]


TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|[{}()]', re.S)


def closing(text, at):
    """Where the bracket at a place is closed, or -1."""
    depth = 0
    for token in TOKEN.finditer(text, at):
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.start()
    return -1


def titled(text):
    """Tests whose name is a string, for which ctags has no place: TEST_CASE("b") {"""
    for head in re.finditer(r"^[A-Z][A-Z0-9_]+[ ]?\(", text, re.M):
        end = closing(text, head.end() - 1)
        title = STRING.search(text, head.end(), max(end, 0))
        opened = re.compile(r"\)\s*\{").match(text, end) if title else None
        last = closing(text, opened.end() - 1) if opened else -1
        if last >= 0:
            yield title[1], text.count("\n", 0, head.start()) + 1, text.count("\n", 0, last) + 1


def main():
    paths = sys.stdin.read()
    listed = subprocess.run(CTAGS, input=paths, capture_output=True, text=True, errors="replace", check=True)
    texts, titles = {}, {}
    if sys.argv[1] == "C++":
        for path in paths.splitlines():
            with open(path, encoding="utf-8", errors="replace") as f:
                titles[path] = list(titled(f.read()))
            for name, start, end in titles[path]:
                print(json.dumps({"file": path, "name": name, "start": start, "end": end}))
    for line in listed.stdout.splitlines():
        tag = json.loads(line)
        if tag.get("kind") != "function" or "end" not in tag:
            continue
        path, name, start = tag["path"], tag["name"], tag["line"]
        if path not in texts:
            with open(path, encoding="utf-8", errors="replace") as f:
                texts[path] = f.read().split("\n")
        if name.isupper() and any(first <= start <= last for _, first, last in titles.get(path, [])):
            continue  # the test itself, or a block in it
        text = "\n".join(texts[path][start - 1:start + 9])
        if name.startswith("__anon"):
            bound = LAMBDA.search("\n".join(texts[path][max(0, start - 2):start + 1]))
            if not bound or re.match(r".*\}\s*\(", texts[path][tag["end"] - 1]):
                continue  # what is called at once is no value
            name = bound[1]
        elif "operator" in name:
            written = re.search(r"\boperator\b\s*(?:\(\s*\)|[\w:\s]+<.*>\s*(?=\()|[^(;{]+)", text)
            name = written[0].strip() if written else name
        elif name.isupper() and re.match(r"\s+" + name, text):
            continue  # a block in a function: ctags takes one that it does not know for a scope
        elif name.isupper() and re.match(r"(?:static\s+)?" + name + r"\s*\(", text):
            name = macro(text, name) or name  # a function has a type
        print(json.dumps({"file": path, "name": name, "start": start, "end": tag["end"]}))


main()
