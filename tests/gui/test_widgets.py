"""What holds for every widget of ours."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
import tkinter as tk
from collections.abc import Iterator

import lanchat.gui

ATTRIBUTES = {"_name", "_w", "_tclCommands", "_last_child_ids", "children", "master", "tk"}  # of each of tkinter's
ON_PURPOSE = {"__init__", "destroy"}


def widgets() -> Iterator[type]:
    """All classes of widgets in the window."""
    for module in pkgutil.walk_packages(lanchat.gui.__path__, "lanchat.gui."):
        for kind in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(kind) and issubclass(kind, tk.Misc) and kind.__module__ == module.name:
                yield kind


def taken(kind: type) -> set[str]:
    """Names that it gives to attributes and methods."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self":
            names.add(node.attr)
    return names


def its_own(kind: type) -> set[str]:
    """Names that tkinter uses in what it is made from."""
    bases = (base for base in kind.__mro__ if base.__module__.startswith("tkinter"))
    return ATTRIBUTES.union(*map(dir, bases))


def test_no_widget_takes_a_name_that_tkinter_uses_itself() -> None:
    """One with another `_name` stays among the children of its master when it is destroyed, with all that it holds."""
    kinds = list(widgets())
    assert len(kinds) > 30, "they were found"
    assert {kind.__name__: both for kind in kinds if (both := (taken(kind) & its_own(kind)) - ON_PURPOSE)} == {}
