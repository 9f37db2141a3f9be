"""The clock of a city's server: a demo city runs on its own time, every other one on the machine's."""

from __future__ import annotations

import httpx
import msgspec

from cockpit.feeds.decoding import BAD_JSON
from cockpit.feeds.sources._client import client, demand_success, read_all, sentences
from cockpit.model.clock import CityTime, Clock, from_iso

MAX_ANSWER = 64 * 1024
SERVICE = "city-cockpit-city"
LATER = (
    httpx.codes.TOO_MANY_REQUESTS,
    httpx.codes.BAD_GATEWAY,
    httpx.codes.SERVICE_UNAVAILABLE,
    httpx.codes.GATEWAY_TIMEOUT,
)
"""Answers of a server that may say it later; others will never be about a clock."""


class _Hands(msgspec.Struct):
    city: str
    rate: float = 1.0


class _Card(msgspec.Struct):
    service: str
    clock: _Hands
    run: str = ""
    demo: bool = False


_card = msgspec.json.Decoder(_Card)


async def fetch_clock(base_url: str, clock: Clock, timeout: float = 5.0) -> CityTime:
    """How the clock of the server at `base_url` runs against `clock` (the machine's).

    A platform that does not say (404, no such JSON) is on the machine's time; one that can not answer now (`LATER`)
    may well say it later. The server's own wall clock is not believed: the middle of the request is.

    Raises:
        OutsideError: no answer, in one sentence; try again later.
    """
    with sentences(base_url, timeout):
        async with client(timeout) as web:
            before = clock.now()
            async with web.stream("GET", base_url.rstrip("/") + "/") as response:
                if response.status_code in LATER:
                    demand_success(response)
                if response.status_code != httpx.codes.OK:
                    return CityTime()
                data = await read_all(response, MAX_ANSWER)
            middle = (before + clock.now()) // 2
    try:
        card = _card.decode(data)
        city_us = from_iso(card.clock.city)
    except (*BAD_JSON, ValueError, OverflowError):
        return CityTime()
    if card.service != SERVICE or not 0 < card.clock.rate <= 10_000:
        return CityTime()
    return CityTime(middle, city_us, card.clock.rate, card.run[:100], card.demo)
