"""Entities of NGSI-LD (ETSI GS CIM 009) in any of their writings as plain attributes: names to values.

Normalized, concise and simplified (keyValues) entities, NGSI v2's normalized ones, notifications, arrays, and the
GeoJSON writing. Of several instances of an attribute the one without a `datasetId` counts, of those the newest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

Plain = dict[str, Any]
_HOLDERS = ("value", "object", "languageMap", "vocab", "valueList", "objectList", "json")
"""Members that hold what an attribute is; each type of attribute has its own."""
_TYPES = frozenset(
    {
        "Property", "Relationship", "GeoProperty", "LanguageProperty", "VocabProperty", "ListProperty", "JsonProperty",
        "ListRelationship", "TemporalProperty",
    }
)  # fmt: skip
_BESIDE = frozenset(
    {"observedAt", "unitCode", "datasetId", "createdAt", "modifiedAt", "instanceId", "type", "metadata"}
)
_MEMBERS = frozenset({"id", "type", "@context", "@id", "@type", "scope"})
MOST_ATTRIBUTES = 500


class Entity(msgspec.Struct, frozen=True):
    """One entity.

    Attributes:
        id, type: the short name of its type.
        values: short names of attributes to plain values.
        observed: names to `observedAt`, as written.
        units: names to `unitCode`.
        piece: as it came.
    """

    id: str
    type: str
    values: Plain
    observed: dict[str, str]
    units: dict[str, str]
    piece: Any


def entities(document: Any) -> Iterator[Any]:
    """The entities of a document, as they came."""
    if isinstance(document, list):
        yield from document
    elif isinstance(document, dict) and document.get("type") == "Notification" and "data" in document:
        data = document["data"]
        yield from entities(data) if isinstance(data, list | dict) else [data]
    elif isinstance(document, dict) and "subscriptionId" in document and isinstance(document.get("data"), list):
        yield from document["data"]  # NGSI v2
    elif isinstance(document, dict) and document.get("type") == "FeatureCollection":
        features = document.get("features")
        yield from features if isinstance(features, list) else [features]
    else:
        yield document


def entity_of(piece: Any) -> Entity | None:
    """An entity, None where it is none."""
    if not isinstance(piece, dict):
        return None
    if piece.get("type") == "Feature" and isinstance(piece.get("properties"), dict):
        location = {"location": piece["geometry"]} if isinstance(piece.get("geometry"), dict) else {}
        inner = {"id": piece.get("id"), **location, **piece["properties"]}
    else:
        inner = piece
    type_ = inner.get("type", inner.get("@type"))
    if isinstance(type_, list):
        type_ = type_[0] if type_ else ""
    id_ = inner.get("id", inner.get("@id"))
    if not isinstance(type_, str) or not isinstance(id_, str):
        return None
    values: Plain = {}
    observed: dict[str, str] = {}
    units: dict[str, str] = {}
    for long, told in list(inner.items())[:MOST_ATTRIBUTES]:
        if long in _MEMBERS:
            continue
        name = short(long)
        attribute = _default_instance(told)
        values[name] = _value(attribute)
        if isinstance(attribute, dict):
            if isinstance(when := attribute.get("observedAt"), str):
                observed[name] = when
            if isinstance(unit := attribute.get("unitCode"), str):
                units[name] = unit
    return Entity(id_, short(type_), values, observed, units, piece)


def short(name: str) -> str:
    """The last part of a name that is written as a URI or with a prefix."""
    if "://" in name:
        name = name.rstrip("/#").replace("#", "/").rpartition("/")[2] or name
    return name.rpartition(":")[2] or name


def _default_instance(told: Any) -> Any:
    if not isinstance(told, list) or not told or not all(isinstance(i, dict) and _is_attribute(i) for i in told):
        return told
    own = [i for i in told if "datasetId" not in i] or told
    return max(own, key=lambda i: str(i.get("observedAt", "")))


def _is_attribute(told: Plain) -> bool:
    """Whether it is an attribute with a holder, and not a value that happens to be an object."""
    kind = told.get("type")
    if isinstance(kind, str) and kind in _TYPES:
        return True
    holds = [h for h in _HOLDERS if h in told]
    return len(holds) == 1 and ("type" in told or "metadata" in told or _BESIDE.issuperset(told.keys() - set(holds)))


def _value(attribute: Any) -> Any:
    if isinstance(attribute, dict):
        if "@value" in attribute:
            return attribute["@value"]
        if _is_attribute(attribute):
            inner = next((attribute[h] for h in _HOLDERS if h in attribute), None)
            if "languageMap" in attribute and isinstance(inner, dict):
                return next(
                    (inner[tag] for tag in ("zh", "zh-CN", "en") if tag in inner), next(iter(inner.values()), None)
                )
            return inner["@value"] if isinstance(inner, dict) and "@value" in inner else inner
    return attribute
