"""Treatments (specification 9): what the provider makes of a value; None for nothing."""
import hashlib
import hmac
import json
import math
import re
import unicodedata
from datetime import date, datetime, timedelta, timezone

INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.A)
MGRS = re.compile(r"(\d{1,2}[C-HJ-NP-X][A-HJ-NP-Z][A-HJ-NP-V])((?:\d\d){0,5})", re.A)
SIDES = {"100m": 100, "1km": 1000, "10km": 10000}
STEPS = {"PT1M": 1, "PT5M": 5, "PT10M": 10, "PT15M": 15, "PT30M": 30, "PT1H": 60, "PT6H": 360, "PT12H": 720}
EPOCH = datetime(1970, 1, 1)


def is_day(text):
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.A):
        return False
    # The calendar repeats every 400 years, and datetime has no year 0.
    year = int(text[:4]) % 400 + 2000
    try:
        date(year, int(text[5:7]), int(text[8:]))
        return True
    except ValueError:
        return False


def instant(text):
    """Milliseconds since 1970; None for what is no instant, or lies outside the years 1 to 9999."""
    found = INSTANT.fullmatch(text)
    if not found or not is_day(found[1]):
        return None
    try:
        at = datetime.strptime(found[1], "%Y-%m-%d") + timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4]))
        zone = found[6]
        if zone not in "Zz":
            away = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:]))
            at = at - away if zone[0] == "+" else at + away
    except (ValueError, OverflowError):
        return None
    part = int(((found[5] or ".")[1:] + "000")[:3])
    return (at - EPOCH) // timedelta(milliseconds=1) + part


def written(milliseconds, digits=3):
    at = EPOCH + timedelta(milliseconds=milliseconds)
    text = f"{at.year:04}-{at.month:02}-{at.day:02}T{at:%H:%M:%S}"
    return text + (f".{at.microsecond // 1000:03}" if digits else "") + "Z"


