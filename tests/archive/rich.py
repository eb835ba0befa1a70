"""A small registry with something of everything an archive holds, and archives that were tampered with."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from registry.handle import Registry
from registry.store import Store

ROWS = """study_key,first_author,year,title,doi,source_kind,source_url,country,disease,n_patients,biomarker,\
cutoff_operator,\
cutoff_value,cutoff_unit,cutoff_method,contrast,endpoint,hr,ci_low,ci_high,ci_level,adjusted,covariates,\
source_locator,\
quote,notes,cohort,site
kim2016,Kim,2016,Ferritin in myeloma,10.1000/kim,article,https://doi.org/10.1000/kim,Korea,multiple myeloma,\
120,ferritin,>,\
550,ng/mL,median,above_vs_below,OS,2.0,1.2,3.4,95,yes,age; sex,Table 2,"HR 2.0, ""as printed"" there",\
"=1+1 is no formula
on two lines",all,Seoul
kim2016,Kim,2016,Ferritin in myeloma,10.1000/kim,article,https://doi.org/10.1000/kim,Korea,multiple myeloma,\
120,ferritin,>,\
550,ng/mL,median,above_vs_below,PFS,1.6,1.1,2.4,95,no,,Table 3,,-2 on a scale,all,Seoul
özkan2019,Özkan,2019,Ferritin again,10.1000/ozkan,article,https://doi.org/10.1000/ozkan,Türkiye,\
multiple myeloma,80,ferritin,>,\
400,ng/mL,roc,above_vs_below,OS,1.5,0.9,2.5,95,unclear,,,,,all,İzmir
lee2020,Lee,2020,Ferritin once more,10.1000/lee,article,https://doi.org/10.1000/lee,Korea,multiple myeloma,60,\
ferritin,>=,\
500,ng/mL,median,above_vs_below,OS,1.8,1.1,2.9,95,unclear,,,,,young,Busan
"""

_SEARCH = """TY  - JOUR
TI  - Serum ferritin and survival after transplantation
AU  - Armand, P.
PY  - 2007
ER  -

TY  - JOUR
TI  - Serum ferritin and survival after transplantation
AU  - Armand, P.
PY  - 2007
ER  -

TY  - JOUR
TI  - Ferritin in myeloma
AU  - Kim, A.
PY  - 2016
DO  - 10.1000/kim
ER  -
"""

WHERE = 'factor == "ferritin" and endpoint == "OS"'


def fill(store: Store, folder: Path) -> list[str]:
    """Write something of everything, with snapshots `first` and `second`; give the keys of the estimates, sorted."""
    reg = Registry(store, curator="Ada")
    for name, text in (("rows.csv", ROWS), ("search.ris", _SEARCH), ("page.pdf", "%PDF-1.7\n")):
        (folder / name).write_text(text, encoding="utf-8")
    reg.add_curator("Ada", orcid="0000-0002-1825-0097")
    reg.import_file(folder / "rows.csv", attributes=True)
    reg.save_query("os", WHERE, allow=["mixed-adjustment"], prespecified="CRD42024512345")
    keys = sorted(reg.estimates()["key"])
    reg.snapshot("first")
    reg.declare_overlap("lee2020/young", "kim2016/all", "partial", "one centre")
    reg.amend(keys[0], {"n_patients": "118"}, reason="a misprint")
    reg.extract({keys[1]: {"hr": "1.6", "n_patients": "99"}}, curator="Grace")
    reg.appraise(keys[2], judgements={"quips_outcome": "low"}, support={"quips_outcome": "registry"})
    reg.attach(folder / "page.pdf", keys[2])
    reg.literature.import_files(folder / "search.ris", found_in="Embase")
    reg.literature.screen(["armand2007"], "exclude", reason="no ratio")
    reg.configure("require-curator", "false")
    reg.retract("doi:10.1000/lee", reason="data could not be shown")
    reg.grade("os", "inconsistency", "serious", reason="the intervals hardly overlap")
    reg.grade("os", "imprecision", "none", reason="narrow enough to decide on")
    reg.run("os")
    reg.snapshot("second")
    return keys


def members(path: Path) -> dict[str, bytes]:
    """Read every file of an archive."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


Edit = Callable[[dict[str, bytes]], None]


def rewritten(path: Path, target: Path, edit: Edit, *, checksums: bool = True) -> Path:
    """Write an archive anew with edited files, by default with checksums that fit."""
    files = members(path)
    edit(files)
    if checksums:
        told = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "SHA256SUMS"}
        files["SHA256SUMS"] = "".join(f"{digest}  {name}\n" for name, digest in sorted(told.items())).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def replaced(name: str, before: str, after: str) -> Edit:
    """Give the edit that puts one text of a file in the place of another, which must be there."""

    def edit(files: dict[str, bytes]) -> None:
        assert before.encode() in files[name], f"{before!r} is not in {name}"
        files[name] = files[name].replace(before.encode(), after.encode(), 1)

    return edit


def told(**values: object) -> Edit:
    """Give the edit that changes what `archive.json` says."""

    def edit(files: dict[str, bytes]) -> None:
        files["archive.json"] = json.dumps({**json.loads(files["archive.json"]), **values}).encode()

    return edit


def both(*edits: Edit) -> Edit:
    """Give the edit that makes several."""

    def edit(files: dict[str, bytes]) -> None:
        for each in edits:
            each(files)

    return edit


def counted(path: Path, **rows: int) -> Mapping[str, int]:
    """Give the counts of rows of an archive, with others put in."""
    counts: dict[str, int] = json.loads(members(path)["archive.json"])["rows"]
    return {**counts, **rows}
