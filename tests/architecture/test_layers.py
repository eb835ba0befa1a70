"""The order of the rooms: data flows one way, and a module imports only from lower layers or its own room."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: The rooms and modules, lowest first; those of one line know nothing of each other. Every module has its place here.
ORDER: tuple[tuple[str, ...], ...] = (
    (
        "registry.errors",
        "registry.terms",
        "registry.resources",
        "registry.version",
        "registry.escaping",
        "registry.remembered",
        "registry.toml",
    ),
    ("registry.ordering",),
    (
        "registry.columns",
        "registry.issues",
        "registry.units",
        "registry.record",
        "registry.flow",
        "registry.prisma",
        "registry.curators",
        "registry.access",
        "registry.passwords",
        "registry.server",
        "registry.texts",
    ),
    ("registry.frame", "registry.prisma_counts", "registry.forms", "registry.stats"),
    ("registry.meaning",),
    ("registry.models", "registry.derivation", "registry.deriving"),
    ("registry.gate",),
    ("registry.database", "registry.vocabulary", "registry.copying"),
    ("registry.ledger", "registry.appraisal"),
    ("registry.chain",),
    ("registry.writing",),
    ("registry.store",),
    ("registry.selection",),
    ("registry.ingest", "registry.literature"),
    ("registry.workbook", "registry.snapshots"),
    ("registry.curation",),
    ("registry.linting",),
    ("registry.pooling",),
    ("registry.queries",),
    ("registry.archive", "registry.grading"),
    ("registry.explaining",),
    ("registry.keeping",),
    ("registry.seeding",),
    ("registry.report",),
    ("registry.figures",),
    ("registry.formats",),
    ("registry.dossier",),
    ("registry.handle",),
    ("registry",),
    ("cli",),
)

LAYERS = {room: layer for layer, rooms in enumerate(ORDER) for room in rooms}

#: Left of the frame the code knows the database; these rooms are right of it.
KNOW_NO_DATABASE = (
    "registry.columns",
    "registry.frame",
    "registry.stats",
    "registry.prisma",
    "registry.pooling",
    "registry.report",
    "registry.figures",
)

#: Slow to import: only inside the function that needs it, so that commands that do not need it stay quick.
NEVER_AT_THE_TOP = (
    "pandas",
    "matplotlib",
    "alembic",
    "scipy.stats",
    "rich",
    "pint",
    "ucumvert",
    "xlsxwriter",
    "openpyxl",
    "citeproc",
    "docx",
    "jinja2",
    "lxml",
)


def modules() -> list[Path]:
    return sorted([*(ROOT / "registry").rglob("*.py"), *(ROOT / "cli").rglob("*.py")])


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """Give the longest name in the table that the module is or is part of."""
    inside = [room for room in LAYERS if room != "registry" and (module == room or module.startswith(f"{room}."))]
    return max(inside, key=len, default="registry" if module == "registry" else module)


@cache
def rooms() -> dict[str, list[Path]]:
    """Give the modules of each room."""
    found = defaultdict(list)
    for path in modules():
        found[room_of(name_of(path))].append(path)
    return found


@cache
def imports(path: Path, *, whole_file: bool) -> set[str]:
    """Name what a module imports, outside TYPE_CHECKING; without `whole_file` only what importing it imports."""
    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending.extend(node.orelse)
            continue
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not whole_file:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        pending.extend(ast.iter_child_nodes(node))
    return found


@pytest.mark.parametrize("own", rooms())
def test_room_imports_only_from_lower_layers_or_itself(own: str) -> None:
    """Data flow one way: no module knows a room above its own, not even inside a function."""
    assert own in LAYERS, f"{own} has no layer: give it a line in LAYERS"
    for path in rooms()[own]:
        for target in imports(path, whole_file=True):
            other = room_of(target) if target.split(".")[0] in ("registry", "cli") else ""
            fine = other not in LAYERS or other == own or LAYERS[other] < LAYERS[own]
            assert fine, f"{name_of(path)} (layer {LAYERS[own]}) imports {target}"


@pytest.mark.parametrize("room", KNOW_NO_DATABASE)
def test_room_right_of_the_frame_knows_no_database(room: str) -> None:
    """Statistics, pooling and reports see frames and arrays, never SQLAlchemy."""
    for path in rooms()[room]:
        assert not {name for name in imports(path, whole_file=True) if name.split(".")[0] == "sqlalchemy"}, path


@pytest.mark.parametrize("room", rooms())
def test_room_imports_nothing_slow_at_its_top(room: str) -> None:
    """What takes long to import is imported where it is used; only drawing a figure is about matplotlib throughout."""
    for path in rooms()[room]:
        slow = {name for name in imports(path, whole_file=False) if name.startswith(NEVER_AT_THE_TOP)}
        if room == "registry.figures" and path.stem not in ("__init__", "catalogue", "door", "theme"):
            slow = {name for name in slow if not name.startswith("matplotlib")}
        assert not slow, path


def test_every_layer_in_the_table_exists() -> None:
    """The table of layers names no room that is gone."""
    there = {room_of(name_of(path)) for path in modules()}
    assert set(LAYERS) - there == set()
