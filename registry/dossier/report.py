"""The conductor of a report: run each query, compute its material, compose the document, write every file asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.dossier.compose import compose, labelled
from registry.dossier.gather import Asked, gather, shared
from registry.dossier.material import Absent, Material, Shared
from registry.errors import NothingSelected, PoolRefused, ReadOnly, UsageError
from registry.queries.analyses import read_analyses
from registry.queries.saved import load
from registry.selection.view import at_changeset, snapshot_name
from registry.vocabulary import Vocabulary

if TYPE_CHECKING:
    from registry.dossier.document import Document
    from registry.queries.running import Ran
    from registry.selection.view import At
    from registry.store import Store

#: Suffix of a file → the module that writes it.
RENDERERS = {".html": "html", ".htm": "html", ".docx": "docx", ".md": "markdown"}

#: Is called with the name of each step.
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: the report of these queries, as of a moment, in these files.

    `analyses` are asked for beside those the queries plan, by kind as in `registry.queries.analyses`. `second_opinion`
    runs R's metafor. `force` writes over a bundle that is there.
    """

    names: tuple[str, ...]
    at: At = None
    paths: tuple[str | Path, ...] = ()
    bundle: str | Path | None = None
    title: str | None = None
    style: str = "vancouver"
    analyses: Mapping[str, Any] = field(default_factory=dict)
    second_opinion: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """A report: the material of each query, what they share, the document, and the files that were written."""

    materials: tuple[Material, ...]
    shared: Shared
    document: Document
    files: tuple[Path, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the summary that `evireg report --json` prints."""
        from registry.dossier.told import as_dict

        return as_dict(self)


@dataclass(frozen=True, slots=True)
class Verbs:
    """What a report has others do: run a query or give the stored run that says the same; write its R script."""

    run: Callable[[str, At], Ran]
    script: Callable[[str, At], str]


def report(store: Store, order: Order, verbs: Verbs, tell: Tell) -> Reported:
    """Make the report of saved queries and write it to each path, and the bundle.

    A pool that is refused, or has nothing to pool, is a report too. Raises NotFound for a query or moment that is not
    there, UsageError for a suffix no renderer knows and for analyses evireg does not have: before anything is computed.
    """
    targets = [_target(path) for path in order.paths]
    _refuse_bundle(order)
    order = _checked(store, order)
    materials, common = _materials(store, order, verbs, tell)
    tell("document")
    document = compose(materials, common, title=order.title, style=order.style)
    made = Reported(tuple(materials), common, document, ())
    files = [_write(module, document, path, tell) for module, path in targets]
    if order.bundle is not None:
        files.append(_bundle(store, made, order, verbs, tell))
    return replace(made, files=tuple(files))


def _checked(store: Store, order: Order) -> Order:
    """Read what was asked for, and fix the moment: a number, or the name of a snapshot."""
    if len(set(order.names)) < len(order.names):
        raise UsageError("a query is named twice", "name each once")
    if len(order.names) > 1 and order.analyses.get("baselines"):
        raise UsageError(
            "a baseline is of one endpoint, and this report is of several queries",
            "write it into its query: evireg query edit NAME --baseline survival=…,prevalence=…,at=…",
        )
    with store.read() as connection:
        moment = at_changeset(connection, order.at)
        for name in order.names:
            load(connection, name)
        more = read_analyses(order.analyses, Vocabulary.load(connection))
    return replace(order, at=snapshot_name(order.at) or moment, analyses=more)


def _materials(store: Store, order: Order, verbs: Verbs, tell: Tell) -> tuple[list[Material], Shared]:
    """Run every query, then read all that is said of them from one moment of the database."""
    ran = {}
    for name in order.names:
        tell(f"{name}: run")
        ran[name] = _run(verbs, name, order.at)
    with store.read() as connection:
        asked = [Asked(load(connection, name), ran[name], order.at, order.analyses) for name in order.names]
        found = [gather(connection, each, _of(tell, each.saved.name)) for each in asked]
        _refuse_mixture(found)
        found = labelled(found)
        return [_repeated(each, order, verbs, tell) for each in found], shared(connection, found)


def _repeated(material: Material, order: Order, verbs: Verbs, tell: Tell) -> Material:
    """Have R repeat the analysis of a query, if that is asked for and there is one."""
    if not order.second_opinion or isinstance(material.pool, Absent):
        return material
    from registry.formats.r_run import run

    tell(f"{material.saved.name}: metafor")
    return replace(material, second_opinion=run(verbs.script(material.saved.name, order.at)))


def _refuse_bundle(order: Order) -> None:
    """Refuse a place that is in use before anything is computed."""
    place = None if order.bundle is None else Path(order.bundle)
    if place is not None and not order.force and place.exists() and not (place.is_dir() and not any(place.iterdir())):
        raise UsageError(f"{place} is there already", "name another place, or write over it: --force")


def _refuse_mixture(materials: Sequence[Material]) -> None:
    """Refuse invented and real cohorts side by side, as a pool does."""
    simulated = [each.saved.name for each in materials if each.simulated]
    real = [each.saved.name for each in materials if len(each.used) and not each.simulated]
    if simulated and real:
        raise PoolRefused(
            f"simulated and real cohorts in one report: {', '.join(simulated)} and {', '.join(real)}",
            "write a report of each",
            "simulated",
        )


def _of(tell: Tell, name: str) -> Tell:
    return lambda step: tell(f"{name}: {step}")


def _run(verbs: Verbs, name: str, moment: At) -> Ran | None:
    """Run a query; None, which the material tells, where nothing can be pooled or no run be stored."""
    try:
        return verbs.run(name, moment)
    except (PoolRefused, NothingSelected, ReadOnly):
        return None


def _target(path: str | Path) -> tuple[str, Path]:
    """Find the module that writes a file, and see that its folder is there."""
    target = Path(path)
    module = RENDERERS.get(target.suffix.lower())
    if module is None:
        raise UsageError(f"{path} is no kind of report", f"end it in {', '.join(sorted(set(RENDERERS) - {'.htm'}))}")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"the folder of {path} does not exist", "create it first, or choose another one")
    return module, target


def _write(module: str, document: Document, path: Path, tell: Tell) -> Path:
    tell(f"writing {path.name}")
    import_module(f"registry.dossier.rendering.{module}").render(document, path)
    return path


def _bundle(store: Store, made: Reported, order: Order, verbs: Verbs, tell: Tell) -> Path:
    """Put the report and all it rests on into one folder or zip file."""
    from registry.dossier.bundle import write
    from registry.dossier.bundled import parts

    kinds = {module: path.suffix.lower() for module, path in map(_target, order.paths)} or {"html": ".html"}
    found: dict[str, bytes] = {}
    for module, suffix in kinds.items():
        tell(f"bundle: report{suffix}")
        found |= import_module(f"registry.dossier.rendering.{module}").files(made.document, f"report{suffix}")
    pooled = [each.saved.name for each in made.materials if not isinstance(each.pool, Absent)]
    scripts = {name: verbs.script(name, order.at) for name in pooled}
    tell("bundle: figures and data")
    with store.read() as connection:
        found |= parts(connection, made.materials, made.document, scripts)
    return write(found, str(order.bundle), force=order.force)
