"""The device API as OpenAPI 3.1: made of the very structs that decode it, with its sentences from the catalogue."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

import cockpit
from cockpit.field import wire
from cockpit.field.problems import PROBLEM_TYPE, Said
from cockpit.model.messages import texts

Json = dict[str, Any]

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
)
_SHA: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$", "minLength": 64, "maxLength": 64}
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
            "/v1/health": {"get": _operation(language, "health", {"200": _body(language, "Health")}, open_to_all=True)},
            "/v1/openapi.json": {
                "get": _operation(language, "openapi", {"200": _any_json(language)}, open_to_all=True)
            },
        },
        "components": {
            "schemas": components,
            "securitySchemes": {
                "device": {"type": "http", "scheme": "bearer", "description": t("field.api.device")},
                "enrol": {"type": "http", "scheme": "bearer", "description": t("field.api.enrol_secret")},
            },
        },
    }


def _operation(
    language: str,
    name: str,
    answers: Json,
    *refusals: int,
    open_to_all: bool = False,
    scheme: str = "device",
    **more: Any,
) -> Json:
    t = texts(language)
    problem = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Said"}}}
    statuses = {*refusals, 400, 429, 500, 503} if open_to_all else {*refusals, 400, 401, 429, 500, 503}
    return {
        "operationId": name,
        "summary": t(f"field.api.{name}"),
        "security": [] if open_to_all else [{scheme: []}],
        "responses": {
            **answers,
            **{str(s): {"description": t("field.api.refused"), "content": problem} for s in sorted(statuses)},
        },
        **more,
    }


def _enrol(language: str) -> Json:
    return _operation(
        language,
        "enrol",
        {"201": _body(language, "Enrolled")},
        408,
        413,
        415,
        422,
        scheme="enrol",
        requestBody=_wanted("EnrolWanted"),
    )


def _orders(language: str) -> Json:
    t = texts(language)
    after = {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999, "default": 0}
    wait = {"type": "number", "minimum": 0, "maximum": 30, "default": 0, "multipleOf": 0.5}
    return _operation(
        language,
        "orders",
        {"200": _body(language, "OrdersOut")},
        422,
        parameters=[
            {"name": "after", "in": "query", "schema": after, "description": t("field.api.after")},
            {"name": "wait", "in": "query", "schema": wait, "description": t("field.api.wait")},
        ],
    )


def _fact(language: str) -> Json:
    t = texts(language)
    key = {"type": "string", "format": "uuid", "minLength": 36, "maxLength": 36}
    return _operation(
        language,
        "fact",
        {
            "200": _body(language, "FactTaken", "field.api.fact_again"),
            "201": _body(language, "FactTaken"),
            "202": _body(language, "FactTaken", "field.api.fact_later"),
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
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": key,
                "description": t("field.api.key"),
            },
        ],
        requestBody=_wanted("FactWanted"),
    )


def _begin(language: str) -> Json:
    t = texts(language)
    headers = {
        "Location": {"schema": {"type": "string"}, "description": t("field.api.location")},
        "Upload-Offset": {"schema": _OFFSET, "description": t("field.api.offset")},
    }
    return _operation(
        language,
        "begin_photo",
        {
            "200": {**_body(language, "BlobBegun", "field.api.photo_known"), "headers": headers},
            "201": {**_body(language, "BlobBegun"), "headers": headers},
        },
        408,
        409,
        413,
        415,
        422,
        507,
        requestBody=_wanted("BlobWanted"),
    )


def _state(language: str) -> Json:
    answers = {"200": {"description": texts(language)("field.api.ok"), "headers": _part_headers(language)}}
    return _operation(language, "photo_state", answers, 404, 409, 422, parameters=[_sha(language)])


def _piece(language: str) -> Json:
    t = texts(language)
    offset = {
        "name": "Upload-Offset",
        "in": "header",
        "required": True,
        "schema": _OFFSET,
        "description": t("field.api.offset"),
    }
    return _operation(
        language,
        "photo_piece",
        {"204": {"description": t("field.api.ok"), "headers": _part_headers(language)}},
        404,
        408,
        409,
        413,
        415,
        422,
        parameters=[_sha(language), offset],
        requestBody={"required": True, "content": {"application/offset+octet-stream": {}}},
    )


def _sha(language: str) -> Json:
    return {
        "name": "sha256",
        "in": "path",
        "required": True,
        "schema": _SHA,
        "description": texts(language)("field.api.sha"),
    }


def _part_headers(language: str) -> Json:
    t = texts(language)
    return {
        "Upload-Offset": {"schema": _OFFSET, "description": t("field.api.offset")},
        "Upload-Length": {"schema": _OFFSET, "description": t("field.api.length")},
    }


def _wanted(name: str) -> Json:
    return {"required": True, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def _body(language: str, name: str, words: str = "field.api.ok") -> Json:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": texts(language)(words), "content": {"application/json": {"schema": schema}}}


def _any_json(language: str) -> Json:
    content = {"application/json": {"schema": {"type": "object"}}}
    return {"description": texts(language)("field.api.ok"), "content": content}
