"""The ledger: commands in, checked; entries out; fold to state. The rules are pure: no I/O, no clock, no Qt."""
