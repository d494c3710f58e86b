"""The memory: SQLAlchemy only here; stores what it is given."""
