"""The page: one HTML file that opens in any browser of today, without a network.

What comes from feeds stands in it as text only. Its policy lets nothing in or out: no address, and no script but the
two that it names by their fingerprints.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable

import msgspec

from cockpit.model.levels import Level
from cockpit.model.messages import Texts
from cockpit.paths import assets_dir
from cockpit.share.deckgl import fingerprint, library
from cockpit.share.ground import Ground
from cockpit.share.layers import deck_json
from cockpit.share.situation import STEPS, Happening, Situation
from cockpit.share.symbols import atlas, badge_svg
from cockpit.share.tokens import Tokens

_HOLE = re.compile(r"\{\{([a-z_]+)\}\}")
_JS_TEXTS = ("span_seconds", "span_minutes", "span_hours", "span_days")


def page_of(told: Situation, ground: Ground, look: Tokens, t: Texts) -> str:
    """The page of a situation.

    Raises:
        UserError: pydeck is not installed, or not as a whole.
    """
    symbols = sorted({(one.level, one.pattern) for one in told.events})
    svg, where = atlas(symbols, look)
    data = {
        "wall": told.wall // 1000,
        "atlas": "data:image/svg+xml;base64," + b64encode(svg.encode("utf-8")).decode("ascii"),
        "deck": msgspec.Raw(deck_json(told, ground, where, look, t).encode("utf-8")),
        "places": [[one.lon, one.lat] for one in told.events],
        "accent": look.rgb("acc"),
        "words": {name: t(f"share.gone_{name}", n="{n}") for name in _JS_TEXTS},
    }
    script = _asset("situation.js")
    deck = library()
    # every fingerprint is of the very text between the tags
    policy = (
        "default-src 'none'; img-src data: blob:; connect-src data: blob:; style-src 'unsafe-inline'; "
        f"script-src '{fingerprint(deck)}' '{fingerprint(script)}'; base-uri 'none'; form-action 'none'"
    )
    holes = {
        "lang": "zh-CN" if t.lang == "zh" else "en",
        "policy": policy,
        "title": _text(f"{told.title} {told.stamp}"),
        "style": _style(look),
        "heading": _text(told.title),
        "stamp": _text(told.stamp),
        "zone": _text(t("share.time_zone")),
        "demo": f'<b class="chip">{_text(t("share.demo"))}</b>' if told.demo else "",
        "by": _text(t("share.by", name=told.by)) if told.by else "",
        "gone_label": _text(t("share.gone")),
        "no_webgl": _text(t("share.no_webgl")),
        "legend": _legend(told, look, t),
        "credit": _text(" · ".join(told.credit)) + ("" if ground.there else " · " + _text(t("share.no_ground"))),
        "list_title": _text(t("share.list_title", n=len(told.events))),
        "list": _list(told.events, look, t),
        "data": msgspec.json.encode(data).decode("utf-8").replace("<", "\\u003c"),
        "library": deck,
        "script": script,
    }
    return _HOLE.sub(_put(holes), _asset("situation.html"))


def _put(holes: dict[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda match: holes[match.group(1)]


def _asset(name: str) -> str:
    return (assets_dir() / "web" / name).read_text(encoding="utf-8")


def _text(words: str) -> str:
    return html.escape(words, quote=True)


def _style(look: Tokens) -> str:
    colors = "".join(f"--{name}:{value};" for name, value in look.plain.items())
    return f":root{{{colors}--land:{look.map['land']};color-scheme:{look.name}}}\n" + _asset("situation.css")


def _legend(told: Situation, look: Tokens, t: Texts) -> str:
    counts = Counter(one.level for one in told.events)
    rows = []
    for level in Level:
        if level is Level.UNKNOWN and not counts[level]:
            continue
        rows.append(
            f'<label><input type="checkbox" checked data-level="{int(level)}">{badge_svg(level, 18, look)}'
            f"<span>{_text(t(f'share.level_{int(level)}'))}</span><b>{counts[level]}</b></label>"
        )
    parts = [f"<h2>{_text(t('share.legend_events'))}</h2>", *rows]
    if told.zones:
        steps = "".join(
            f'<i style="background:rgba({",".join(map(str, look.rgb("choropleth")[:3]))},{max(alpha, 0.02)})"></i>'
            for alpha in look.steps
        )
        ends = f"<span>0</span><span>{STEPS[-1]}+</span>"
        parts += [f"<h2>{_text(t('share.legend_zones'))}</h2>", f'<div class="steps">{steps}</div>']
        parts.append(f'<div class="ends">{ends}</div>')
    if told.units:
        busy = sum(one.busy for one in told.units)
        parts += [
            f"<h2>{_text(t('share.legend_units'))}</h2>",
            f'<p><i class="dot busy"></i>{_text(t("share.unit_busy"))}<b>{busy}</b></p>',
            f'<p><i class="dot"></i>{_text(t("share.unit_free"))}<b>{len(told.units) - busy}</b></p>',
        ]
    if told.alerts:
        parts.append(f"<h2>{_text(t('share.legend_alerts'))}</h2>")
        parts += [
            f"<p>{badge_svg(one.level, 18, look)}<span>{_text(one.title)} {_text(one.until)}</span></p>"
            for one in told.alerts[:6]
        ]
    parts.append(f"<h2>{_text(t('share.ages', stamp=told.stamp[11:]))}</h2>")
    parts += [f"<p><span>{_text(one.name)}</span><em>{_text(one.words)}</em></p>" for one in told.ages]
    return "\n".join(parts)


def _list(events: tuple[Happening, ...], look: Tokens, t: Texts) -> str:
    if not events:
        return f'<li class="none">{_text(t("share.no_events"))}</li>'
    return "\n".join(
        f'<li data-level="{one.level}"><button data-n="{n}">{badge_svg(one.level, 24, look)}'
        f"<span><b>{_text(one.title)}</b><small>{_text(one.place or t('share.no_place'))}</small>"
        f"<small>{_text(one.when[5:16])}{' · ' + _text(one.stage) if one.stage else ''}</small></span></button></li>"
        for n, one in enumerate(events)
    )
