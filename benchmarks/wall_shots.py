"""Pictures of the walls: every scene and every preset of a hall, drawn by a machine of the wall in a living demo city.

python -m benchmarks.wall_shots [--only flood,wall-ribbon] [--lang en] [--whole DIR] --out DIR

Scenes are drawn on the 2×3 wall (5760×2160), presets show the overview; what lies in DIR is scaled and has few colours,
for the manual. `--whole` keeps the pictures as large as the walls, too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from PIL import Image

from benchmarks.children import a_home, child
from cockpit.model.wall_shipped import shipped_halls, shipped_scenes
from cockpit.processes import cockpit_command, environment_of_child, free_port
from widgets.kit.theme import WALL, Theme

START = "2026-07-14T17:38:00+08:00"
SPEED = "2"
HALL = "2x3"
WIDTH, LEAST_HEIGHT, WIDEST = 1920, 320, 3840
"""Of the pictures, px: a long wall is not scaled so far that nothing is seen of it."""
LIMIT = 245_000
COLORS = (192, 128, 96)
MEANT = ("red_text", "orange_text", "yellow_text", "blue_text", "acc", "t1")
"""Colours that no picture may lose, with their way to the ground."""


def shots(only: Sequence[str] = (), lang: str = "zh") -> list[dict[str, str]]:
    """What is drawn: `{"name", "hall", "scene"}`, those of a hall one after the other.

    Raises:
        ValueError: there is no shot of that name.
    """
    ending = "" if lang == "zh" else f"-{lang}"
    scenes = [{"name": scene.id, "hall": HALL, "scene": scene.id} for scene in shipped_scenes()]
    halls = [{"name": f"wall-{hall.id}", "hall": hall.id, "scene": "overview"} for hall in shipped_halls()]
    known = {shot["name"] for shot in [*scenes, *halls]}
    if unknown := set(only) - known:
        raise ValueError(f"no shot {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    wanted = [shot for shot in [*scenes, *halls] if not only or shot["name"] in only]
    return [shot | {"name": shot["name"] + ending} for shot in sorted(wanted, key=lambda shot: shot["hall"])]


@contextmanager
def living(home: Path) -> Iterator[Path]:
    """A city in a rainstorm with willing workers, and its hub; the hub's profile."""
    hub, port = home / "hub", free_port()
    hub.mkdir(mode=0o700)
    story = ("--start", START, "--speed", SPEED, "--workers", "willing", "--field", str(hub / "field.json"))
    url = f"http://127.0.0.1:{port}"
    with (
        child(*cockpit_command("city", "serve", "--port", str(port), *story)),
        child(*cockpit_command("hub", "--profile", str(hub), "--city", url, "--pack", "hangzhou", "--port", "0")),
    ):
        yield hub


def small(whole: Path, file: Path) -> None:
    """A picture of a wall for a page: scaled, of few colours, no larger than `LIMIT`."""
    with Image.open(whole) as picture:
        width = min(WIDEST, max(WIDTH, round(picture.width * LEAST_HEIGHT / picture.height)))
        size = (width, round(picture.height * width / picture.width))
        scaled = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    for share in (1.0, 0.92, 0.84, 0.75):
        page = scaled.resize((round(size[0] * share), round(size[1] * share)), Image.Resampling.LANCZOS)
        for colors in COLORS:
            page.quantize(palette=_palette(page, colors), dither=Image.Dither.NONE).save(file, optimize=True)
            if file.stat().st_size <= LIMIT:
                return
    raise OSError(f"{file}: {file.stat().st_size} bytes")


def _palette(picture: Image.Image, colors: int) -> Image.Image:
    """The colours that a picture has most, and those that mean something: a small red badge stays red."""
    theme = Theme.load(WALL)
    meant = [theme[token].getRgb()[:3] for token in MEANT]
    meant += [tuple((part + below) // 2 for part, below in zip(one, theme.s1.getRgb(), strict=False)) for one in meant]
    found = picture.quantize(colors - len(meant), dither=Image.Dither.NONE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(part for one in meant for part in one), *found[: 3 * (colors - len(meant))]])
    return palette


def take(only: Sequence[str], lang: str, out: Path, whole: Path) -> Iterator[Path]:
    """Takes pictures into `out`, as large as the walls into `whole`; the file of each in `out` as it comes."""
    with a_home() as home, living(home) as hub:
        for _, plan in groupby(shots(only, lang), key=lambda shot: shot["hall"]):
            wanted = list(plan)
            command = [sys.executable, "-m", "benchmarks.wall_shot_node", str(hub), str(whole), lang]
            environment = {**os.environ, **environment_of_child(), "QT_QPA_PLATFORM": "offscreen"}
            subprocess.run(command, input=json.dumps(wanted), text=True, env=environment, check=True)
            for shot in wanted:
                file = out / f"{shot['name']}.png"
                small(whole / file.name, file)
                yield file


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--out", type=Path, default=Path("build/shots/wall"))
    options.add_argument("--only", default="", help="names of scenes and wall-<preset>, with commas between")
    options.add_argument("--lang", choices=("zh", "en"), default="zh")
    options.add_argument("--whole", type=Path, help="keeps the pictures as large as the walls in this folder")
    args = options.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    only = [name for name in args.only.split(",") if name]
    with tempfile.TemporaryDirectory(prefix="wall-shots-") as folder:
        whole = args.whole or Path(folder)
        whole.mkdir(parents=True, exist_ok=True)
        for file in take(only, args.lang, args.out, whole):
            print(file, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
