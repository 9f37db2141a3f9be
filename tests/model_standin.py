"""A stand-in for the model of a site: an OpenAI-compatible endpoint on loopback that plays what a test wrote for it."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable
from typing import Any

from aiohttp import web

Turn = Callable[[dict[str, Any]], dict[str, Any]]
"""What it answers to a body: `{"text": …}`, `{"calls": [(tool, arguments)]}`, or `{"wrong": …}`, how it misbehaves."""


class StandIn:
    """Runs on a thread of its own.

    Attributes:
        url: up to /v1. bodies: what it was sent, in order; headers: of each request. turns: what it says next, the
            last one again and again.
    """

    def __init__(self, *turns: Turn | dict[str, Any]) -> None:
        self.turns = list(turns)
        self.bodies: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.elsewhere: list[str] = []
        self._ready = threading.Event()
        self._ended: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> StandIn:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *why: object) -> None:
        assert self._ended is not None
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(30)

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=4_000_000)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_route("*", "/{rest:.*}", self._other)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        self.url = f"http://127.0.0.1:{port}/v1"
        self._ready.set()
        await self._ended.wait()
        await runner.cleanup()

    async def _other(self, request: web.Request) -> web.Response:
        self.elsewhere.append(str(request.rel_url))
        return web.Response(text="{}")

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        self.raw.append(raw)
        self.headers.append(dict(request.headers))
        body = json.loads(raw)
        self.bodies.append(body)
        turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        says = turn(body) if callable(turn) else turn
        wrong = says.get("wrong", "")
        if wrong == "redirect":
            return web.Response(status=307, headers={"Location": f"{self.url[:-3]}/elsewhere"})
        if wrong == "status":
            return web.Response(status=says["status"], text="secret detail")
        if wrong == "json":
            return web.json_response({"model": "standin-whole", "choices": [{"message": {"content": says["text"]}}]})
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        try:
            if wrong:
                await self._misbehave(answer, wrong)
                return answer
            for piece in _pieces(says):
                await self._event(answer, piece)
            await answer.write(b"data: [DONE]\n\n")
        except (ConnectionError, asyncio.CancelledError):
            pass
        return answer

    async def _misbehave(self, answer: web.StreamResponse, how: str) -> None:
        assert self._ended is not None
        if how == "garbage":
            await answer.write(b"data: {not json at all\n\ndata: [DONE]\n\n")
        elif how == "silent":
            await self._ended.wait()
        elif how == "endless":
            while not self._ended.is_set():
                await self._event(answer, {"content": "没完没了 " * 200})
        elif how == "dribble":
            while not self._ended.is_set():
                await answer.write(b": still here\n\n")
                await asyncio.sleep(0.02)
        elif how == "huge":
            await answer.write(b"data: " + b"x" * 1_000_000)
            await answer.write(b"\n\n")
        elif how == "error":
            await answer.write(b'data: {"error": {"message": "out of memory at /srv/models"}}\n\n')
        elif how == "cut":
            assert answer._payload_writer is not None
            assert answer._req is not None
            assert answer._req.transport is not None
            answer._req.transport.abort()
        elif how == "empty":
            await answer.write(b"data: [DONE]\n\n")
        elif how == "wrong types":
            await answer.write(b'data: {"choices": [{"delta": {"content": 7}}]}\n\n')
        elif how == "calls by the thousand":
            for i in range(1000):
                await self._event(answer, {"tool_calls": [{"index": i, "id": "x", "function": {"name": "figure"}}]})

    async def _event(self, answer: web.StreamResponse, delta: dict[str, Any]) -> None:
        chunk = {"model": "standin-1", "choices": [{"index": 0, "delta": delta}]}
        await answer.write(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode())


def _pieces(says: dict[str, Any]) -> list[dict[str, Any]]:
    """Deltas as endpoints send them: words and arguments in small pieces."""
    text = says.get("text", "")
    pieces: list[dict[str, Any]] = [{"content": text[i : i + 3]} for i in range(0, len(text), 3)]
    for index, (name, arguments) in enumerate(says.get("calls", ())):
        written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        pieces.append(
            {"tool_calls": [{"index": index, "id": f"call_{index}", "function": {"name": name, "arguments": ""}}]}
        )
        for i in range(0, len(written), 7):
            pieces.append({"tool_calls": [{"index": index, "function": {"arguments": written[i : i + 7]}}]})
    return pieces


def results(body: dict[str, Any]) -> list[dict[str, Any]]:
    """What the tools told it so far."""
    found = []
    for message in body["messages"]:
        if message["role"] == "tool":
            inner = re.fullmatch(r"<data>(.*)</data>", message["content"], re.DOTALL)
            found.append(json.loads(inner[1] if inner else message["content"]))
    return found
