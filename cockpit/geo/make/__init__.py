"""Makes the layers of a city pack from a map source: base map, roads, places, areas. Not needed to run a cockpit."""
