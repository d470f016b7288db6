"""
A second reader of sharing policies, written from policies/SPECIFICATION.md and sharing no line with the first. It runs every
case of the kinds that it knows, and says how many agree. Standard library only: python3 second.py
It reads good files only (no problems), and knows no agency rules, no receiver and no worked examples.
"""
import hashlib
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True

import treatments as t
import yaml_subset
from conditions import Condition

HERE = pathlib.Path(__file__).resolve().parent.parent
KEYS = json.loads((HERE / "keys.json").read_text())
LABEL = {"policy": "UK-GSC", "classification": "OFFICIAL"}
PERSONAL = ("personal", "sensitive", "criminal")


def canonical(value):
    """RFC 8785. Numbers of the cases are whole, or have an exponent that Python and ECMAScript write alike."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


def digest(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def catalogue_of(schema):
    leaves, items = {}, {}

    def follow(node):
        while "$ref" in node:
            target = schema
            for step in node["$ref"][2:].split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def types(node):
        found = node.get("type", "object" if "properties" in node and "enum" not in node else [])
        return found if isinstance(found, list) else [found]

    def leaf(path, node):
        kinds = types(node)
        values = node.get("propertyNames", {}).get("enum") if node.get("x-type") == "table" else node.get("enum")
        named = {"boolean": "bool", "integer": "count", "number": "number"}
        type_of = node.get("x-type") or next((named[one] for one in named if one in kinds), None)
        if type_of is None:
            type_of = "enum" if "enum" in node else {"date-time": "time", "date": "date"}.get(node.get("format"), "text")
        made = {"path": path, "type": type_of, "sensitivity": node["x-sensitivity"], "control": node.get("x-control", False)}
        if values:
            made["values"] = values
        if node.get("x-derived"):
            made["derived"] = True
        leaves[path] = made

    def draw(path, above):
        node = follow(above)
        both = {**node, **above}
        if "x-type" not in both and "object" in types(node):
            group(path + ".", node)
        elif "x-type" not in both and "array" in types(node):
            entry = follow(node["items"])
            if "object" in types(entry) and "x-type" not in entry:
                items[path + "[]"] = node.get("x-item", entry.get("x-item"))
                group(path + "[].", entry)
            else:
                marks = {name: node[name] for name in ("x-sensitivity", "x-control") if name in node}
                leaf(path + "[]", {**marks, **entry})
        else:
            leaf(path, both)

    def group(base, node):
        for name, below in node.get("properties", {}).items():
            draw(base + name, below)

    group("", schema)
    resource = schema["x-resource"]
    return {"short": resource.split(".")[-1], "leaves": leaves, "items": items, "digest": digest(canonical(schema)), "version": schema["x-version"]}


CATALOGUES = {}
for file in sorted((HERE / "catalogues").glob("*/*.json")):
    found = json.loads(file.read_text())
    CATALOGUES[found["x-resource"]] = catalogue_of(found)


def list_around(path):
    return path[: path.rindex("[].") + 2] if "[]." in path else None


def covers(row, path):
    if row == "*" or row == path:
        return True
    return row.endswith(".*") and path.startswith(row[:-1])


def cell_for(row, purpose):
    if row is None:
        return None
    return row.get(purpose, row.get("all", row.get("others")))


class Policy:
    def __init__(self, file):
        self.all = yaml_subset.read(file.read_text())
        self.purposes = self.all["purposes"]
        self.treatments = self.all.get("treatments") or {}

    def resource(self, name):
        return Resource(self, name, self.all["resources"][name])


class Resource:
    def __init__(self, policy, name, part):
        self.policy, self.name, self.part = policy, name, part
        self.catalogue = CATALOGUES[name]
        self.leaves = self.catalogue["leaves"]
        self.lines = part.get("redLines") or []

    def condition(self, name):
        return Condition(self.policy.all["conditions"][name]["test"].strip(), self.catalogue)

    def never(self, path):
        return any(covers(row, path) for line in self.lines for row in line.get("never", []))

    def cell(self, path, purpose):
        """The branches of an item: (condition or None, name)."""
        figure = (self.part.get("derived") or {}).get(path)
        if self.never(path) or (figure and self.figure_barred(figure)):
            return [(None, "withhold")]
        rows = [row for row in self.part["fields"] if covers(row, path)]
        row = path if path in rows else max(rows, key=len, default=None)
        cell = cell_for(self.part["fields"].get(row), purpose)
        if not isinstance(cell, list):
            return [(None, cell or "withhold")]
        return [(one.get("if"), one.get("then", one.get("else"))) for one in cell]

    def figure_barred(self, figure):
        below = [path for path in self.leaves if path.startswith(figure["count"] + ".")]
        return self.never(f"{figure['count']}.{figure['by']}") if "by" in figure else all(map(self.never, below))

    def inclusion(self, list_path, purpose):
        row = (self.part.get("include") or {}).get(list_path)
        if row is not None:
            return cell_for(row, purpose) or "none"
        inside = [leaf for path, leaf in self.leaves.items() if list_around(path) == list_path]
        return "none" if any(leaf["sensitivity"] in PERSONAL for leaf in inside) else "every"

    def closed(self, path, purpose):
        around = list_around(path)
        while around:
            if self.inclusion(around, purpose) == "none":
                return True
            around = list_around(around)
        return False

    def goes(self, path, purpose):
        return any(name != "withhold" for _, name in self.cell(path, purpose)) and not self.closed(path, purpose)

    def stays(self, list_path, scene):
        """Whether every red line lets the entry (or document) at hand stay; the first that does not."""
        for line in self.lines:
            if line.get("drop") == list_path:
                wanted = "unless" in line
                if self.condition(line["unless" if wanted else "when"]).test(scene) is not wanted:
                    return line["id"]
        return None

    def decide(self, purpose, role, scene, urgent):
        terms = self.policy.purposes.get(purpose)
        if terms is None:
            return {"refused": "purpose-unknown", "rule": ""}
        if not any(self.goes(path, purpose) for path in self.leaves):
            return {"refused": "purpose-unknown", "rule": f"{self.name} for {purpose}"}
        allowed = (terms.get("urgent") or {}).get("allowed", False)
        if urgent and not allowed:
            return {"refused": "urgent-not-allowed", "rule": purpose}
        whilst = terms["whilst"]
        if isinstance(whilst, dict):
            whilst = whilst.get(self.name, whilst.get("others"))
        asks = role in terms["requesters"]
        applies = whilst == "always" or self.condition(whilst).test(scene) is True
        if not urgent and not asks:
            return {"refused": "role-not-allowed", "rule": purpose}
        if not urgent and not applies:
            return {"refused": "purpose-window", "rule": whilst}
        for gate in self.policy.all.get("gates") or []:
            if self.name in gate.get("for", [self.name]) and self.condition(gate["require"]).test(scene) is not True:
                return {"refused": "gate-failed", "rule": gate["id"]}
        stopped = self.stays("document", scene)
        if stopped:
            return {"refused": "gate-failed", "rule": stopped}
        return {"urgent": not (asks and applies), **Walk(self, purpose, scene).result()}


class Walk:
    def __init__(self, resource, purpose, scene):
        self.resource, self.purpose, self.scene, self.unfit = resource, purpose, scene, set()
        self.items = [path for path in resource.leaves if resource.goes(path, purpose)]

    def result(self):
        document = self.group("", self.scene["document"], []) or {}
        for path, figure in (self.resource.part.get("derived") or {}).items():
            if path in self.items:
                told = self.leaf(path, self.figure(path, figure), [])
                self.put(document, path.split("."), told)
        order = [path for path in self.resource.leaves if path in self.unfit]
        return {"document": document, "unfit": order, "withheld": self.notice()}

    def notice(self):
        if self.resource.policy.all.get("withheldNotice") != "by-policy":
            return []
        return [path for path in self.resource.leaves if path not in self.items]

    def put(self, holder, names, value):
        if value is None:
            return
        for name in names[:-1]:
            holder = holder.setdefault(name, {})
        holder[names[-1]] = value

    def group(self, base, value, entries):
        if not isinstance(value, dict):
            return None
        kept = {}
        heads = dict.fromkeys(path[len(base) :].split(".")[0] for path in self.items if path.startswith(base))
        for head in heads:
            found = value.get(head.removesuffix("[]"))
            path = base + head
            if found is None or self.resource.leaves.get(path, {}).get("derived"):
                continue
            if not head.endswith("[]"):
                made = self.leaf(path, found, entries) if path in self.resource.leaves else self.group(path + ".", found, entries)
            elif not isinstance(found, list):
                continue
            elif path in self.resource.leaves:
                made = [one for one in (self.leaf(path, each, entries) for each in found if each is not None) if one is not None] or None
            else:
                made = self.entries(path, found, entries)
            if made is not None:
                kept[head.removesuffix("[]")] = made
        return kept or None

    def entries(self, path, found, around):
        kept = []
        for entry in found:
            inside = [*around, entry]
            if isinstance(entry, dict) and self.admits(path, inside):
                left = self.group(path + ".", entry, inside)
                if left:
                    kept.append(left)
        return kept or None

    def admits(self, path, inside):
        scene = {**self.scene, "entries": inside}
        if self.resource.stays(path, scene):
            return False
        word = self.resource.inclusion(path, self.purpose)
        return word == "every" or (word != "none" and self.resource.condition(word).test(scene) is True)

    def leaf(self, path, value, entries):
        scene = {**self.scene, "entries": entries}
        for condition, name in self.resource.cell(path, self.purpose):
            truth = True if condition is None else self.resource.condition(condition).test(scene)
            if truth is None:
                return None
            if truth:
                made = None if name == "withhold" else self.treated(path, value, name)
                if made is None and name != "withhold":
                    self.unfit.add(path)
                return made
        return None

    def treated(self, path, value, name):
        leaf = self.resource.leaves[path]
        if name == "share":
            return value if leaf.get("derived") else t.share(value, leaf["type"])
        treatment = {kind: terms for kind, terms in self.resource.policy.treatments[name].items() if kind != "says"}
        return treat(treatment, leaf, value, self.scope)

    def scope(self, name):
        if name == "agreement":
            return self.resource.policy.all["id"]
        if name == "purpose":
            return self.purpose
        return scoped(name, self.resource.catalogue, self.scene)

    def figure(self, path, figure):
        counted = self.counted(figure["count"].split("[]")[:-1], self.scene["document"], "", [])
        hide, to = figure.get("hideBelow", 10), figure.get("roundTo", 1)
        if "by" not in figure:
            return t.tell([len(counted)], hide, to)[0]
        values = self.resource.leaves[f"{figure['count']}.{figure['by']}"]["values"]
        groups = [get(entry, figure["by"]) for entry in counted]
        return dict(zip(values, t.tell([groups.count(one) for one in values], hide, to)))

    def counted(self, steps, holder, path, around):
        if not steps:
            return [holder]
        path += steps[0] + "[]"
        found = get(holder, steps[0].removeprefix("."))
        kept = []
        for entry in found if isinstance(found, list) else []:
            if isinstance(entry, dict) and not self.resource.stays(path, {**self.scene, "entries": [*around, entry]}):
                kept += self.counted(steps[1:], entry, path, [*around, entry])
        return kept


def get(value, path):
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def scoped(name, catalogue, scene):
    return Condition(name, catalogue).value(("path", name.split(".")), scene)


def treat(treatment, leaf, value, scope):
    [(kind, terms)] = treatment.items()
    if kind == "mask":
        return t.mask(value, terms)
    if kind == "band":
        return t.band(value, terms)
    if kind == "generaliseTime":
        return t.generalise_time(value, terms, leaf["type"])
    if kind == "generalisePlace":
        return t.generalise_place(value, terms)
    base = KEYS["pseudonymKeys"].get(terms["key"])
    return t.pseudonym(value, terms, leaf["path"], base and bytes.fromhex(base), [scope(one) for one in terms["scope"]])


def decision(folder, about):
    request = json.loads((folder / "request.json").read_text())
    if "baseline" in request:
        return None
    policy = Policy(folder / request.get("policy", "policy.yaml"))
    document = json.loads((folder / request.get("document", "document.json")).read_text())
    scene = {"document": document, "label": {**LABEL, **request.get("label", {})}, "request": request.get("request", {}), "entries": []}
    wanted = json.loads((folder / "expected.json").read_text())
    name = request.get("resource", "drill.mission")
    dates = policy.all["dates"]
    now = t.instant(request.get("now", dates["effectiveFrom"]))
    if name not in policy.all["resources"]:
        given = {"refused": "resource-unknown", "rule": ""}
    elif now < t.instant(dates["effectiveFrom"]):
        given = {"refused": "agreement-not-yet-in-force", "rule": ""}
    elif now >= t.instant(dates["expiresAt"]):
        given = {"refused": "agreement-expired", "rule": ""}
    else:
        given = policy.resource(name).decide(request["purpose"], request["role"], scene, request.get("urgent", False))
    return [(given, {key: wanted.get(key) for key in given})]


def signed(folder, about):
    wanted = json.loads((folder / "expected.json").read_text())
    source = (folder / about["policy"]).read_bytes()
    given = {"digest": digest(canonical(wanted["form"])), "sourceDigest": "sha256:" + hashlib.sha256(source).hexdigest()}
    return [(given, {key: wanted[key] for key in given})]


def condition(vector):
    if not (vector["gives"] is None or isinstance(vector["gives"], bool)):
        return None
    scene = {"document": vector.get("document", {}), "entries": vector.get("entries", []), "label": {**LABEL, **vector.get("label", {})}, "request": vector.get("request", {})}
    return Condition(vector["test"], CATALOGUES["drill.mission"]).test(scene)


def treatment(vector):
    leaf = CATALOGUES["drill.mission"]["leaves"][vector["item"]]
    if vector["treatment"] == "share":
        return t.share(vector["value"], leaf["type"])
    if vector["treatment"] == "withhold":
        return None
    scene = {"document": vector.get("document", {}), "entries": [], "label": LABEL, "request": {}}
    scope = lambda name: vector[name] if name in ("agreement", "purpose") else scoped(name, CATALOGUES["drill.mission"], scene)
    return treat(vector["treatment"], leaf, vector["value"], scope)


def period(vector):
    pattern = r"P(?=.)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?(?:T(?=.)(?:(\d{1,5})H)?(?:(\d{1,6})M)?)?"
    found = re.fullmatch(pattern, vector["period"], re.A)
    parts = [int(one or 0) for one in found.groups()] if found else [0]
    if not any(parts):
        return None
    years, months, days, hours, minutes = parts
    at = t.EPOCH + t.timedelta(milliseconds=t.instant(vector["from"]))
    month = at.month - 1 + months
    moved = at.replace(day=1, year=at.year + years + month // 12, month=month % 12 + 1)
    moved += t.timedelta(days=at.day - 1 + days, hours=hours, minutes=minutes)
    return t.written((moved - t.EPOCH) // t.timedelta(milliseconds=1))


def bytes_of(vector):
    kind = vector["file"]["payloadType"]
    texts = []
    for one in vector["file"]["signatures"]:
        text = canonical({"statement": vector["file"]["statement"], "signatory": {name: one[name] for name in one if name != "sig"}})
        texts.append(f"DSSEv1 {len(kind)} {kind} {len(text.encode())} {text}")
    return texts


VECTORS = {
    "conditions": (lambda v: "asks" not in v and (v["gives"] is None or isinstance(v["gives"], bool)), condition, "gives"),
    "treatments": (lambda v: "value" in v, treatment, "gives"),
    "counts": (lambda v: True, lambda v: t.tell(v["counts"], v["hideBelow"], v["roundTo"]), "gives"),
    "instants": (lambda v: True, lambda v: None if t.instant(v["text"]) is None else t.written(t.instant(v["text"])), "gives"),
    "days": (lambda v: True, lambda v: t.is_day(v["text"]), "gives"),
    "periods": (lambda v: True, period, "gives"),
    "json": (lambda v: isinstance(v["gives"], dict), lambda v: {"canonical": canonical(json.loads(v["text"])), "digest": digest(canonical(json.loads(v["text"])))}, "gives"),
    "catalogue": (lambda v: isinstance(v["gives"], dict), lambda v: (lambda c: {"digest": c["digest"], "items": c["items"], "leaves": list(c["leaves"].values())})(catalogue_of(v["schema"])), "gives"),
    "approvals": (lambda v: "bytes" in v, bytes_of, "bytes"),
}


def vectors(folder, about):
    knows, gives, name = VECTORS[about["kind"]]
    return [(gives(one), one[name]) for one in json.loads((folder / "vectors.json").read_text()) if knows(one)]


def main():
    ran, differing = 0, 0
    for folder in sorted(path.parent for path in HERE.glob("*/case.json")):
        about = json.loads((folder / "case.json").read_text())
        kind = about["kind"]
        runner = {"decision": decision, "signed-form": signed}.get(kind, vectors if kind in VECTORS else None)
        for given, wanted in (runner(folder, about) or []) if runner else []:
            ran += 1
            if given != wanted:
                differing += 1
                print(f"{folder.name}: {json.dumps(given, ensure_ascii=False)} instead of {json.dumps(wanted, ensure_ascii=False)}")
    print(f"{ran} compared, {differing} differ")
    return 1 if differing or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
