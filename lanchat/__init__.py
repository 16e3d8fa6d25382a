"""lanchat: chat for people on the same network."""

__version__ = "0.1.0"
