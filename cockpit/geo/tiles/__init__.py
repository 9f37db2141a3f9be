"""Base maps in tiles: PMTiles, MBTiles, GeoJSON, XYZ and WMTS (天地图 among them), fetched, kept and made ready. No Qt.

`cockpit.model.bases` says what a source is, `tiles` gives what is here for a view, `regions` fetches an area for work
without a network, `worker` is the process in which bytes from outside are decoded.
"""
