"""The shape of the source: layers, sizes, and what a pure module may know. Reads files and runs none of them."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).parent.parent

# A module may import its own layer and those below it.
LAYERS: Final = {
    "errors": 0,
    "importing": 0,
    "paths": 0,
    "protocol": 0,
    "journal": 1,
    "transcript": 1,
    "database": 1,
    "registry": 1,
    "entry_rows": 1,
    "texts": 1,
    "search_index": 1,
    "searcher": 1,
    "certificate": 1,
    "identity": 1,
    "pin": 1,
    "channel": 1,
    "stream": 1,
    "lockfile": 1,
    "discovery": 2,
    "doctor": 3,
    "server": 3,
    "client": 3,
    "gui": 4,
    "cli": 5,
    "__init__": 5,  # what programs may use, imported late
    "__main__": 5,
}
IO: Final = ("asyncio", "multiprocessing", "queue", "select", "selectors", "socket", "sqlite3", "ssl", "subprocess")
# The parts of the window; "": the files that stand in lanchat/gui itself
WINDOW: Final = {"model": 0, "kit": 1, "desktop": 2, "dialogs": 3, "picker": 4, "chat": 4, "": 5}
IMPURE: Final = (*IO, "threading", "time", "random", "secrets", "tkinter")
PURE: Final = (
    "lanchat.protocol",
    "lanchat.discovery.announcement",
    "lanchat.client.asking",
    "lanchat.client.outcomes",
    "lanchat.client.pace",
    "lanchat.discovery.caps",
    "lanchat.discovery.directory",
    "lanchat.discovery.entry",
    "lanchat.discovery.networks",
    "lanchat.discovery.subnets",
    "lanchat.discovery.sweep",
    "lanchat.doctor.facts",
    "lanchat.doctor.firewalld",
    "lanchat.doctor.iptables",
    "lanchat.doctor.judge",
    "lanchat.doctor.judge_computer",
    "lanchat.doctor.judge_host",
    "lanchat.doctor.judge_network",
    "lanchat.doctor.nftables",
    "lanchat.doctor.opening",
    "lanchat.doctor.packet_filter",
    "lanchat.doctor.private",
    "lanchat.doctor.report",
    "lanchat.doctor.ufw",
    "lanchat.server.door",
    "lanchat.server.guesses",
    "lanchat.server.holding",
    "lanchat.server.lookalike",
    "lanchat.server.ring",
    "lanchat.server.counters",
    "lanchat.server.room",
    "lanchat.server.statuses",
    "lanchat.server.receipts",
    "lanchat.server.roster",
    "lanchat.server.slow_mode",
    "lanchat.client.commands",
    "lanchat.client.emoji_names",
    "lanchat.client.fold",
    "lanchat.client.links",
    "lanchat.client.markup",
    "lanchat.client.mentions",
    "lanchat.client.preferences",
    "lanchat.client.searching",
    "lanchat.client.sending",
    "lanchat.client.shortcodes",
    "lanchat.gui.model",
    "lanchat.transcript",
    "lanchat.cli.completing",
    "lanchat.cli.here",
    "lanchat.cli.noticing",
    "lanchat.cli.quoting",
    "lanchat.cli.screen_lines",
    "lanchat.cli.status_line",
    "lanchat.cli.typed",
)
FORBIDDEN: Final = {
    **dict.fromkeys(PURE, IMPURE),
    "lanchat.protocol": (*IMPURE, "os", "pathlib", "logging"),
    "lanchat.doctor": ("lanchat.server", "lanchat.client", "tkinter"),
    "lanchat.client": ("lanchat.server", "lanchat.doctor", "tkinter"),
    "lanchat.server": ("lanchat.client", "lanchat.doctor", "tkinter"),
    "lanchat.gui": ("lanchat.server", "socket", "ssl", "sqlite3"),
}
CLOCKS: Final = ("now", "today", "utcnow")  # methods of datetime and date
HEAVY: Final = (
    "PIL",
    "cryptography",
    "prompt_toolkit",
    "rich",
    "spake2",
    "tkinter",
    "zeroconf",
)  # each costs more than lanchat's own start
# What these do without until they are there: docs/benchmarks.md tells what each costs
LATE: Final = {
    **dict.fromkeys(("lanchat", "lanchat.cli", "lanchat.__main__"), HEAVY),
    "lanchat.cli.serve": (
        "confusable_homoglyphs",
        "cryptography.x509",
        "lanchat.discovery.sweep",
        "tkinter",
        "zeroconf",
    ),
    "lanchat.gui.opening": (
        *("PIL", "cryptography", "ctypes", "html", "hashlib", "lanchat.discovery.sweep", "lanchat.gui.chat.screen"),
        *("lanchat.gui.dialogs.settings", "lanchat.gui.joining", "lanchat.protocol.frames", "markdown_it", "zeroconf"),
    ),
}

MAX_FILE: Final = 420  # lines: about 400
MAX_FUNCTION: Final = 45  # lines: about 40
DRAWERS: Final = ("common", "helper", "helpers", "misc", "tools", "util", "utils")

# Traces of one machine, or of work that is not done
TRACES: Final = ("/work/", "/tmp/v/", "../shared", "DESIGN.md", "TODO", "FIXME", "XXX")
TEXTS: Final = (".cfg", ".md", ".py", ".sh", ".sql", ".toml", ".txt", ".yml")


class Module(NamedTuple):
    name: str
    path: Path
    source: str
    tree: ast.Module


@cache
def modules() -> tuple[Module, ...]:
    found = []
    for path in sorted((ROOT / "lanchat").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        source = path.read_text(encoding="utf-8")
        name = ".".join(parts)
        found.append(
            Module(name if len(parts) == 2 else name.removesuffix(".__init__"), path, source, ast.parse(source, path))
        )
    return tuple(found)


def imports(module: Module) -> Iterator[tuple[int, str]]:
    """Line and full name of all that `module` imports anywhere, late imports and those for types included."""
    known = {m.name for m in modules()}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield node.lineno, full if full in known or base == "lanchat" else base


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def layer(name: str) -> int:
    """The layer of the module `name`. The bare package is the lowest, for it imports nothing by itself; what it
    exports belongs to its __init__."""
    part = f"{name}.".split(".")[1]
    return 0 if part in ("", "__version__") else LAYERS.get(part, LAYERS["__init__"])


def place(module: Module, line: int) -> str:
    return f"{module.path.relative_to(ROOT)}:{line}"


def none(offenders: list[str], rule: str) -> None:
    assert not offenders, f"{rule}:\n  " + "\n  ".join(offenders)


# Layers


def test_every_module_has_a_layer() -> None:
    parts = {module.name.split(".")[1] for module in modules()}
    assert {"errors", "protocol", "server"} <= parts, "the source was found"
    none(sorted(parts - set(LAYERS)), "no layer is given for")


def test_every_directory_is_a_package() -> None:
    directories = {module.path.parent for module in modules()}
    none([str(d.relative_to(ROOT)) for d in directories if not (d / "__init__.py").exists()], "no __init__.py in")


def test_nothing_imports_a_higher_layer() -> None:
    none(
        [
            f"{place(module, line)} imports {name}"
            for module in modules()
            for line, name in imports(module)
            if within(name, "lanchat") and layer(name) > layer(module.name)
        ],
        "a module imports only its own layer and lower ones",
    )


def test_nothing_in_the_window_imports_a_higher_part_of_it() -> None:
    none(
        [
            f"{place(module, line)} imports {name}"
            for module in modules()
            for line, name in imports(module)
            if module.name.startswith("lanchat.gui.") and name.startswith("lanchat.gui.")
            if window_part(name) != window_part(module.name)
            and WINDOW[window_part(name)] >= WINDOW[window_part(module.name)]
        ],
        "a part of the window imports only itself and lower ones",
    )


def window_part(name: str) -> str:
    part = name.split(".")[2]
    return part if part in WINDOW else ""


def test_imports_are_absolute() -> None:
    none(
        [
            place(module, node.lineno)
            for module in modules()
            for node in ast.walk(module.tree)
            if isinstance(node, ast.ImportFrom) and (node.level or any(alias.name == "*" for alias in node.names))
        ],
        "imports name their module in full, and what they take",
    )


@pytest.mark.parametrize("package", FORBIDDEN)
def test_what_a_package_must_not_know(package: str) -> None:
    none(
        [
            f"{place(module, line)} imports {name}"
            for module in modules()
            if within(module.name, package)
            for line, name in imports(module)
            if any(within(name, forbidden) for forbidden in FORBIDDEN[package])
        ],
        f"{package} imports none of {', '.join(FORBIDDEN[package])}",
    )


def test_the_architecture_names_the_pure_modules() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    [paragraph] = [part for part in text.split("\n\n") if part.startswith("Most of the rules live in pure modules")]
    named = {name.removesuffix(".py").rstrip("/").replace("/", ".") for name in paragraph.split("`")[1::2]}
    assert {f"lanchat.{name}" for name in named} == set(PURE)


def test_pure_modules_read_no_clock() -> None:
    none(
        [
            f"{place(module, node.lineno)} calls {node.func.attr}()"
            for module in modules()
            if any(within(module.name, package) for package in PURE)
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
        ],
        "a pure module is told what time it is",
    )


@pytest.mark.parametrize(("name", "late"), LATE.items())
def test_heavy_imports_come_late(name: str, late: tuple[str, ...]) -> None:
    code = f"import sys, {name}; print(*(m for m in {late} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [], f"import {name} brings them"


# Sizes, names, words


def test_every_module_says_what_it_is_for() -> None:
    none([place(module, 1) for module in modules() if not ast.get_docstring(module.tree)], "no docstring")


def test_no_file_is_long() -> None:
    lengths = {module.path.relative_to(ROOT): len(module.source.splitlines()) for module in modules()}
    none([f"{path}: {n} lines" for path, n in lengths.items() if n > MAX_FILE], f"over {MAX_FILE} lines")


def test_no_function_is_long() -> None:
    none(
        [
            f"{place(module, node.lineno)} {node.name}: {length} lines"
            for module in modules()
            for node in ast.walk(module.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION
        ],
        f"over {MAX_FUNCTION} lines",
    )


def test_no_module_is_a_drawer_for_everything() -> None:
    none([m.name for m in modules() if m.name.rpartition(".")[2] in DRAWERS], "a module is named by its job")


def test_errors_are_not_swept_away() -> None:
    none([f for module in modules() for f in swept(module)], "an error is ignored")


def swept(module: Module) -> Iterator[str]:
    """Handlers for everything that do nothing, and others that do nothing and do not say why."""
    lines = module.source.splitlines()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            idle = all(isinstance(statement, ast.Pass) for statement in node.body)
            last = node.end_lineno or node.lineno
            why = any("#" in line for line in lines[node.lineno - 1 : last])
            if node.type is None or (idle and (broad(node.type) or not why)):
                yield place(module, node.lineno)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress") and any(map(broad, node.args)):
            yield place(module, node.lineno)


def broad(kind: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id in ("Exception", "BaseException") for n in ast.walk(kind))


def test_the_project_stands_alone() -> None:
    folders = (ROOT / name for name in ("lanchat", "tests", "docs", "bench", ".ci"))
    files = [*ROOT.glob("*"), *(path for folder in folders for path in folder.rglob("*"))]
    texts = [path for path in files if path.is_file() and (path.suffix in TEXTS or path.parent.name == ".ci")]
    texts.remove(Path(__file__))
    assert len(texts) > 50, "the source was found"
    none(
        [
            f"{path.relative_to(ROOT)}:{number} {trace}"
            for path in texts
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            for trace in TRACES
            if trace in line
        ],
        "a trace of one machine, or of work not done",
    )
