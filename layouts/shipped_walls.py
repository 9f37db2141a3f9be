"""The halls and scenes that ship in this folder; rooms without Qt read them by `cockpit.model.wall_shipped`."""

from __future__ import annotations

from cockpit.model.wall_shipped import hall_text, scene_text, shipped_hall, shipped_halls, shipped_scenes

__all__ = ["hall_text", "scene_text", "shipped_hall", "shipped_halls", "shipped_scenes"]
