"""Reads the YAML of good policies (specification 2): block and flow maps and lists, plain and quoted scalars, comments."""
import json
import re


class Reader:
    def __init__(self, text):
        self.lines = []
        for line in text.split("\n"):
            bare = self.without_comment(line)
            if bare.strip() not in ("", "---", "..."):
                self.lines.append((len(bare) - len(bare.lstrip()), bare.strip()))
        self.at = 0

    @staticmethod
    def without_comment(line):
        quote = None
        for index, one in enumerate(line):
            if quote:
                if one == quote and not (quote == '"' and line[index - 1] == "\\"):
                    quote = None
            elif one in "\"'" and (index == 0 or line[index - 1] in " [{,:-"):
                quote = one
            elif one == "#" and (index == 0 or line[index - 1] in " \t"):
                return line[:index].rstrip()
        return line.rstrip()

    def block(self, indent):
        if self.at >= len(self.lines) or self.lines[self.at][0] < indent:
            return None
        level, text = self.lines[self.at]
        if text == "-" or text.startswith("- "):
            return self.block_list(level)
        return self.block_map(level) if self.key_of(text) else self.inline(level)

    def block_list(self, level):
        found = []
        while self.at < len(self.lines) and self.lines[self.at][0] == level and re.match(r"-( |$)", self.lines[self.at][1]):
            rest = self.lines[self.at][1][1:]
            inner = level + 1 + (len(rest) - len(rest.lstrip()))
            if rest.strip() == "":
                self.at += 1
                found.append(self.block(level + 1))
            else:
                self.lines[self.at] = (inner, rest.strip())
                found.append(self.block(inner))
        return found

    def block_map(self, level):
        found = {}
        while self.at < len(self.lines) and self.lines[self.at][0] == level and self.key_of(self.lines[self.at][1]):
            key, rest = self.key_of(self.lines[self.at][1])
            if rest == "":
                self.at += 1
                below = self.lines[self.at] if self.at < len(self.lines) else (-1, "")
                listed = below[0] == level and re.match(r"-( |$)", below[1])
                found[key] = self.block(level) if listed else self.block(level + 1)
            else:
                self.lines[self.at] = (level, rest)
                found[key] = self.inline(level)
        return found

    @staticmethod
    def key_of(text):
        quoted = re.match(r'("(?:[^"\\]|\\.)*"|\'[^\']*\')\s*:(?:\s+(.*))?$', text)
        if quoted:
            return Flow(quoted.group(1)).value(), (quoted.group(2) or "")
        if text[0] in "{[\"'":
            return None
        plain = re.match(r"([^\s].*?)\s*:(?:\s+(.*))?$", text)
        return (plain.group(1), plain.group(2) or "") if plain else None

    def inline(self, level):
        """A value that may go on over deeper lines."""
        text = self.lines[self.at][1]
        self.at += 1
        while True:
            flow = Flow(text)
            try:
                found = flow.value(top=True)
                more = self.at < len(self.lines) and self.lines[self.at][0] > level
                if not more:
                    return found
            except IndexError:
                pass
            text += " " + self.lines[self.at][1]
            self.at += 1


class Flow:
    def __init__(self, text):
        self.text, self.at = text, 0

    def skip(self):
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1

    def value(self, top=False):
        self.skip()
        first = self.text[self.at]
        if first == "{":
            return self.members()
        if first == "[":
            return self.entries()
        if first in "\"'":
            return self.quoted(first)
        if top:
            return scalar(self.text.strip())
        end = re.compile(r":(?=\s|$)|[,\]}]|$").search(self.text, self.at)
        text, self.at = self.text[self.at : end.start()].strip(), end.start()
        return scalar(text)

    def quoted(self, mark):
        pattern = r'"(?:[^"\\]|\\.)*"' if mark == '"' else r"'(?:[^']|'')*'"
        found = re.compile(pattern).match(self.text, self.at)
        if not found:
            raise IndexError
        self.at = found.end()
        return json.loads(found.group()) if mark == '"' else found.group()[1:-1].replace("''", "'")

    def members(self):
        found = {}
        self.at += 1
        while True:
            self.skip()
            if self.text[self.at] == "}":
                self.at += 1
                return found
            start = self.at
            key = self.value()
            if not isinstance(key, str) or self.text[start] not in "\"'":
                key = self.text[start : self.at].strip()
            self.skip()
            found[key] = None
            if self.text[self.at] == ":":
                self.at += 1
                found[key] = self.value()
                self.skip()
            if self.text[self.at] == ",":
                self.at += 1

    def entries(self):
        found = []
        self.at += 1
        while True:
            self.skip()
            if self.text[self.at] == "]":
                self.at += 1
                return found
            found.append(self.value())
            self.skip()
            if self.text[self.at] == ",":
                self.at += 1


def scalar(text):
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", text):
        return float(text) if "." in text else int(text)
    return text


def read(text):
    return Reader(text).block(0)
