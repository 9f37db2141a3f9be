"""A wall of 11520×3240 points drawn by one machine without a GPU: map, 24 panels, 12 videos that play; and a web page.

`python -m benchmarks.wall_large ours` starts a demo city, a hub and a machine (`cockpit wall node`) on an X server of
that size; `… page` opens a dashboard with the same content in Chromium there: the same streets and areas by deck.gl, 22
panels that are renewed each second, the same 12 clips in `<video>`. Each prints one JSON line:

- `frame`: ms a frame while the map is moved all the time and everything else goes on, counted on the points of the X
  server: how often a line of them through the middle of the map was another in 20 seconds (hands move ours 30 times a
  second, so 33 is the best there can be; the page moves itself at each of its frames);
- `cpu`: cores of everything that draws, while nobody moves the map; `mb`: resident memory of the same processes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.children import EVENING, a_home, child
from benchmarks.processes import cpu
from benchmarks.screen import Glass, virtual_screen
from benchmarks.wall_three import CITY, Desk, Machine, clock, run, said, wait
from cockpit.model.wallasks import Nothing
from cockpit.model.wallstate import ActDone, MapView, WallAct, WallState
from cockpit.paths import assets_dir
from cockpit.processes import cockpit_command, environment_of_child, free_port
from cockpit.wall.health import memory_mb

WIDTH, HEIGHT = 11520, 3240
SETTLED = 60.0
REST = 20.0
MOVED = 20.0
BEAT = 1 / 30
WINDOWS = 3
"""Of the web page, side by side."""
LON, LAT, SCALE = 120.16, 30.26, 2.5
AGAIN = 0.012
"""A frame is not painted in one instant: points that change within this are of the same."""

HALL = """
id = "hall"
name = { zh = "指挥大厅", en = "Command hall" }
shift = 0
night = { from = "22:30", to = "06:00", brightness = 1 }

[rooms.hall]
name = { zh = "指挥大厅", en = "Command hall" }

[walls.main]
name = { zh = "主屏", en = "Main wall" }
room = "hall"
columns = 1
rows = 1
screen = [11520, 3240]
pitch = 1.27
distance = 8.0
machines = "large"

