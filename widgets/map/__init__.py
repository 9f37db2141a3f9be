"""The duty map 态势地图: base map, areas, alerts, sensors, cameras, units with trails, events."""
