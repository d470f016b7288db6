"""Conditions (specification 6): the grammar and the truth table, for conditions that are good."""
import re

TOKEN = re.compile(
    r"""[ \t\n\f\r]*(?:(?P<text>r?(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))"""
    r"""|(?P<number>-?(?:0x[0-9a-fA-F]+|[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|[0-9]+))"""
    r"""|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<mark>\|\||&&|==|!=|<=|>=|[<>!()\[\],.]))""",
    re.S,
)
COMPARISONS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def kind(value):
    """The JSON type that conditions compare; None for what they cannot read."""
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, (int, float)):
        return "number"
    return "text" if isinstance(value, str) else None


class Parser:
    def __init__(self, text):
        self.tokens, at = [], 0
        text = text.strip()
        while at < len(text):
            found = TOKEN.match(text, at)
            self.tokens.append((found.lastgroup, found.group(found.lastgroup)))
            at = found.end()
        self.at = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def take(self, mark=None):
        found = self.peek()
        if mark is not None and found[1] != mark:
            raise SyntaxError(mark)
        self.at += 1
        return found

    def either(self):
        left = self.both()
        while self.peek() == ("mark", "||"):
            self.take()
            left = ("||", left, self.both())
        return left

    def both(self):
        left = self.relation()
        while self.peek() == ("mark", "&&"):
            self.take()
            left = ("&&", left, self.relation())
        return left

    def relation(self):
        left = self.unary()
        while self.peek()[1] in COMPARISONS or self.peek() == ("name", "in"):
            word = self.take()[1]
            left = (word, left, self.list() if word == "in" else self.unary())
        return left

    def unary(self):
        if self.peek() == ("mark", "!"):
            self.take()
            return ("!", self.unary())
        return self.primary()

    def primary(self):
        group, text = self.take()
        if group == "text":
            return ("value", literal(text))
        if group == "number":
            return ("value", number(text))
        if text in ("true", "false") and group == "name":
            return ("value", text == "true")
        if text == "(":
            inside = self.either()
            self.take(")")
            return inside
        if text == "has" and self.peek()[1] == "(":
            self.take()
            path = self.primary()
            self.take(")")
            return ("has", path[1])
        names = [self.take()[1] if text == "." else text]
        while self.peek() == ("mark", "."):
            self.take()
            names.append(self.take()[1])
        return ("path", names)

    def list(self):
        self.take("[")
        found = []
        while self.peek()[1] != "]":
            found.append(self.primary()[1])
            if self.peek()[1] == ",":
                self.take()
        self.take("]")
        return found


def literal(text):
    raw = text.startswith("r")
    text = text[1:] if raw else text
    inside = text[3:-3] if text[:3] in ("'''", '"""') else text[1:-1]
    return inside if raw else inside.encode("latin-1", "backslashreplace").decode("unicode_escape")


def number(text):
    if "0x" in text:
        return int(text, 16)
    return float(text) if re.search(r"[.eE]", text) else int(text)


def parse(text):
    return Parser(text).either()


def member(value, names):
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


class Condition:
    """One condition for one catalogue. `test` gives True, False, or None where it cannot be told."""

    def __init__(self, text, catalogue):
        self.tree, self.catalogue = parse(text), catalogue

    def test(self, scene):
        found = self.value(self.tree, scene)
        return found if isinstance(found, bool) else None

    def place(self, names, scene):
        """What a path starts from, the members on the way, and the type that the item has (None for any)."""
        root, rest = names[0], names[1:]
        if root == "label":
            return scene["label"], rest, "flag" if rest == ["sensitive"] else "text"
        if root == "request":
            return scene["request"], rest, None
        if root == self.catalogue["short"]:
            holder, path = scene["document"], ".".join(rest)
        else:
            around = next(path for path, item in self.catalogue["items"].items() if item == root)
            depth = around.count("[]") - 1
            entries = scene["entries"]
            holder, path = entries[depth] if depth < len(entries) else None, around + "." + ".".join(rest)
        type_of = self.catalogue["leaves"][path]["type"]
        return holder, rest, {"bool": "flag", "count": "number", "number": "number"}.get(type_of, "text")

    def value(self, tree, scene):
        word = tree[0]
        if word == "value":
            return tree[1]
        if word == "path":
            holder, rest, wanted = self.place(tree[1], scene)
            found = member(holder, rest)
            fits = kind(found) is not None and wanted in (None, kind(found))
            return found if fits else None
        if word == "has":
            holder, rest, wanted = self.place(tree[1], scene)
            around = member(holder, rest[:-1])
            if not isinstance(around, dict):
                return None
            found = around.get(rest[-1])
            if found is None:
                return False
            return True if wanted in (None, kind(found)) else None
        if word == "!":
            found = self.truth(tree[1], scene)
            return None if found is None else not found
        if word in ("||", "&&"):
            decides = word == "||"
            sides = [self.truth(one, scene) for one in tree[1:]]
            if decides in sides:
                return decides
            return None if None in sides else not decides
        left = self.value(tree[1], scene)
        if word == "in":
            return None if kind(left) is None or kind(left) != kind(tree[2][0]) else left in tree[2]
        right = self.value(tree[2], scene)
        if kind(left) is None or kind(left) != kind(right):
            return None
        if word not in ("==", "!=") and kind(left) != "number":
            return None
        return COMPARISONS[word](left, right)

    def truth(self, tree, scene):
        found = self.value(tree, scene)
        return found if isinstance(found, bool) else None
