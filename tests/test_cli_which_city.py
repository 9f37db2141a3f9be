"""Which pack belongs to the address of a city platform: the platform says, and is not trusted with more."""

from __future__ import annotations

import asyncio

import pytest

from cockpit.cli import resolve_city
from cockpit.model.errors import UserError
from tests.feeds_server import serving


def asked(card: object, known: str = "") -> tuple[str, str]:
    async def story() -> tuple[str, str]:
        async with serving() as platform:
            platform.card = card
            pack, url = await asyncio.to_thread(resolve_city, platform.base, "", known)
            assert url == platform.base
            return pack, url

    return asyncio.run(story())


def test_a_platform_names_a_pack_that_ships() -> None:
    assert asked({"city": "lujiazui"})[0] == "lujiazui"


@pytest.mark.parametrize("said", ["../../../etc", "/etc", "", None, 7, ["hangzhou"], {"city": "hangzhou"}, "atlantis"])
def test_a_platform_can_not_choose_a_folder_of_this_machine(said: object) -> None:
    with pytest.raises(UserError) as refused:
        asked({"city": said})
    assert refused.value.message.id == "cli.which_pack"


def test_what_was_told_before_holds_while_the_platform_says_nothing_of_use() -> None:
    assert asked({"city": None}, "hangzhou")[0] == "hangzhou"
