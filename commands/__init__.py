"""The verbs of the command line: a door, one file a group of verbs."""
