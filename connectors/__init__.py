"""The outside: one small class per foreign system."""
