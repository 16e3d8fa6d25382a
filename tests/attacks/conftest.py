"""The servers and people of the client's tests, and somebody in between."""

from __future__ import annotations

from tests.client.conftest import join, quick, serve

__all__ = ["join", "quick", "serve"]
