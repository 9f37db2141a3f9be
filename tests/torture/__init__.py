"""Kills and faults against the closed loop, and the independent checker that reads what is left."""
