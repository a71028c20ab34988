"""Special Tasks: a story told in a terminal, written in YAML."""

__version__ = "0.1.0"
