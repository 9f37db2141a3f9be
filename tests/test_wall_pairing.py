"""Who pairs remotes of the walls and takes them back, at a living hub with its gateway."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from cockpit.model.wallasks import Nothing, Pair, Paired, RemotesKnown, Unpair
from tests.living_wall import living_wall, until_open
from tests.on_the_wire import on_the_wire
from tests.phone_city import GatewayThread

pytestmark = [pytest.mark.slow, pytest.mark.system]


def test_a_leader_pairs_presenters_and_only_duty_gives_and_takes_the_rights_of_duty(tmp_path: Path) -> None:
    with (
        living_wall(tmp_path) as hub,
        on_the_wire(hub, "seat-1") as duty,
        on_the_wire(hub, "seat-2") as leader,
    ):
        until_open(duty)
        assert hub.hub is not None
        walls = next(one for one in hub.hub.services if type(one).__name__ == "WallService")
        walls._setting.roles["seat-2"] = "leader"  # type: ignore[attr-defined]
        gateway = GatewayThread(tmp_path / "hub")
        gateway.start()
        try:
            assert leader.refused("wall.pair", Pair("operator", 30)) == "wall.pair_duty"
            with httpx.Client(base_url=gateway.url, verify=False, trust_env=False, timeout=30) as web:
                for wire, role in ((duty, "operator"), (leader, "presenter")):
                    code = wire.ask("wall.pair", Pair(role, 1), Paired).code
                    made = web.post("/remote/v1/enrol", json={"code": code, "device": role})
                    assert made.status_code == 201, made.text
            known = {one.role: one.id for one in leader.ask("wall.remotes", Nothing(), RemotesKnown).remotes}
            assert leader.refused("wall.unpair", Unpair(known["operator"])) == "wall.pair_duty"
            leader.ask("wall.unpair", Unpair(known["presenter"]))
            duty.ask("wall.unpair", Unpair(known["operator"]))
            assert duty.ask("wall.remotes", Nothing(), RemotesKnown).remotes == ()
        finally:
            gateway.stop()
