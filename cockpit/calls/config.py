"""Reading calls.toml: the profile's, else the city pack's, else what holds without one."""

from __future__ import annotations

from pathlib import Path

from cockpit.calls.settings import CallSettings
from cockpit.packs.checked import Checked

NAME = "calls.toml"


def settings_file(profile: Path, pack: Path) -> Path | None:
    """The calls.toml that holds, None where there is none."""
    return next((folder / NAME for folder in (profile, pack) if (folder / NAME).is_file()), None)


def read_settings(profile: Path, pack: Path) -> CallSettings:
    """How this desk calls.

    Raises:
        UserError: something in the file is wrong: one sentence with line and column.
    """
    file = settings_file(profile, pack)
    return check_settings(file) if file is not None else CallSettings()


def check_settings(path: Path) -> CallSettings:
    """
    Raises:
        UserError: something in the file is wrong: one sentence with line and column.
    """
    file = Checked(path)
    settings = file.convert(CallSettings)
    if len(set(settings.ways.order)) < len(settings.ways.order):
        file.wrong(("ways", "order"), "calls.way_twice")
    if settings.sip is not None and "sip" in settings.ways.order and not settings.sip.codecs:
        file.wrong(("sip", "codecs"), "calls.no_codec")
    if settings.ldap is not None and settings.ldap.start_tls and settings.ldap.url.startswith("ldaps:"):
        file.wrong(("ldap", "start_tls"), "calls.tls_twice")
    return settings
