"""What the types of smartdatamodels.org are to us where no mapping says so: what is measured, and its unit.

Units are those that the data models name; an attribute's own `unitCode` (UN/CEFACT) wins.
"""

from __future__ import annotations

MEASURED: dict[str, dict[str, tuple[str, str]]] = {
    "AirQualityObserved": {
        "PM1": ("pm1", "µg/m³"), "PM10": ("pm10", "µg/m³"), "PM25": ("pm25", "µg/m³"), "PM2.5": ("pm25", "µg/m³"),
        "pm10": ("pm10", "µg/m³"), "pm25": ("pm25", "µg/m³"), "NO": ("no", "µg/m³"), "NO2": ("no2", "µg/m³"),
        "NOx": ("nox", "µg/m³"), "SO2": ("so2", "µg/m³"), "O3": ("o3", "µg/m³"), "CO": ("co", "µg/m³"),
        "CO2": ("co2", "ppm"), "no": ("no", "µg/m³"), "no2": ("no2", "µg/m³"), "nox": ("nox", "µg/m³"),
        "so2": ("so2", "µg/m³"), "o3": ("o3", "µg/m³"), "co": ("co", "µg/m³"), "airQualityIndex": ("aqi", ""),
        "temperature": ("temperature", "℃"), "relativeHumidity": ("humidity", ""), "windSpeed": ("wind", "m/s"),
        "precipitation": ("rain", "mm"),
    },
    "WeatherObserved": {
        "temperature": ("temperature", "℃"), "relativeHumidity": ("humidity", ""), "windSpeed": ("wind", "m/s"),
        "precipitation": ("rain", "mm"), "atmosphericPressure": ("pressure", "hPa"), "visibility": ("visibility", "m"),
        "snowHeight": ("snow", "cm"), "illuminance": ("illuminance", "lx"),
    },
    "TrafficFlowObserved": {
        "intensity": ("traffic_flow", ""), "occupancy": ("traffic_occupancy", ""),
        "averageVehicleSpeed": ("traffic_speed", "km/h"), "averageHeadwayTime": ("traffic_headway", "s"),
    },
    "NoiseLevelObserved": {"LAeq": ("noise", "dB"), "LAmax": ("noise_max", "dB"), "LAS": ("noise", "dB")},
    "WaterQualityObserved": {
        "temperature": ("water_temperature", "℃"), "pH": ("ph", ""), "conductivity": ("conductivity", "S/m"),
        "turbidity": ("turbidity", "NTU"), "O2": ("oxygen", "mg/L"),
    },
    "WasteContainer": {"fillingLevel": ("bin_fill", "")},
    "ParkingSpot": {"occupancyRate": ("parking", "")},
    "OffStreetParking": {"availableSpotNumber": ("parking_free", ""), "occupiedSpotNumber": ("parking_taken", "")},
}  # fmt: skip
"""By type, then by attribute: kind of sensor and unit."""

UNIT_CODES = {
    "CEL": "℃", "GQ": "µg/m³", "GP": "mg/m³", "59": "ppm", "KMH": "km/h", "MTS": "m/s", "2N": "dB", "P1": "%",
    "MMT": "mm", "CMT": "cm", "MTR": "m", "A97": "hPa", "KPA": "kPa", "MPA": "MPa", "C62": "", "LUX": "lx", "SEC": "s",
    "DD": "°", "VLT": "V", "AMP": "A", "KWT": "kW", "KWH": "kWh", "LTR": "L", "MTQ": "m³", "MQH": "m³/h",
}  # fmt: skip
"""Codes of UN/CEFACT Recommendation 20 as they are printed."""

SEVERITIES = {"informational": 5, "low": 4, "medium": 3, "high": 2, "critical": 1}
"""Of the data model Alert, as our levels."""

TIMES = (
    "dateObserved",
    "dateObservedTo",
    "dateIssued",
    "observationDateTime",
    "dateModified",
    "modifiedAt",
    "TimeInstant",
)
"""Attributes that say when, the best first."""
NAMES = ("name", "stationName", "alternateName", "description")
