"""What every answer carries, and what becomes of errors: one sentence for the device, a line in the log for us."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Middleware

from cockpit.field.problems import PROBLEM_TYPE, Problem, body_of, language_of
from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message
from cockpit.model.seldom import Seldom, place_of

log = logging.getLogger(__name__)

SECURITY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Server": "cockpit",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer_of(status: HTTPStatus, message: Message, request: web.BaseRequest) -> web.Response:
    """A refusal in one sentence."""
    language = language_of(request.headers.get("Accept-Language", ""))
    return web.Response(status=status, body=body_of(status, message, language), content_type=PROBLEM_TYPE)


def problems() -> Middleware:
    """Middleware that makes problem+json of every refusal."""
    seldom = Seldom(log)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            answer = await handler(request)
        except Problem as problem:
            answer = answer_of(problem.status, problem.message, request)
            answer.headers.update(problem.headers)
        except web.HTTPException as error:
            answer = _of_aiohttp(error, request)
        except CockpitError as error:  # its own words name files of ours
            seldom.say(logging.INFO, "a request was put off", error.message.id)
            answer = answer_of(HTTPStatus.SERVICE_UNAVAILABLE, Message("field.not_now"), request)
            answer.headers["Retry-After"] = "5"
        except ConnectionError:
            raise
        except Exception as error:
            seldom.say(logging.ERROR, "a request failed", place_of(error))
            answer = answer_of(HTTPStatus.INTERNAL_SERVER_ERROR, Message("field.our_bug"), request)
        for name, value in SECURITY.items():
            answer.headers.setdefault(name, value)
        return answer

    return middleware


def _of_aiohttp(error: web.HTTPException, request: web.Request) -> web.Response:
    status = HTTPStatus(error.status)
    message_id = {
        HTTPStatus.NOT_FOUND: "field.no_such_address",
        HTTPStatus.METHOD_NOT_ALLOWED: "field.no_such_method",
    }.get(status, "field.bad_request")
    answer = answer_of(status, Message(message_id), request)
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer
