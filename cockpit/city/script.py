"""A script that is played in the city: its events and alerts join what the simulation makes by itself."""

from __future__ import annotations

import random

import numpy as np

from cockpit.city.city import City
from cockpit.city.ground import Ground
from cockpit.city.happening import Change, Fact, Happening, Spot
from cockpit.city.story import Warning
from cockpit.model.clock import MINUTE, local
from cockpit.packs.rehearsals import AlertRow, EventRow, Script, plain


def play(script: Script, city: City) -> None:
    """Has all of it happen, counted from the city's start."""
    rng = random.Random(f"{script.seed}/script")
    wheres = [event.where for event in script.event if event.place is None]
    spots = {where: iter(city.ground.apart(rng, where, wheres.count(where), near_core=True)) for where in wheres}
    for i, event in enumerate(script.event):
        spot = _nearest(city.ground, *event.place) if event.place is not None else next(spots[event.where])
        city.play(_happening(event, i, spot, city))
        if event.picture:
            city.story_scenes.setdefault(event.kind, event.picture)
    for alert in script.alert:
        city.warnings.play(city.start, _warning(alert))


def _nearest(ground: Ground, lon: float, lat: float) -> Spot:
    """The named place nearest to a point, said to be at the point itself."""
    pool = ground.pool("any")
    at = ground.plane(np.array([lon]), np.array([lat]))[0]
    spot = ground.at(int(pool[np.argmin(np.hypot(*(ground.xy[pool] - at).T))]))
    return Spot(lon, lat, spot.area, spot.place, spot.node)


def _happening(event: EventRow, index: int, spot: Spot, city: City) -> Happening:
    at = city.start + round(event.at * MINUTE)
    facts = [Fact({"zh": zh, "en": en or zh}, value, plain(unit)) for zh, en, value, unit in event.facts]
    made = Happening(
        id=f"{local(at):%m%d-%H}R{index + 1:02d}",
        kind=event.kind,
        level=event.level,
        spot=spot,
        channel=event.channel,
        occurred=at,
        title=event.title,
        text=event.text.replace("{place}", spot.place),
        amount=event.amount,
        facts=tuple(facts),
        scene=event.picture,
        camera=city.ground.camera_near(spot.lon, spot.lat) if event.picture else "",
    )
    lead = city.customs.leads.get(event.channel)
    changes = [Change(at, lead.note if lead is not None else None)]
    changes += [Change(at + round(minute * MINUTE), level=level) for minute, level in event.rises]
    for i, (minute, zh, en) in enumerate(event.notes):
        last = event.closes and i == len(event.notes) - 1
        changes.append(Change(at + round(minute * MINUTE), {"zh": zh, "en": en or zh}, closes=last))
    made.changes = sorted(changes, key=lambda change: change.at)
    return made


def _warning(alert: AlertRow) -> Warning:
    return Warning(
        code=alert.code,
        event=alert.event,
        colour=alert.colour,
        at=alert.at,
        lasts=alert.lasts,
        cancel=alert.cancel,
        shape=alert.shape,
        headline=_form(alert.headline),
        description=_form(alert.description),
        instruction=alert.instruction,
    )


def _form(words: str) -> str:
    """As a form in which `{city}` and `{time}` alone are filled in."""
    form = words.replace("{", "{{").replace("}", "}}")
    return form.replace("{{city}}", "{city}").replace("{{time}}", "{time}")
