"""The judgement: pure functions; no I/O, no clock, no randomness."""
