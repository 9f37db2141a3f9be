"""City cockpit 城市运行领导驾驶舱: everything but the Qt shell. Nothing in here imports Qt, except `ui`."""

__version__ = "0.1.0"
