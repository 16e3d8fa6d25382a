"""The display of the tests of the window, for the windows that are measured."""

from tests.gui.conftest import display

__all__ = ["display"]
