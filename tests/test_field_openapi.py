"""The gateway keeps its own description: schemathesis asks everything it describes, well and badly."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cockpit.field import pagewire
from cockpit.field.limits import Limits, Rate
from cockpit.field.wire import (
    BlobWanted,
    Enrolled,
    EnrolWanted,
    FactTaken,
    FactWanted,
    Health,
    OrderOut,
    OrdersOut,
)
from cockpit.model.entries import FACTS
from cockpit.model.letters import Letters
from tests.living_gateway import LivingGateway, desk_with_orders, living_gateway

pytestmark = pytest.mark.slow

PIECE_TYPE = "application/offset+octet-stream"
FREE = Rate(1e6, 1e6)
OPEN = Limits(address=FREE, device=FREE, enrol=FREE, code=FREE, codes=FREE, way=FREE, said=FREE, uploads=10_000)
EXAMPLES = 8
OPERATIONS = [
    ("POST", "/v1/enrol"),
    ("GET", "/v1/orders"),
    ("POST", "/v1/orders/{id}/facts"),
    ("POST", "/v1/blobs"),
    ("HEAD", "/v1/blobs/{sha256}"),
    ("PATCH", "/v1/blobs/{sha256}"),
    ("GET", "/v1/health"),
    ("GET", "/v1/openapi.json"),
    ("POST", "/v1/codes"),
    ("GET", "/v1/devices"),
    ("GET", "/v1/me"),
    ("GET", "/v1/orders/{id}/way"),
    ("POST", "/v1/positions"),
    ("POST", "/v1/duty"),
    ("POST", "/v1/reports"),
    ("GET", "/v1/letters"),
    ("POST", "/v1/letters"),
    ("POST", "/v1/letters/{id}/seen"),
    ("GET", "/v1/voices/{sha256}"),
    ("GET", "/v1/live"),
]
WITH_SECRET = ("/v1/enrol", "/v1/codes", "/v1/devices")
ALWAYS_GOOD = ("/v1/health", "/v1/openapi.json", "/v1/me", "/v1/devices")


@schemathesis.serializer(PIECE_TYPE)
def bytes_as_they_are(ctx: Any, value: Any) -> Any:
    return value if isinstance(value, bytes) else b""


schemathesis.openapi.media_type(PIECE_TYPE, st.binary(max_size=200))


def hub_is_there(city: LivingGateway) -> None:
    """A hub that has no letters, in the place of one that can not be reached."""

    async def ask(what: str, wanted: object, reply: type) -> object:
        return Letters(0)

    city.gateway.live.letters._ask = ask


@contextmanager
def served(profile: Path) -> Iterator[LivingGateway]:
    """A gateway on a thread of its own, for clients that wait."""
    ready: list[LivingGateway] = []
    begun, over = threading.Event(), threading.Event()

    def run() -> None:
        async def go() -> None:
            async with living_gateway(profile, desk_with_orders(), limits=OPEN) as city:
                city.gateway.api.caught_up = True
                ready.append(city)
                begun.set()
                await asyncio.to_thread(over.wait)

        asyncio.run(go())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert begun.wait(30)
        yield ready[0]
    finally:
        over.set()
        thread.join(30)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingGateway]:
    with served(tmp_path_factory.mktemp("gateway")) as city:
        yield city


def test_every_address_is_described_and_every_described_one_is_there(tmp_path: Path) -> None:
    with served(tmp_path) as city:
        described = httpx.get(f"{city.url}/v1/openapi.json", trust_env=False).json()["paths"]
        said = {(method.upper(), path) for path, methods in described.items() for method in methods}
        app = city.gateway.app()
        routes = {(route.method, route.resource.canonical) for route in app.router.routes()}
    assert said == {route for route in routes if route[1].startswith("/v1/")} == set(OPERATIONS)


def test_the_page_for_device_makers_names_every_address_and_every_field() -> None:
    page = (Path(__file__).parent.parent / "docs" / "field-api.md").read_text("utf-8")
    for method, path in OPERATIONS:
        assert f"{method} {path.replace('{sha256}', '<sha256>')}" in page, path
    for struct in (
        *(EnrolWanted, Enrolled, OrdersOut, OrderOut, FactWanted, FactTaken, BlobWanted, Health),
        *(pagewire.CodeWanted, pagewire.CodeMade, pagewire.EnrolByCode, pagewire.DevicesOut, pagewire.MeOut),
        *(pagewire.FormOut, pagewire.FormField, pagewire.WayOut, pagewire.PositionsWanted, pagewire.Fix),
        *(pagewire.DutyWanted, pagewire.ReportWanted, pagewire.LetterWanted, pagewire.SeenWanted, pagewire.TakenOut),
        *(pagewire.LettersOut, pagewire.LetterOut, pagewire.VoiceOut, pagewire.LiveIn),
    ):
        for name in struct.__struct_fields__:
            assert f'"{name}"' in page or f"`{name}`" in page, name
    for kind in FACTS:
        assert f"`{kind}`" in page, kind


@pytest.mark.parametrize(("method", "path"), [one for one in OPERATIONS if one[1] != "/v1/live"])
def test_an_operation_answers_as_it_is_described(tmp_path: Path, method: str, path: str) -> None:
    with served(tmp_path) as city:
        url = city.url
        enrol = {"unit": "positions/U1", "device": "x"}
        token = httpx.post(f"{url}/v1/enrol", json=enrol, headers=city.enrol_head, trust_env=False).json()["token"]
        hub_is_there(city)
        head = city.enrol_head if path in WITH_SECRET else {"Authorization": f"Bearer {token}"}
        schema = schemathesis.openapi.from_url(f"{url}/v1/openapi.json")
        operation = schema[path][method]
        good = operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
        bad = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

        @given(case=st.one_of(good, bad) if path not in ALWAYS_GOOD else good)
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any) -> None:
            if case.path_parameters and "id" in case.path_parameters and len(case.path_parameters["id"]) % 2:
                case.path_parameters["id"] = "o-U1"  # one that is there, every second time
            if case.query and isinstance(case.query.get("wait"), (int, float)):
                case.query["wait"] = min(case.query["wait"], 0.01)
            case.call_and_validate(headers=head, timeout=20)

        ask()