def place_of(value):
    if isinstance(value, str):
        found = MGRS.fullmatch(value)
        return ("mgrs", found[1], found[2]) if found else None
    if not isinstance(value, dict):
        return None
    if "type" not in value:
        form, lon, lat = "pair", value.get("lon"), value.get("lat")
    else:
        pair = value.get("coordinates")
        if value["type"] != "Point" or not isinstance(pair, list) or len(pair) != 2:
            return None
        form, lon, lat = "point", *pair
    if not all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in (lon, lat)):
        return None
    return (form, lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def shape_of(value):
    depth = {"LineString": 1, "Polygon": 2}.get(value.get("type")) if isinstance(value, dict) else None

    def well(part, levels):
        if levels == 0:
            return bool(place_of({"type": "Point", "coordinates": part}))
        return isinstance(part, list) and part != [] and all(well(one, levels - 1) for one in part)

    if depth is None or not well(value.get("coordinates"), depth):
        return None
    return {"type": value["type"], "coordinates": value["coordinates"]}


def share(value, type_of):
    if type_of == "place":
        place = place_of(value)
        if not place or place[0] == "mgrs":
            return value if place else shape_of(value)
        core, more = ("type", "coordinates"), ("cell",)
        if place[0] == "pair":
            core, more = ("lat", "lon"), ("accuracyM", "source", "cell")
        kept = {name: value[name] for name in core}
        extra = {name: value[name] for name in more if isinstance(value.get(name), (str, int, float)) and not isinstance(value.get(name), bool)}
        return {**kept, **extra}
    wanted = {"bool": bool, "count": (int, float), "number": (int, float)}.get(type_of, str)
    fits = isinstance(value, wanted) and (type_of == "bool" or not isinstance(value, bool))
    return value if fits else None


def mask(value, terms):
    if not isinstance(value, str):
        return None
    keep = terms.get("keepLast", terms.get("keepFirst"))
    cover = terms.get("with", "*") * 3
    if len(value) < 2 * keep:
        return None
    return cover + value[-keep:] if "keepLast" in terms else value[:keep] + cover


def generalise_time(value, terms, type_of):
    to = terms["to"]
    if not isinstance(value, str):
        return None
    kept = {"P1D": 10, "P1M": 7, "P1Y": 4}.get(to)
    if type_of == "date":
        return value[:kept] if is_day(value) else None
    at = instant(value)
    if at is None:
        return None
    if kept:
        return written(at)[:kept]
    step = STEPS[to] * 60_000
    return written(at // step * step, digits=0)


def band(value, terms):
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    hide = terms.get("hideBelow", 10)
    starts = sorted({hide, *terms["edges"]})
    if value < hide:
        return f"below {hide}"
    index = max(at for at, start in enumerate(starts) if start <= value)
    last = index == len(starts) - 1
    return f"{starts[index]} or more" if last else f"{starts[index]}-{starts[index + 1] - 1}"


def pseudonym(value, terms, path, base, values):
    if not isinstance(value, str) or base is None or any(one is None for one in values):
        return None
    label = json.dumps(["concordat-pseudonym/1", terms["scope"], values], separators=(",", ":"), ensure_ascii=False)
    key = hmac.new(base, label.encode(), hashlib.sha256).digest()
    normal = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", value).strip()).upper()
    mac = hmac.new(key, f"{path}\0{normal}".encode(), hashlib.sha256).hexdigest()
    return terms.get("prefix", "") + mac[:32]


def tell(counts, hide, to):
    small = [one for one in counts if one < hide]
    others = [one for one in counts if one >= hide]
    also = (len(small) == 1 or (small and sum(small) < hide)) and bool(others)
    extra = counts.index(min(others)) if also else -1
    mark = "withheld" if also else f"below {hide}"
    told = lambda one: max(math.ceil(hide / to) * to, math.floor(one / to + 0.5) * to)
    return [mark if one < hide or at == extra else told(one) for at, one in enumerate(counts)]


def generalise_place(value, terms):
    place = place_of(value)
    if not place:
        return None
    grid = terms["grid"]
    if place[0] == "mgrs":
        half = len(place[2]) // 2
        keep = min(half, {"100m": 3, "1km": 2, "10km": 1}[grid])
        return place[1] + place[2][:keep] + place[2][half : half + keep]
    known = value.get("cell")
    if known in SIDES and SIDES[known] > SIDES[grid]:
        grid = known
    centre = square(place[1], place[2], SIDES[grid])
    if not centre:
        return None
    lon, lat = centre
    return {"type": "Point", "coordinates": [lon, lat], "cell": grid} if place[0] == "point" else {"lat": lat, "lon": lon, "cell": grid}


# The projection: transverse Mercator by Krüger's series, WGS 84 (Karney 2011, equations 35 and 36, here to the fourth order:
# its error is far below a millimetre within a zone).
F = 1 / 298.257223563
N = F / (2 - F)
E = math.sqrt(F * (2 - F))
A = 6378137 / (1 + N) * (1 + N**2 / 4 + N**4 / 64) * 0.9996
ALPHA = [
    N / 2 - 2 / 3 * N**2 + 5 / 16 * N**3 + 41 / 180 * N**4,
    13 / 48 * N**2 - 3 / 5 * N**3 + 557 / 1440 * N**4,
    61 / 240 * N**3 - 103 / 140 * N**4,
    49561 / 161280 * N**4,
]
BETA = [
    N / 2 - 2 / 3 * N**2 + 37 / 96 * N**3 - 1 / 360 * N**4,
    1 / 48 * N**2 + 1 / 15 * N**3 - 437 / 1440 * N**4,
    17 / 480 * N**3 - 37 / 840 * N**4,
    4397 / 161280 * N**4,
]


def to_plane(lat, lon):
    phi, lam = math.radians(lat), math.radians(lon)
    t = math.sinh(math.atanh(math.sin(phi)) - E * math.atanh(E * math.sin(phi)))
    xi, eta = math.atan2(t, math.cos(lam)), math.asinh(math.sin(lam) / math.hypot(t, math.cos(lam)))
    north = xi + sum(a * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, a in enumerate(ALPHA, 1))
    east = eta + sum(a * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, a in enumerate(ALPHA, 1))
    return A * east, A * north


def from_plane(east, north):
    x, y = north / A, east / A
    xi = x - sum(b * math.sin(2 * j * x) * math.cosh(2 * j * y) for j, b in enumerate(BETA, 1))
    eta = y - sum(b * math.cos(2 * j * x) * math.sinh(2 * j * y) for j, b in enumerate(BETA, 1))
    wanted = math.sin(xi) / math.hypot(math.sinh(eta), math.cos(xi))
    t = wanted
    for _ in range(12):
        s = math.sinh(E * math.atanh(E * t / math.hypot(1, t)))
        t = t + (wanted - (t * math.hypot(1, s) - s * math.hypot(1, t))) * math.hypot(1, 0) / (math.hypot(1, s) * (1 - E * E))
    return math.degrees(math.atan(t)), math.degrees(math.atan2(math.sinh(eta), math.cos(xi)))


def zone_of(lon, band_letter):
    if band_letter == "V" and 3 <= lon < 12:
        return 32
    if band_letter == "X" and 0 <= lon < 42:
        return 31 if lon < 9 else 33 if lon < 21 else 35 if lon < 33 else 37
    return (math.floor(-180 if lon == 180 else lon) + 186) // 6


def borders(zone, band_letter):
    special = {("V", 31): (0, 3), ("V", 32): (3, 12), ("X", 31): (0, 9), ("X", 33): (9, 21), ("X", 35): (21, 33), ("X", 37): (33, 42)}
    return special.get((band_letter, zone), (zone * 6 - 186, zone * 6 - 180))


def cell_of(lon, lat, side):
    if not (-80 <= lat < 84 and -180 <= lon <= 180):
        return None
    letter = "CDEFGHJKLMNPQRSTUVWX"[min(19, math.floor(lat / 8) + 10)]
    zone = zone_of(lon, letter)
    east, north = to_plane(lat, (-180 if lon == 180 else lon) - (zone * 6 - 183))
    north = min(north + 1e7, 1e7 - 1e-6) if letter < "N" else max(north, 0)
    return zone, letter, math.floor((east + 5e5) / side), math.floor(north / side)


def square(lon, lat, side):
    cell = cell_of(lon, lat, side)
    for _ in range(8):
        if not cell:
            return None
        zone, letter, column, row = cell
        lat, lon = from_plane((column + 0.5) * side - 5e5, (row + 0.5) * side - (1e7 if letter < "N" else 0))
        west, east = borders(zone, letter)
        lon = min(max(lon + zone * 6 - 183, west + 2e-6), east - 2e-6)
        lat = min(max(lat, -80 + 2e-6), 84 - 2e-6)
        lon, lat = (math.floor(one * 1e6 + 0.5) / 1e6 + 0.0 for one in (lon, lat))
        again = cell_of(lon, lat, side)
        if again == cell:
            return lon, lat
        cell = again
    return None
