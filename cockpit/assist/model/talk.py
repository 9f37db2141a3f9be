"""A talk with a model: our words, its calls, what the tools say, its answer; each request written down first."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from cockpit.assist.model.client import Reply, chat
from cockpit.assist.model.masks import tells_personal
from cockpit.assist.model.settings import Endpoint
from cockpit.assist.model.tools import Bench, schemas
from cockpit.model.askmodel import ModelRecord, ModelStep, Sent
from cockpit.model.clock import Clock, local
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.time_limit import time_limit
from cockpit.paths import assets_dir

MOST_ROUNDS = 8
MOST_TOOLS = 16
TOOL_SECONDS = 10.0
MOST_BODY = 400_000
_LANGUAGES = {"zh": "Chinese", "en": "English"}
Keep = Callable[[ModelRecord], None]
Step = Callable[[ModelStep], None]


@lru_cache(maxsize=4)
def prompt(name: str) -> str:
    return (assets_dir() / "model" / f"{name}.txt").read_text("utf-8")


@lru_cache(maxsize=2)
def version(use: str) -> str:
    """Of what we send: our words and our tools."""
    told = prompt(use) + (msgspec.json.encode(schemas()).decode() if use == "ask" else "")
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def opening(bench: Bench, text: str, lang: str) -> list[dict[str, Any]]:
    """The messages that a question begins with; `text` is masked already."""
    when = local(bench.now)
    said = prompt("ask").format(
        language=_LANGUAGES[lang], now=f"{when:%Y-%m-%d %H:%M}", weekday=f"{when:%A}", vocabulary=bench.words.listed()
    )
    return [{"role": "system", "content": said}, {"role": "user", "content": text}]


def body_of(endpoint: Endpoint, messages: list[dict[str, Any]], has_tools: bool) -> bytes:
    """The body of a request, to the byte.

    Raises:
        UserError: there is personal data in it, or it grew too long.
    """
    body: dict[str, Any] = {
        "model": endpoint.model, "messages": messages, "stream": True, "temperature": 0,
        "max_tokens": endpoint.tokens,
    }  # fmt: skip
    if has_tools:
        body |= {"tools": schemas(), "tool_choice": "auto"}
    data = msgspec.json.encode(body)
    if len(data) > MOST_BODY:
        raise UserError("model.too_long")
    if any(tells_personal(str(one.get("content") or "")) for one in messages if one["role"] != "system"):
        raise UserError("model.personal")
    return data


class Talk:
    """One question, or one wording.

    Attributes:
        record: what is written down of it, renewed with each request.
    """

    def __init__(self, endpoint: Endpoint, clock: Clock, record: ModelRecord, keep: Keep) -> None:
        self.endpoint, self.record = endpoint, record
        self._clock, self._keep = clock, keep
        self._until = clock.mono() + endpoint.timeout
        self.version = ""

    async def say(self, messages: list[dict[str, Any]], has_tools: bool, heard: Callable[[str], None]) -> Reply:
        """Sends the messages; the record is on the disk before they go.

        Raises:
            CockpitError: nothing that can be used came back, or it may not be sent.
        """
        body = body_of(self.endpoint, messages, has_tools)
        sent = Sent(self._clock.now(), self.endpoint.url, body.decode())
        earlier = self.record.sent
        self._note(sent=(*earlier, sent))
        try:
            reply = await chat(self.endpoint, body, self._until - self._clock.mono(), heard)
        except OutsideError as error:
            self._note(sent=(*earlier, msgspec.structs.replace(sent, failed=error.message.id)))
            raise
        said = msgspec.json.encode({"text": reply.text, "calls": reply.calls}).decode()
        self._note(sent=(*earlier, msgspec.structs.replace(sent, reply=said)))
        self.version = self.version or reply.version
        return reply

    def _note(self, **parts: object) -> None:
        self.record = msgspec.structs.replace(self.record, **parts)
        self._keep(self.record)

    async def answer(self, bench: Bench, messages: list[dict[str, Any]], step: Step) -> str:
        """The final words, after whatever tools it wanted.

        Raises:
            CockpitError: it did not come to an end, or broke off.
        """
        called = 0
        for _ in range(MOST_ROUNDS):
            step(ModelStep("asking"))
            reply = await self.say(messages, True, lambda text: step(ModelStep("writing", "", text)))
            if not reply.calls:
                return reply.text
            calls = [
                {"id": call.id or f"c{i}", "type": "function",
                 "function": {"name": call.name, "arguments": call.arguments}}
                for i, call in enumerate(reply.calls)
            ]  # fmt: skip
            messages.append({"role": "assistant", "content": "", "tool_calls": calls})
            for i, call in enumerate(reply.calls):
                called += 1
                if called > MOST_TOOLS:
                    raise OutsideError("model.too_many_calls", most=MOST_TOOLS)
                step(ModelStep("tool", call.name[:40]))
                try:
                    async with time_limit(min(TOOL_SECONDS, max(0.0, self._until - self._clock.mono()))):
                        found = await asyncio.to_thread(bench.run, call.name, call.arguments)
                except TimeoutError as error:
                    raise OutsideError("model.late", seconds=f"{self.endpoint.timeout:g}") from error
                messages.append({"role": "tool", "tool_call_id": call.id or f"c{i}", "content": found})
        raise OutsideError("model.too_many_calls", most=MOST_TOOLS)