[modes.peace]
name = { zh = "平时", en = "Peace" }
scene = "large"
"""
LEFT = {
    "head": "wallhead", "index": "wallindex", "signs": "wallsigns", "life": "wallsigns", "streets": "wallrank",
    "hotline": "wallhotline", "ring": "wallring", "radar": "wallradar", "funnel": "wallfunnel", "areas": "wallareas",
    "calendar": "wallcalendar",
}  # fmt: skip
RIGHT = {
    "weather": "wallweather", "roster": "wallroster", "events": "wallevents", "cases": "wallcases",
    "alerts": "wallalerts", "curve": "wallcurve", "bars": "wallbars", "figure": "wallfigure", "gauge": "wallgauge",
    "feeds": "wallfeeds", "clock": "wallclock",
}  # fmt: skip
OPTIONS = {
    "signs": '{ signs = ["A02", "A07", "N01", "D02"], columns = 2 }',
    "life": '{ signs = ["M03", "I02"] }',
    "streets": '{ of = "cases", by = "area" }',
    "curve": '{ signs = ["N01"] }',
    "figure": '{ sign = "N01" }',
    "gauge": '{ sign = "I02" }',
    "bars": '{ sign = "N01" }',
}


def scene() -> str:
    """The scene file: a column of panels, videos, map, videos, a column of panels."""
    lines = ['id = "large"', 'name = { zh = "大屏", en = "Large" }']
    for name, panel in {**LEFT, **RIGHT}.items():
        lines += [f"[panels.{name}]", f'panel = "{panel}"']
        lines += [f"options = {OPTIONS[name]}"] if name in OPTIONS else []
    lines += ["[panels.map]", 'panel = "wallmap"', "spans = true"]
    for name in ("video_left", "video_right"):
        lines += [f"[panels.{name}]", 'panel = "wallvideo"', "spans = true", "options = { count = 6 }"]
    lines += [
        "[one]",
        'columns = ["left", "video_left", "map", "video_right", "right"]',
        "weights = [1, 0.8, 3, 0.8, 1]",
    ]
    for side, panels in (("left", LEFT), ("right", RIGHT)):
        lines += [f"[one.{side}]", f"rows = {json.dumps(list(panels))}"]
    return "\n".join(lines) + "\n"


def frames(glass: Glass, seconds: float, between: Callable[[], None]) -> float:
    """ms a frame of what moves in the middle of the glass; infinite where nothing does."""
    line = glass.points[HEIGHT // 2, WIDTH * 2 // 5 : WIDTH * 3 // 5 : 5]
    before, seen, last = np.array(line), 0, 0.0
    end = (begun := clock.mono()) + seconds
    while (now := clock.mono()) < end:
        between()
        if now - last > AGAIN and not np.array_equal(line, before):
            before, last = np.array(line), now
            seen += 1
    return (clock.mono() - begun) * 1000 / seen if seen else math.inf


@contextlib.contextmanager
def ours(home: Path) -> Iterator[tuple[Desk, Machine]]:
    hub, port = home / "hub", free_port()
    (hub / "wall" / "scenes").mkdir(parents=True, mode=0o700)
    (hub / "wall" / "hall.toml").write_text(HALL, "utf-8")
    (hub / "wall" / "scenes" / "large.toml").write_text(scene(), "utf-8")
    listen = f'[machines]\nlisten = "127.0.0.1:{free_port()}"\njoin = {free_port()}\n'
    (hub / "machines.toml").write_text(listen, "utf-8")
    options = ("--profile", str(hub), "--city", f"http://127.0.0.1:{port}", "--pack", CITY, "--port", "0")
    glass, profile = Path(tempfile.mkdtemp(dir=home)), home / "large"
    with contextlib.ExitStack() as stack:
        stack.enter_context(child(*cockpit_command("city", "serve", "--port", str(port), "--start", EVENING)))
        stack.enter_context(child(*cockpit_command("hub", *options)))
        desk = Desk(home)
        stack.callback(desk.seat.close)
        desk.until("the hub", lambda: desk.seat.link.state == "live")
        made = said("wall", "code", "large", "--profile", str(hub), "--json")
        run("wall", "join", made["host"], made["code"], "--profile", str(profile))
        screen = stack.enter_context(virtual_screen(WIDTH, HEIGHT, glass))
        machine = Machine(profile, {**environment_of_child(), **screen}, glass)
        stack.callback(machine.end)
        revision = desk.ask("wall.state", Nothing(), WallState).shows[0].revision

        def shown() -> bool:
            told = desk.reports().get("large")
            return told is not None and bool(told.screens) and told.screens[0].shown == revision

        desk.until("the wall", shown)
        yield desk, machine


def measure_ours() -> dict[str, float]:
    with a_home() as home, ours(home) as (desk, machine):
        wait(desk, SETTLED)
        used, begun = cpu(machine.process.pid), clock.mono()
        wait(desk, REST)
        rest = (cpu(machine.process.pid) - used) / (clock.mono() - begun)
        sent = [0.0, 0]

        def move() -> None:
            desk.seat.tick()
            if clock.mono() - sent[0] >= BEAT:
                sent[:] = [clock.mono(), sent[1] + 1]
                view = MapView(LON + 0.02 * math.sin(sent[1] / 30), LAT, SCALE)
                desk.seat.ask("wall.act", WallAct("main", "view", view=view), ActDone, lambda answer: None)

        frames(machine.glass, 2.0, move)
        frame = frames(machine.glass, MOVED, move)
        return {"frame": frame, "cpu": rest, "mb": memory_mb(machine.process.pid)}


def rings(base: Any, kind: str) -> list[list[list[float]]]:
    """Lines or rings of a layer of the base map, which has differences of 1e-6 degrees, as points of the wall."""
    at, counts = np.cumsum(base[f"{kind}.coords"], axis=1) / 1e6, base[f"{kind}.counts"]
    metres = np.cos(np.radians(LAT)) * 111_320
    x = (at[0] - LON) * metres / SCALE + WIDTH / 2
    y = (at[1] - LAT) * 111_320 / SCALE + HEIGHT / 2
    points = np.stack([x, y], axis=1).round(1)
    return [part.tolist() for part in np.split(points, np.cumsum(counts)[:-1]) if len(part) > 1]


PAGE = """<!DOCTYPE html><html><meta charset="utf-8"><style>
body{margin:0;background:#0B1117;color:#E8EEF3;font:40px "Noto Sans CJK SC",sans-serif;overflow:hidden}
#grid{display:flex;width:%(part)dpx;height:%(height)dpx;gap:8px}
.column{display:flex;flex-direction:column;gap:8px;min-width:0}
.panel{flex:1;background:#121A22;border:2px solid #24313D;padding:12px;overflow:hidden;display:flex;gap:24px}
.panel b{font-size:86px} svg{flex:1} video{flex:1;width:100%%;object-fit:cover;min-height:0}
#map{position:relative;overflow:hidden;flex:1}</style><body><div id="grid"></div>
<script>%(bundle)s</script><script>
const areas = %(areas)s, lines = %(lines)s, points = %(points)s, clips = %(clips)s;
const part = Number(location.hash.slice(1)), grid = document.getElementById("grid");
function column(kind, width, count) {
  const box = document.createElement("div");
  box.className = "column";
  box.style.flex = `0 0 ${width}px`;
  for (let i = 0; i < count; i++) {
    const one = document.createElement(kind === "video" ? "video" : "div");
    if (kind === "video") Object.assign(one, {src: clips[i %% clips.length], muted: true, loop: true, autoplay: true});
    else {
      one.className = "panel";
      one.innerHTML = "<div>体征 · 1 秒前</div><b>0</b>" +
        "<svg viewBox='0 0 100 30'><polyline fill='none' stroke='#7F93A6'/></svg>";
    }
    box.append(one);
  }
  grid.append(box);
}
const map = document.createElement("div");
map.id = "map";
if (part === 0) { column("panel", 1750, 11); column("video", 1400, 6); }
grid.append(map);
if (part === 2) { column("video", 1400, 6); column("panel", 1750, 11); }
setInterval(() => {
  for (const panel of document.querySelectorAll(".panel")) {
    panel.querySelector("b").textContent = (Math.random() * 1000).toFixed(1);
    const at = Array.from({length: 60}, (_, i) => `${(i * 1.7).toFixed(1)},${(Math.random() * 30).toFixed(1)}`);
    panel.querySelector("polyline").setAttribute("points", at.join(" "));
  }
}, 1000);
const middle = [%(part)d * (part + 0.5) + (1 - part) * 1575, %(height)d / 2, 0];
const deck = createDeck({container: map, tooltip: false, jsonInput: {
  views: [{"@@type": "OrthographicView", id: "flat", controller: false}],
  initialViewState: {target: middle, zoom: 0},
  layers: [
    {"@@type": "PolygonLayer", id: "areas", data: areas, getPolygon: "@@=-", getFillColor: [21, 43, 64],
     stroked: false},
    {"@@type": "PathLayer", id: "lines", data: lines, getPath: "@@=-", getWidth: 3, getColor: [61, 78, 92]},
    {"@@type": "ScatterplotLayer", id: "points", data: points, getPosition: "@@=-", getRadius: 12,
     getFillColor: [211, 222, 231]}]}});
let turn = 0;
window.move = () => {
  turn += 1;
  deck.setProps({viewState: {target: [middle[0] + 800 * Math.sin(turn / 30), middle[1], 0], zoom: 0}});
  requestAnimationFrame(window.move);
};
setTimeout(window.move, %(rest)d);
</script></body></html>"""
QUIET = (
    "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-quic", "--autoplay-policy=no-user-gesture-required", "--ignore-gpu-blocklist", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)  # fmt: skip


def page(folder: Path) -> Path:
    """The dashboard as a file, its clips beside it."""
    import av
    import pydeck

    clips = []
    for file in sorted((assets_dir() / "city" / "video").glob("*.flv")):
        out = folder / f"{file.stem}.mp4"
        with av.open(str(file)) as source, av.open(str(out), "w") as target:
            stream = target.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(source.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    target.mux(packet)
        clips.append(out.name)
    base = np.load(assets_dir() / "cities" / CITY / "basemap.npz")
    dice = np.random.default_rng(7)
    bundle = Path(pydeck.__file__).parent / "nbextension" / "static" / "index.js"
    text = PAGE % {
        "bundle": bundle.read_text("utf-8"),
        "areas": json.dumps([part for kind in ("water", "wood", "park", "built") for part in rings(base, kind)]),
        "lines": json.dumps([part for kind in ("road_main", "road_mid", "road_minor") for part in rings(base, kind)]),
        "points": json.dumps((dice.uniform(0, 1, (700, 2)) * (WIDTH, HEIGHT)).round(1).tolist()),
        "clips": json.dumps(clips),
        "part": WIDTH // WINDOWS,
        "height": HEIGHT,
        "rest": round((SETTLED + REST) * 1000),
    }
    (folder / "page.html").write_text(text, "utf-8")
    return folder / "page.html"


@contextlib.contextmanager
def browsers(home: Path) -> Iterator[tuple[list[int], Glass]]:
    """The dashboard's windows side by side, each of a browser of its own: one that is wider than 8192 points can not be
    drawn by Chromium without a GPU."""
    browser, glass, file = shutil.which("chromium") or "chromium", Path(tempfile.mkdtemp(dir=home)), page(home)
    with virtual_screen(WIDTH, HEIGHT, glass) as screen, contextlib.ExitStack() as stack:
        processes = []
        for part in range(WINDOWS):
            width = WIDTH // WINDOWS
            options = (
                f"--app={file.as_uri()}#{part}", f"--window-size={width},{HEIGHT}",
                f"--window-position={width * part},0", f"--user-data-dir={home / str(part)}",
            )  # fmt: skip
            process = subprocess.Popen(
                [browser, *QUIET, *options], env=screen, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
            processes.append(process.pid)
        yield processes, Glass(glass)


def measure_page() -> dict[str, float]:
    with a_home() as home, browsers(home) as (processes, glass):
        _sleep(SETTLED)
        used, begun = sum(map(cpu, processes)), clock.mono()
        _sleep(REST)
        rest = (sum(map(cpu, processes)) - used) / (clock.mono() - begun)
        _sleep(5.0)
        frame = frames(glass, MOVED * 2, lambda: _sleep(0.002))
        return {"frame": frame, "cpu": rest, "mb": sum(map(memory_mb, processes))}


def _sleep(seconds: float) -> None:
    import threading

    threading.Event().wait(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("which", choices=("ours", "page"))
    answer = measure_ours() if parser.parse_args().which == "ours" else measure_page()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
