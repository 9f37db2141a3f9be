"""What a source of a base map is: a row `[[base]]` of pack.toml, or one that a person added."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Meta

from cockpit.model.errors import UserError

MAX_ZOOM = 22
KINDS = ("pmtiles", "mbtiles", "geojson", "xyz", "wmts", "tianditu")
FILE_KINDS = ("pmtiles", "mbtiles", "geojson")
DATUMS = ("wgs84", "cgcs2000", "gcj02")
"""Datums that tiles may be drawn in. bd09 has a grid of its own that is not the web's."""
TIANDITU = {"vec": "cva", "img": "cia", "ter": "cta"}
"""Layers of 天地图, each with the one of its names."""
TIANDITU_HOSTS = "01234567"
_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}"
)
_WMTS = (
    "{url}{sep}SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE={style}&TILEMATRIXSET={matrix}"
    "&FORMAT={format}&TILEMATRIX={prefix}{{z}}&TILEROW={{y}}&TILECOL={{x}}"
)
_KNOWN = {"z", "x", "y", "-y", "s", "key"}
_HOLE = re.compile(r"\{([^{}]*)\}")
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_\-]+$", max_length=40)]
Zoom = Annotated[int, Meta(ge=0, le=MAX_ZOOM)]


class BaseSpec(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A source.

    Attributes:
        id: tells it from the others.
        name: {zh, en}.
        kind: one of `KINDS`.
        url: file (of the pack's folder, or absolute), address with {z} {x} {y} ({-y} rows from the south, {s} host,
            {key} key), or of a WMTS service without its question; "" for 天地图.
        vector: an `xyz` source gives Mapbox vector tiles, not pictures.
        schema: whose layer names its vector tiles have; "" finds out.
        layer: of WMTS; of 天地图 `vec`, `img` or `ter`.
        style, matrix, matrix_prefix, format: of WMTS.
        over: address of a second layer of pictures on top (names), as `url`.
        hosts: what {s} stands for, a letter a host.
        key: name of the secret that {key} stands for; never the key itself.
        datum: of the tiles.
        size: pixels of a tile of pictures at 1:1.
        min_zoom, max_zoom: levels that it has.
        bounds: degrees of WGS-84 beyond which it has nothing; None where it does not say.
        photo: its pictures are photos from the air: a dark style dims them, and does not exchange light and dark.
        credit: what has to be said of it on the map, {zh, en}.
        approval: 审图号, as it is to be printed; "" for none.
        days: after which a tile is fetched anew when it is seen.
    """

    id: Id
    name: dict[str, str]
    kind: Literal["pmtiles", "mbtiles", "geojson", "xyz", "wmts", "tianditu"]
    url: Annotated[str, Meta(max_length=2000)] = ""
    vector: bool = False
    schema: Annotated[str, Meta(max_length=40)] = ""
    layer: Annotated[str, Meta(max_length=200)] = ""
    style: Annotated[str, Meta(max_length=200)] = "default"
    matrix: Annotated[str, Meta(max_length=200)] = "GoogleMapsCompatible"
    matrix_prefix: Annotated[str, Meta(max_length=200)] = ""
    format: Annotated[str, Meta(max_length=40)] = "image/png"
    over: Annotated[str, Meta(max_length=2000)] = ""
    hosts: Annotated[str, Meta(max_length=40)] = ""
    key: Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9_\-]*$")] = ""
    datum: str = "wgs84"
    size: Annotated[int, Meta(ge=64, le=1024)] = 256
    min_zoom: Zoom = 0
    max_zoom: Zoom = 18
    bounds: tuple[float, float, float, float] | None = None
    photo: bool = False
    credit: dict[str, str] = {}
    approval: Annotated[str, Meta(max_length=100)] = ""
    days: Annotated[int, Meta(ge=1, le=3650)] = 30

    @property
    def is_file(self) -> bool:
        """It lies whole on this machine."""
        return self.kind in FILE_KINDS

    @property
    def templates(self) -> tuple[str, ...]:
        """Addresses of its layers of tiles, the lowest first."""
        if self.is_file:
            return ()
        if self.kind == "tianditu":
            layer = self.layer or "vec"
            return tuple(_TIANDITU.format(layer=name) for name in (layer, TIANDITU[layer]))
        first = self.url
        if self.kind == "wmts":
            first = _WMTS.format(
                url=self.url, sep="&" if "?" in self.url else "?", layer=quote(self.layer), style=quote(self.style),
                matrix=quote(self.matrix), format=quote(self.format), prefix=quote(self.matrix_prefix),
            )  # fmt: skip
            first += "&tk={key}" if self.key and "{key}" not in first else ""
        return (first, self.over) if self.over else (first,)

    @property
    def host_letters(self) -> str:
        return TIANDITU_HOSTS if self.kind == "tianditu" else self.hosts

    @property
    def is_photo(self) -> bool:
        return self.photo or (self.kind == "tianditu" and self.layer == "img")

    @property
    def secret(self) -> str:
        """Name of the secret that it needs; "" for none."""
        if self.kind == "tianditu":
            return self.key or "tianditu"
        return self.key

    @property
    def print(self) -> str:
        """Tells its tiles from those of another source, or of this one under another address. Holds no key."""
        told = msgspec.json.encode((self.templates, self.url, self.kind, self.vector, self.datum, self.size))
        return f"{self.id}-{hashlib.sha256(told).hexdigest()[:12]}"


def check(spec: BaseSpec) -> BaseSpec:
    """The same, if it makes sense.

    Raises:
        UserError: one sentence.
    """
    if not spec.name.get("zh"):
        raise UserError("tiles.no_name", id=spec.id)
    if spec.datum not in DATUMS:
        raise UserError("tiles.bad_datum", id=spec.id, given=spec.datum)
    if spec.min_zoom > spec.max_zoom:
        raise UserError("tiles.bad_zooms", id=spec.id, first=spec.min_zoom, last=spec.max_zoom)
    if spec.bounds is not None:
        west, south, east, north = spec.bounds
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise UserError("tiles.bad_bounds", id=spec.id)
    if spec.kind == "tianditu":
        if (spec.layer or "vec") not in TIANDITU:
            raise UserError("tiles.bad_layer", id=spec.id, given=spec.layer)
        return spec
    if not spec.url:
        raise UserError("tiles.no_url", id=spec.id)
    if spec.is_file:
        return spec
    for template in spec.templates:
        _check_address(spec, template)
    return spec


def _check_address(spec: BaseSpec, template: str) -> None:
    plain = _HOLE.sub("0", template)
    try:
        parts = urlsplit(plain)
        there = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        there = False
    if not there:
        raise UserError("tiles.bad_address", id=spec.id)
    if parts.username or parts.password:
        raise UserError("tiles.key_in_address", id=spec.id)
    holes = set(_HOLE.findall(template))
    if not {"z", "x"} <= holes or not holes & {"y", "-y"} or holes - _KNOWN:
        raise UserError("tiles.bad_template", id=spec.id)
    if "s" in holes and not spec.host_letters:
        raise UserError("tiles.no_hosts", id=spec.id)
    if "key" in holes and not spec.secret:
        raise UserError("tiles.no_key_name", id=spec.id)


def address(template: str, z: int, x: int, y: int, hosts: str, key: str) -> str:
    """Where a tile (row from the north) is to be had; not to be logged, told or kept: it may hold the key."""
    values = {
        "z": str(z),
        "x": str(x),
        "y": str(y),
        "-y": str(2**z - 1 - y),
        "s": hosts[(x + y) % len(hosts)] if hosts else "",
        "key": quote(key, safe=""),
    }
    return _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), template)


def host_of(template: str, hosts: str) -> str:
    """The host of an address, as it may be told."""
    return urlsplit(template.replace("{s}", hosts[:1])).hostname or ""
