"""How hypothesis runs here: no verdict depends on how fast the machine is, or on luck in drawing examples."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "lanchat", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
settings.load_profile("lanchat")
