"""The phone page's addresses in the OpenAPI description."""

from __future__ import annotations

from cockpit.field import pagewire as wire
from cockpit.field.openapi_parts import Json, body, header_key, no_body, operation, sha, wanted
from cockpit.model.messages import texts

STRUCTS = (
    wire.CodeWanted,
    wire.CodeMade,
    wire.EnrolByCode,
    wire.DevicesOut,
    wire.MeOut,
    wire.WayOut,
    wire.PositionsWanted,
    wire.DutyWanted,
    wire.ReportWanted,
    wire.LetterWanted,
    wire.SeenWanted,
    wire.TakenOut,
    wire.LettersOut,
)
_WROTE = (408, 413, 415, 422)


def paths(language: str) -> Json:
    """The addresses by path and method."""
    return {
        "/v1/codes": {"post": _code(language)},
        "/v1/devices": {
            "get": operation(language, "devices", {"200": body(language, "DevicesOut")}, 404, scheme="enrol")
        },
        "/v1/me": {"get": operation(language, "me", {"200": body(language, "MeOut")})},
        "/v1/orders/{id}/way": {"get": _way(language)},
        "/v1/positions": {"post": _positions(language)},
        "/v1/duty": {"post": _said(language, "duty", "DutyWanted", 409)},
        "/v1/reports": {"post": _said(language, "report", "ReportWanted", 409, parameters=[header_key(language)])},
        "/v1/letters": {
            "get": _letters(language),
            "post": _said(language, "letter", "LetterWanted", 404, 409, parameters=[header_key(language)]),
        },
        "/v1/letters/{id}/seen": {"post": _seen(language)},
        "/v1/voices/{sha256}": {"get": _voice(language)},
        "/v1/live": {"get": _live(language)},
    }


def _code(language: str) -> Json:
    answers = {"201": body(language, "CodeMade")}
    return operation(language, "make_code", answers, 404, *_WROTE, scheme="enrol", requestBody=wanted("CodeWanted"))


def _way(language: str) -> Json:
    t = texts(language)
    return operation(
        language,
        "way",
        {"200": body(language, "WayOut")},
        404,
        422,
        parameters=[
            _id(t("field.api.order_id")),
            _place("lon", 180, t("field.api.from")),
            _place("lat", 90, t("field.api.from")),
        ],
    )


def _place(name: str, most: int, words: str) -> Json:
    schema = {"type": "number", "minimum": -most, "maximum": most, "multipleOf": 0.00001}
    return {"name": name, "in": "query", "required": True, "schema": schema, "description": words}


def _id(words: str) -> Json:
    schema = {"type": "string", "minLength": 1, "maxLength": 80}
    return {"name": "id", "in": "path", "required": True, "schema": schema, "description": words}


def _positions(language: str) -> Json:
    answers = {"202": body(language, "TakenOut")}
    return operation(language, "positions", answers, 409, *_WROTE, requestBody=wanted("PositionsWanted"))


def _said(language: str, name: str, of: str, *refusals: int, parameters: list[Json] | None = None) -> Json:
    answers = {
        "200": body(language, "TakenOut", "field.api.fact_again"),
        "201": body(language, "TakenOut"),
        "202": body(language, "TakenOut", "field.api.fact_later"),
    }
    more: Json = {"parameters": parameters} if parameters else {}
    return operation(language, name, answers, *refusals, *_WROTE, requestBody=wanted(of), **more)


def _letters(language: str) -> Json:
    t = texts(language)
    after = {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999, "default": 0}
    wait = {"type": "number", "minimum": 0, "maximum": 30, "default": 0, "multipleOf": 0.5}
    return operation(
        language,
        "letters",
        {"200": body(language, "LettersOut")},
        422,
        parameters=[
            {"name": "after", "in": "query", "schema": after, "description": t("field.api.letters_after")},
            {"name": "wait", "in": "query", "schema": wait, "description": t("field.api.wait")},
        ],
    )


def _seen(language: str) -> Json:
    parameters = [_id(texts(language)("field.api.letter_id")), header_key(language)]
    return _said(language, "seen", "SeenWanted", 404, 409, parameters=parameters)


def _voice(language: str) -> Json:
    t = texts(language)
    sound = {"audio/*": {"schema": {"type": "string", "contentMediaType": "audio/ogg"}}}
    answers = {"200": {"description": t("field.api.ok"), "content": sound}}
    return operation(language, "voice", answers, 404, parameters=[sha(language)])


def _live(language: str) -> Json:
    return operation(language, "live", {"101": no_body(language)}, 403, 426, open_to_all=True)
