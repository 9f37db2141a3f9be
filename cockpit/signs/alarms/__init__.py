"""Alarms by ISA-18.2: their life cycle, what is counted together, who is loaded with how many, and where it is kept."""
