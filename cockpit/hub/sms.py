"""Short messages by the site's own gateway: an HTTP request as `<hub profile>/sms.toml` says, TLS always verified."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

import httpx
import msgspec
from msgspec import Meta

from cockpit.model.errors import OutsideError, UserError
from cockpit.model.time_limit import time_limit
from cockpit.packs.checked import Checked
from cockpit.secrets import secret_at_hub

NAME = "sms.toml"
PAUSE_SECONDS = (1.0, 4.0, 10.0)
MOST_ANSWER = 64_000
_SECRET = re.compile(r"\{secret:([A-Za-z0-9_\-]{1,40})\}")
Write = Callable[[str], str]
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_XML = {'"': "&quot;", "'": "&apos;"}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_PLACEHOLDER = re.compile(rf"{_SECRET.pattern}|\{{number\}}|\{{words\}}")


class SmsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of sms.toml.

    Attributes:
        url, headers, body: with `{number}`, `{words}` and `{secret:<name>}`, written as an address, a header (UTF-8)
            and a body of its `Content-Type` want them: JSON (also one that is JSON and does not say so), XML,
            `text/plain` as they are, else as a form.
        timeout: seconds that a try may last; retries: further tries when nothing or a 5xx comes.
        says: what has to stand in the answer for it to be taken for sent, "" any 2xx.
        ca: PEM file of the authority of the site, "" the machine's.
    """

    url: Annotated[str, Meta(pattern=r"^https?://\S+$", max_length=2000)]
    method: Literal["POST", "GET", "PUT"] = "POST"
    headers: dict[Annotated[str, Meta(pattern=r"^[A-Za-z0-9!#$%&'*+.^_|~\-]+$")], str] = {}
    body: str = ""
    timeout: Annotated[float, Meta(gt=0, le=60)] = 10.0
    retries: Annotated[int, Meta(ge=0, le=3)] = 2
    says: str = ""
    ca: str = ""


def read_sms(profile: Path) -> SmsSettings | None:
    """How this site sends short messages; None: it does not.

    Raises:
        UserError: something in the file is wrong: one sentence with line and column.
    """
    path = profile / NAME
    if not path.is_file():
        return None
    file = Checked(path)
    settings = file.convert(SmsSettings)
    try:
        parts = urlsplit(settings.url)
        httpx.URL(_PLACEHOLDER.sub("0", settings.url))
    except (ValueError, httpx.InvalidURL):
        file.wrong(("url",), "climb.sms_address")
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        file.wrong(("url",), "climb.sms_open", host=parts.hostname or "")
    return settings


async def send(settings: SmsSettings, profile: Path, number: str, words: str) -> None:
    """Sends a short message.

    Raises:
        UserError: a secret that the template names is not there.
        OutsideError: the site's gateway did not take it, in a sentence without number, words and secrets.
    """
    url = _filled(settings.url, profile, number, words, lambda text: quote(text, safe=""))
    headers = {
        name.encode(): _filled(value, profile, number, words, _one_line).encode("utf-8", "replace")
        for name, value in settings.headers.items()
    }
    body = _filled(settings.body, profile, number, words, _writer(settings)).encode("utf-8", "replace")
    verify: ssl.SSLContext | bool = True
    if settings.ca:
        try:
            verify = await asyncio.to_thread(ssl.create_default_context, cafile=settings.ca)
        except OSError as error:  # not there, or no certificate
            raise OutsideError("climb.sms_ca", why=error.strerror or type(error).__name__) from error
    why = ""
    async with httpx.AsyncClient(
        timeout=settings.timeout,
        trust_env=False,
        follow_redirects=False,
        verify=verify,
    ) as http:
        for attempt in range(settings.retries + 1):
            if attempt:
                await asyncio.sleep(PAUSE_SECONDS[attempt - 1])
            try:
                async with (
                    time_limit(settings.timeout),
                    http.stream(settings.method, url, headers=headers, content=body or None) as answer,
                ):
                    said = await _said(answer) if answer.is_success and settings.says else ""
            except (httpx.HTTPError, TimeoutError) as error:
                why = type(error).__name__
                continue
            except (httpx.InvalidURL, ValueError) as error:  # with its values the address is none
                raise OutsideError("climb.sms_failed", why=type(error).__name__) from error
            why = f"HTTP {answer.status_code}"
            if answer.is_success and settings.says in said:
                return
            if answer.status_code < 500 and answer.status_code != 429:
                break
    raise OutsideError("climb.sms_failed", why=why)


async def _said(answer: httpx.Response) -> str:
    """The beginning of an answer; no more of it is read."""
    data = bytearray()
    async for some in answer.aiter_bytes():
        data += some
        if len(data) >= MOST_ANSWER:
            break
    return data[:MOST_ANSWER].decode(answer.encoding or "utf-8", "replace")


def _writer(settings: SmsSettings) -> Write:
    """How a value is written into the body."""
    kind = next((value for name, value in settings.headers.items() if name.lower() == "content-type"), "").lower()
    if "json" in kind or _is_json(settings.body):
        return lambda text: json.dumps(text, ensure_ascii=False)[1:-1]
    if "xml" in kind:
        return _in_xml
    if "text/plain" in kind:
        return str
    return lambda text: quote(text, safe="")


def _is_json(template: str) -> bool:
    """Whether a body is a JSON object or array once its values are in it."""
    try:
        return isinstance(json.loads(_PLACEHOLDER.sub("0", template)), (dict, list))
    except (ValueError, RecursionError):
        return False


def _in_xml(text: str) -> str:
    """In an element or in an attribute, of either kind of quotes."""
    from xml.sax.saxutils import escape

    return escape(_NOT_IN_XML.sub("", text), _XML)


def _one_line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _filled(template: str, profile: Path, number: str, words: str, write: Write) -> str:
    """A template with its values; what a value holds is never a placeholder itself."""

    def value(found: re.Match[str]) -> str:
        if found[1]:
            secret = secret_at_hub(found[1], profile)
            if not secret:
                raise UserError("climb.sms_secret", name=found[1])
            return write(secret)
        return write(number if found[0] == "{number}" else words)

    return _PLACEHOLDER.sub(value, template)
