"""What the operations of the OpenAPI description are put together of."""

from __future__ import annotations

from typing import Any

from cockpit.field.problems import PROBLEM_TYPE
from cockpit.model.messages import texts

Json = dict[str, Any]
_SHA: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$", "minLength": 64, "maxLength": 64}


def operation(
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


def sha(language: str) -> Json:
    return {
        "name": "sha256",
        "in": "path",
        "required": True,
        "schema": _SHA,
        "description": texts(language)("field.api.sha"),
    }


def wanted(name: str) -> Json:
    return {"required": True, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def body(language: str, name: str, words: str = "field.api.ok") -> Json:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": texts(language)(words), "content": {"application/json": {"schema": schema}}}


def any_json(language: str) -> Json:
    content = {"application/json": {"schema": {"type": "object"}}}
    return {"description": texts(language)("field.api.ok"), "content": content}


def no_body(language: str) -> Json:
    return {"description": texts(language)("field.api.ok")}


def header_key(language: str) -> Json:
    """The idempotency key."""
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "format": "uuid", "minLength": 36, "maxLength": 36},
        "description": texts(language)("field.api.key"),
    }
