"""`tape.toml` of a hub's profile: how long what is kept.

[keep]
sensor_hours = 24     # messages of sensors
days = 90             # all else
most_gb = 0           # 0: what the disk has
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.typed import converted
from cockpit.processes import write_private
from cockpit.tape.keep import Keep

FILE = "tape.toml"
_HOURS = 24
_GB = 1_000_000_000
LEAST_HOURS, MOST_DAYS = 1, 3_660


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sensor_hours: float = 24.0
    days: float = 90.0
    most_gb: float = 0.0


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keep: _Told = _Told()


def read_keep(profile: Path) -> tuple[Keep, Message | None]:
    """What a hub's profile says, and what is wrong with it: then the defaults hold."""
    path = profile / FILE
    try:
        told = converted(tomllib.loads(path.read_text("utf-8")), _File).keep
        return keep_of(told.sensor_hours, told.days, told.most_gb), None
    except FileNotFoundError:
        return Keep(), None
    except UserError as error:
        return Keep(), Message("tape.bad_settings", {"file": str(path), "why": error.message})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        return Keep(), Message("tape.bad_settings", {"file": str(path), "why": str(error)})


def keep_of(sensor_hours: float, days: float, most_gb: float) -> Keep:
    """
    Raises:
        UserError: a time or a size that can not be meant.
    """
    if not LEAST_HOURS <= sensor_hours <= MOST_DAYS * _HOURS or not LEAST_HOURS / _HOURS <= days <= MOST_DAYS:
        raise UserError("tape.bad_keep", hours=LEAST_HOURS, days=MOST_DAYS)
    if not 0 <= most_gb < 1e9:
        raise UserError("tape.bad_most")
    return Keep(sensor_hours / _HOURS, days, round(most_gb * _GB))


def write_keep(profile: Path, keep: Keep) -> None:
    """
    Raises:
        OSError: it can not be written.
    """
    text = f"[keep]\nsensor_hours = {keep.sensor * _HOURS:g}\ndays = {keep.rest:g}\nmost_gb = {keep.most / _GB:g}\n"
    write_private(profile / FILE, text)
