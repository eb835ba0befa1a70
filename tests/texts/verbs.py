"""Every public verb of a registry that stores a text, and how a text gets into it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from registry.curation.amend import Amendment
from registry.handle import Registry

#: The condition of the saved query.
WHERE = 'factor == "NLR" and endpoint == "OS"'
PDF = b"%PDF-1.4\n"

#: Stores a text through a door; `folder` is there for files.
Door = Callable[[Registry, str, Path], object]


def _file(folder: Path, name: str, content: str) -> Path:
    place = folder / name
    place.write_bytes(content.encode("utf-8", "surrogatepass"))
    return place


def _rows(folder: Path, bad: str, column: str = "notes") -> Path:
    header = "study_key,factor,disease,endpoint,hr,ci_low,ci_high"
    row = "park2020,NLR,multiple myeloma,OS,2.0,1.0,4.0"
    return _file(folder, "rows.csv", f"{header},{column}\n{row},{bad}\n")


def _toml(folder: Path, bad: str) -> Path:
    text = json.dumps(bad)
    return _file(folder, "q.toml", f"[query.other]\nwhere = '{WHERE}'\ndescription = {text}\n")


def _tool(folder: Path, bad: str) -> Path:
    text = json.dumps(bad)
    return _file(
        folder,
        "tool.toml",
        f'[[tool]]\nname = "own"\ntitle = {text}\n[[tool.domain]]\nname = "bias"\nlevels = ["a", "b"]\nlabel="B"\n',
    )


def _ris(folder: Path, bad: str) -> Path:
    return _file(folder, "s.ris", f"TY  - JOUR\nTI  - {bad}\nAU  - Park, J\nPY  - 2020\nER  - \n")


def _attached(folder: Path, bad: str) -> Path:
    place = folder / f"{bad}.pdf"
    place.write_bytes(PDF)
    return place


#: Verb → the ways a text gets into it, beside the name of the curator, which all of them take.
DOORS: Mapping[str, tuple[Door, ...]] = {
    "settle_doubt": (lambda reg, bad, _: reg.settle_doubt([key(reg)], "se-implausible", reason=bad),),
    "add": (
        lambda reg, bad, _: reg.add("study", {"study": bad}, message="x"),
        lambda reg, bad, _: reg.add("disease", {"key": bad}, message="x"),
        lambda reg, bad, _: reg.add("disease", {"key": "new"}, message=bad),
    ),
    "add_appraisal_tools": (lambda reg, bad, folder: reg.add_appraisal_tools(_tool(folder, bad)),),
    "add_curator": (
        lambda reg, bad, _: reg.add_curator(bad),
        lambda reg, bad, _: reg.add_curator("Mary", competing_interests=bad),
    ),
    "adjudicate": (lambda reg, bad, _: reg.adjudicate(key(reg), {"hr": "2.3"}, reason=bad),),
    "amend": (
        lambda reg, bad, _: reg.amend(key(reg), {"notes": bad}, reason="x"),
        lambda reg, bad, _: reg.amend(key(reg), {"notes": "new"}, reason=bad),
        lambda reg, bad, _: reg.amend("kim2016", {"title": bad}, reason="x"),
        lambda reg, bad, _: reg.amend("kim2016/all", {"treatment": bad}, reason="x"),
    ),
    "amend_all": (lambda reg, bad, _: reg.amend_all([Amendment(key(reg), {"notes": "new"})], reason=bad),),
    "appraise": (
        lambda reg, bad, _: reg.appraise(key(reg), judgements={"quips_outcome": "low"}, reason=bad),
        lambda reg, bad, _: reg.appraise(key(reg), judgements={"quips_outcome": "low"}, support={"quips_outcome": bad}),
    ),
    "attach": (lambda reg, bad, folder: reg.attach(_attached(folder, bad), key(reg)),),
    "clean_texts": (),
    "configure": (lambda reg, bad, _: reg.configure("require-curator", bad),),
    "current_run": (),
    "decide_overlap": (lambda reg, bad, _: reg.decide_overlap("kim2016/all", "lee2017/all", "same", bad),),
    "declare_overlap": (lambda reg, bad, _: reg.declare_overlap("kim2016/all", "lee2017/all", "same", bad),),
    "edit_query": (
        lambda reg, bad, _: reg.edit_query("nlr-os", description=bad),
        lambda reg, bad, _: reg.edit_query("nlr-os", prespecified=bad),
        lambda reg, bad, _: reg.edit_query("nlr-os", where=f'{WHERE} and notes == "{bad}"'),
    ),
    "extract": (lambda reg, bad, _: reg.extract({key(reg): {"notes": bad, "hr": "2"}}),),
    "extract_file": (
        lambda reg, bad, folder: reg.extract_file(_file(folder, "x.csv", f"key,hr,locator\n{key(reg)},2,{bad}\n")),
    ),
    "grade": (lambda reg, bad, _: reg.grade("nlr-os", "imprecision", "serious", reason=bad),),
    "import_archive": (lambda reg, bad, folder: reg.import_archive(_archive(reg, folder), message=bad),),
    "import_edits": (
        lambda reg, bad, folder: reg.import_edits(_edited(reg, folder, "new"), reason=bad),
        lambda reg, bad, folder: reg.import_edits(_edited(reg, folder, bad), reason="x"),
    ),
    "import_file": (
        lambda reg, bad, folder: reg.import_file(_rows(folder, bad)),
        lambda reg, bad, folder: reg.import_file(_rows(folder, "x"), message=bad),
        lambda reg, bad, folder: reg.import_file(
            _rows(folder, "US", f"country{bad}"), map={f"country{bad}": "country"}
        ),
    ),
    "import_queries": (lambda reg, bad, folder: reg.import_queries(_toml(folder, bad)),),
    "import_source": (
        lambda reg, bad, folder: reg.import_source(_rows(folder, bad)),
        lambda reg, bad, folder: reg.import_source(_rows(folder, "x"), message=bad),
    ),
    "remove_column_map": (),
    "remove_query": (lambda reg, bad, _: reg.remove_query("nlr-os", reason=bad),),
    "report": (),
    "retract": (lambda reg, bad, _: reg.retract("doi:10.1000/1", reason=bad),),
    "review": (lambda reg, bad, _: reg.review(key(reg), status="disputed", reason=bad),),
    "run": (),
    "save_query": (
        lambda reg, bad, _: reg.save_query(bad, WHERE),
        lambda reg, bad, _: reg.save_query("new", WHERE, description=bad),
        lambda reg, bad, _: reg.save_query("new", WHERE, prespecified=bad),
    ),
    "seed": (),
    "snapshot": (
        lambda reg, bad, _: reg.snapshot(bad),
        lambda reg, bad, _: reg.snapshot("new", message=bad),
    ),
    "undo": (lambda reg, bad, _: reg.undo(last(reg), reason=bad),),
    "different": (),
    "import_files": (
        lambda reg, bad, folder: reg.literature.import_files(_ris(folder, bad), found_in="PubMed"),
        lambda reg, bad, folder: reg.literature.import_files(_ris(folder, "A title"), found_in=bad),
    ),
    "link": (),
    "require_reviewers": (),
    "same": (),
    "screen": (lambda reg, bad, _: reg.literature.screen(["Lee2017"], "exclude", reason=bad),),
}

#: Calls that store something, to be signed by a name that holds a character no text may hold.
SIGNED: Mapping[str, Callable[[Registry, str], Any]] = {
    "snapshot": lambda reg, who: reg.snapshot("signed", curator=who),
    "amend": lambda reg, who: reg.amend(key(reg), {"notes": "signed"}, reason="x", curator=who),
    "run": lambda reg, who: reg.run("nlr-os", curator=who),
    "grade": lambda reg, who: reg.grade("nlr-os", "imprecision", "serious", reason="x", curator=who),
}


def key(reg: Registry) -> str:
    """Give the key of the first estimate."""
    return str(reg.listing("estimates")[0]["key"])


def last(reg: Registry) -> int:
    """Give the number of the last changeset."""
    return reg.log(limit=1)[0].changeset


def _archive(reg: Registry, folder: Path) -> Path:
    place = folder / "archive.zip"
    reg.snapshot("of-archive")
    reg.export_snapshot("of-archive", place, force=True)
    return place


def _edited(reg: Registry, folder: Path, notes: str) -> Path:
    """Export, and write other notes into the first row."""
    place = folder / "edit.jsonl"
    reg.export(place, force=True)
    lines = place.read_text(encoding="utf-8").splitlines()
    row = {**json.loads(lines[0]), "notes": notes}
    return _file(folder, "edit.jsonl", "\n".join([json.dumps(row), *lines[1:]]) + "\n")
