"""The device API as OpenAPI 3.1: made of the very structs that decode it, with its sentences from the catalogue."""

from __future__ import annotations

from functools import lru_cache

import msgspec

import cockpit
from cockpit.field import wire
from cockpit.field.openapi_page import STRUCTS as PAGE_STRUCTS
from cockpit.field.openapi_page import paths as page_paths
from cockpit.field.openapi_parts import Json, any_json, body, header_key, operation, sha, wanted
from cockpit.field.problems import Said
from cockpit.model.messages import texts

_STRUCTS = (
    wire.EnrolWanted,
    wire.Enrolled,
    wire.OrdersOut,
    wire.FactWanted,
    wire.FactTaken,
    wire.BlobWanted,
    wire.BlobBegun,
    wire.Health,
    Said,
    *PAGE_STRUCTS,
)
_OFFSET: Json = {"type": "integer", "minimum": 0, "maximum": 12_000_000}


@lru_cache(maxsize=2)
def description(language: str) -> bytes:
    """The description, JSON."""
    return msgspec.json.encode(_document(language))


def _document(language: str) -> Json:
    t = texts(language)
    _, components = msgspec.json.schema_components(_STRUCTS, ref_template="#/components/schemas/{name}")
    for schema in components.values():
        schema.pop("description", None)  # a docstring of ours, in one language
    components["BlobWanted"]["if"] = {"properties": {"type": {"pattern": "^audio/"}}}
    components["BlobWanted"]["then"] = {"properties": {"size": {"maximum": 2_000_000}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": t("field.api.title"), "version": "1", "summary": t("field.api.summary")},
        "x-program-version": cockpit.__version__,
        "servers": [{"url": "/"}],
        "paths": {
            "/v1/enrol": {"post": _enrol(language)},
            "/v1/orders": {"get": _orders(language)},
            "/v1/orders/{id}/facts": {"post": _fact(language)},
            "/v1/blobs": {"post": _begin(language)},
            "/v1/blobs/{sha256}": {"head": _state(language), "patch": _piece(language)},
            "/v1/health": {"get": operation(language, "health", {"200": body(language, "Health")}, open_to_all=True)},
            **page_paths(language),
            "/v1/openapi.json": {"get": operation(language, "openapi", {"200": any_json(language)}, open_to_all=True)},
        },
        "components": {
            "schemas": components,
            "securitySchemes": {
                "device": {"type": "http", "scheme": "bearer", "description": t("field.api.device")},
                "enrol": {"type": "http", "scheme": "bearer", "description": t("field.api.enrol_secret")},
            },
        },
    }


def _enrol(language: str) -> Json:
    either = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("EnrolWanted", "EnrolByCode")]}
    described = operation(
        language,
        "enrol",
        {"201": body(language, "Enrolled")},
        404,
        408,
        413,
        415,
        422,
        scheme="enrol",
        requestBody={"required": True, "content": {"application/json": {"schema": either}}},
    )
    described["security"].append({})  # a code needs no secret
    return described


def _orders(language: str) -> Json:
    t = texts(language)
    after = {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999, "default": 0}
    wait = {"type": "number", "minimum": 0, "maximum": 30, "default": 0, "multipleOf": 0.5}
    return operation(
        language,
        "orders",
        {"200": body(language, "OrdersOut")},
        422,
        parameters=[
            {"name": "after", "in": "query", "schema": after, "description": t("field.api.after")},
            {"name": "wait", "in": "query", "schema": wait, "description": t("field.api.wait")},
        ],
    )


def _fact(language: str) -> Json:
    return operation(
        language,
        "fact",
        {
            "200": body(language, "FactTaken", "field.api.fact_again"),
            "201": body(language, "FactTaken"),
            "202": body(language, "FactTaken", "field.api.fact_later"),
        },
        404,
        408,
        409,
        413,
        415,
        422,
        parameters=[
            {
                "name": "id",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": 80},
            },
            header_key(language),
        ],
        requestBody=wanted("FactWanted"),
    )


def _begin(language: str) -> Json:
    t = texts(language)
    headers = {
        "Location": {"schema": {"type": "string"}, "description": t("field.api.location")},
        "Upload-Offset": {"schema": _OFFSET, "description": t("field.api.offset")},
    }
    return operation(
        language,
        "begin_photo",
        {
            "200": {**body(language, "BlobBegun", "field.api.photo_known"), "headers": headers},
            "201": {**body(language, "BlobBegun"), "headers": headers},
        },
        408,
        409,
        413,
        415,
        422,
        507,
        requestBody=wanted("BlobWanted"),
    )


def _state(language: str) -> Json:
    answers = {"200": {"description": texts(language)("field.api.ok"), "headers": _part_headers(language)}}
    return operation(language, "photo_state", answers, 404, 409, 422, parameters=[sha(language)])


def _piece(language: str) -> Json:
    t = texts(language)
    offset = {
        "name": "Upload-Offset",
        "in": "header",
        "required": True,
        "schema": _OFFSET,
        "description": t("field.api.offset"),
    }
    return operation(
        language,
        "photo_piece",
        {"204": {"description": t("field.api.ok"), "headers": _part_headers(language)}},
        404,
        408,
        409,
        413,
        415,
        422,
        parameters=[sha(language), offset],
        requestBody={"required": True, "content": {"application/offset+octet-stream": {}}},
    )


def _part_headers(language: str) -> Json:
    t = texts(language)
    return {
        "Upload-Offset": {"schema": _OFFSET, "description": t("field.api.offset")},
        "Upload-Length": {"schema": _OFFSET, "description": t("field.api.length")},
    }
