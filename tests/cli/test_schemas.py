"""What `--json` prints is what the shipped schemas say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cli.app import COMMANDS
from cli.listing import Kind
from tests.cli.conftest import Run
from tests.cli.examples import BEFORE, FILES

SCHEMAS = Path(__file__).parents[2] / "cli" / "schemas"

NLR = ["--factor", "NLR", "--disease", "multiple myeloma", "--endpoint", "OS"]

#: An estimate of the seeds.
KIM = "kim2016/OS/b0f2d47f"

#: Commands whose output has the shape of their schema, name → arguments; that of `demo` is looked at in test_demo.py.
OUTPUTS: dict[str, list[list[str]]] = {
    "init": [["init"], ["init", "--db", "new.db"]],
    "seed": [["seed", "nlr_myeloma"], ["seed", "--topics"]],
    "import": [["import", "evidence.csv", "--as", "Ada"], ["import", "evidence.csv", "--as", "Ada", "--dry-run"]],
    "map list": [["map", "list"]],
    "add estimate": [
        ["add", "estimate", "--study", "a", "--factor", "NLR", "--endpoint", "OS", "--hr", "2", "--as", "Ada"],
        ["add", "estimate", "--from-text", "OS was worse (HR 2.1, 95% CI 1.2-3.4)."],
    ],
    "add study": [["add", "study", "new2020", "--year", "2020", "--as", "Ada"]],
    "add report": [["add", "report", "--study", "kim2016", "--pmid", "123", "--as", "Ada"]],
    "add cohort": [["add", "cohort", "--study", "kim2016", "--cohort", "elderly", "--disease", "x", "--as", "Ada"]],
    "add cutoff": [["add", "cutoff", "--factor", "ferritin", "--cutoff", "> 1 {ULN}", "--as", "Ada", "--dry-run"]],
    "add factor": [["add", "factor", "NLR", "--synonym", "N/L ratio", "--as", "Ada"]],
    "add endpoint": [["add", "endpoint", "TFS", "--as", "Ada"]],
    "add disease": [["add", "disease", "multiple myeloma", "--as", "Ada"]],
    "add attribute": [["add", "attribute", "platform", "--levels", "a", "--levels", "b", "--as", "Ada"]],
    "template": [["template", "new.xlsx"]],
    "export estimates": [["export", "estimates", "all.csv"], ["export", "estimates", "nlr.xlsx", "--where", "n > 100"]],
    "export result": [
        ["export", "result", "nlr-myeloma-os", "os.xlsx"],
        ["export", "result", "nlr-myeloma-os", "os.csv", "--format", "revman"],
    ],
    "list": [["list", kind] for kind in Kind],
    "show": [["show", "kim2016"], ["show", "ferritin"], ["show", "TransfusApherSci2023_auto/myeloma"]],
    "pool": [
        ["pool", *NLR],
        ["pool", *NLR, "--method", "DL", "--test", "z", "--leave-one-out"],
        ["pool", *NLR, "--method", "FE", "--subgroup", "year:2015", "--subgroup-tau2", "separate"],
        ["pool", *NLR, "--where", "year <= 2014"],
        ["pool", *NLR, "--where", 'study == "kim2016"', "--leave-one-out"],
        ["pool", "--where", 'factor == "ferritin" and endpoint == "OS" and measure == "hr" and n > 250'],
    ],
    "query save": [
        ["query", "save", "mine", *NLR, "--threshold", "1.25", "--prespecified", "CRD42024512345", "--as", "Ada"]
    ],
    "query list": [["query", "list"]],
    "query show": [["query", "show", "nlr-myeloma-os"]],
    "query edit": [["query", "edit", "nlr-myeloma-os", "--subgroup", "year:2015", "--as", "Ada"]],
    "query rm": [["query", "rm", "nlr-myeloma-os", "--reason", "x", "--as", "Ada"]],
    "query run": [["query", "run", "nlr-myeloma-os", "--as", "Ada"], ["query", "run", "--all", "--as", "Ada"]],
    "query export": [["query", "export", "queries.toml"]],
    "query import": [["query", "import", "protocol.toml", "--as", "Ada"]],
    "run list": [["run", "list"]],
    "run show": [["run", "show", "1"]],
    "run verify": [["run", "verify", "1"]],
    "second-opinion": [
        ["second-opinion", "nlr-myeloma-os"],
        ["second-opinion", "nlr-myeloma-os", "-o", "nlr-myeloma-os.R"],
    ],
    "plot": [["plot"], ["plot", "forest", "nlr-myeloma-os", "-o", "forest.svg"]],
    "watch": [["watch"], ["watch", "nlr-myeloma-os", "--crossing-one"]],
    "report": [
        ["report", "nlr-myeloma-os", "ferritin-cart-pfs", "--as", "Ada", "--also-subgroup", "year:2015"],
        [
            "report",
            "nlr-myeloma-pfs",
            "--as",
            "Ada",
            "-o",
            "report.md",
            "--baseline",
            "survival=0.5,prevalence=0.4,at=1 year",
        ],
    ],
    "explain": [
        ["explain", *NLR, "--from", "1"],
        ["explain", "nlr-myeloma-os", "--waterfall", "w.svg"],
    ],
    "absolute": [
        ["absolute", "nlr-myeloma-os", "--survival", "0.50", "--prevalence", "40%", "--at-time", "24 months"],
        ["absolute", *NLR, "--survival", "0.4-0.6", "--baseline", "low", "--at-time", "1 year"],
    ],
    "grade rate": [["grade", "rate", "nlr-myeloma-os", "imprecision", "serious", "--reason", "x", "--as", "Ada"]],
    "grade show": [["grade", "show", "nlr-myeloma-os"]],
    "grade list": [["grade", "list"]],
    "provenance": [["provenance", "kim2016", "--query", "nlr-myeloma-os"], ["provenance", KIM, *NLR]],
    "lint": [["lint"], ["lint", "--rule", "cutoff-missing", "--most", "2"]],
    "overlaps": [["overlaps"], ["overlaps", "--all"], ["overlaps", "--where", 'factor == "NLR"']],
    "overlaps confirm": [
        ["overlaps", "confirm", "kim2016", "romano2015", "--kind", "same", "--reason", "x", "--as", "A"]
    ],
    "overlaps dismiss": [["overlaps", "dismiss", "kim2016", "romano2015", "--reason", "x", "--as", "Ada"]],
    "review": [["review"], ["review", "kim2016", "checked", "--as", "Grace"]],
    "extract": [
        ["extract", "--template", "second.csv", "--as", "Grace"],
        ["extract", KIM, "hr=1.65", "ci_low=1.08", "adjusted=yes", "--as", "Grace"],
    ],
    "adjudicate": [["adjudicate"]],
    "agreement": [["agreement"]],
    "appraise": [["appraise", "kim2016", "quips_outcome=low", "--as", "Grace"]],
    "appraisal tools": [["appraisal", "tools"]],
    "appraisal add": [["appraisal", "add", "QUIPS", "--as", "Grace"]],
    "attach": [["attach", "page.pdf", "--to", "kim2016", "--as", "Grace"]],
    "attachments": [["attachments"]],
    "refs import": [["refs", "import", "search.ris", "--from", "Embase", "--as", "Ada"]],
    "refs duplicates": [["refs", "duplicates"]],
    "refs same": [["refs", "same", "song2009", "song2009b", "--as", "Ada"]],
    "refs different": [["refs", "different", "song2009", "song2009b", "--as", "Ada"]],
    "refs list": [["refs", "list", "--as", "Ada"], ["refs", "list", "--undecided", "--stage", "title"]],
    "refs show": [["refs", "show", "song2009"]],
    "refs link": [["refs", "link", "armand2007", "pmid:17234738", "--as", "Ada"]],
    "screen": [["screen", "song2009", "exclude", "--as", "Ada"], ["screen", "--conflicts"]],
    "prisma": [["prisma"], ["prisma", "-o", "flow.svg"]],
    "snapshot create": [["snapshot", "create", "2026-06", "--as", "Ada"]],
    "snapshot list": [["snapshot", "list"]],
    "snapshot show": [["snapshot", "show", "2026-06"]],
    "snapshot diff": [["snapshot", "diff", "2026-06"], ["snapshot", "diff", "3", "2", "--where", "n > 100"]],
    "snapshot export": [["snapshot", "export", "2026-06", "all.zip"], ["snapshot", "export", "2", "two.zip"]],
    "snapshot import": [
        ["snapshot", "import", "evidence-2026-06.zip", "--as", "Ada"],
        ["snapshot", "import", "evidence-2026-06.zip", "--as", "Ada", "--db", "copy.db"],
    ],
    "snapshot verify": [["snapshot", "verify"], ["snapshot", "verify", "2026-06"]],
    "backup": [["backup", "kept.db"]],
    "restore": [["restore", "evireg.backup", "--db", "new.db"]],
    "doctor": [["doctor"], ["doctor", "--mend"]],
    "columns": [["columns"], ["columns", "--db", "none.db"]],
    "version": [["version"]],
}

FILE = """study_key,biomarker,endpoint,hr,ci_low,ci_high,ci_level,adjusted,product
kim2016x,NLR,OS,1.56,1.08,2.27,,yes,a
lee2017x,NLR,OS,,,,,yes,b
"""


def schema(name: str) -> dict[str, Any]:
    return json.loads((SCHEMAS / f"{name.replace(' ', '-')}.json").read_text(encoding="utf-8"))


def validate(name: str, output: Any) -> None:
    errors = list(Draft202012Validator(schema(name)).iter_errors(output))
    assert not errors, [f"{error.json_path}: {error.message}" for error in errors]


def test_every_command_has_a_schema() -> None:
    """Whoever reads our JSON can know its shape."""
    assert {path.stem for path in SCHEMAS.glob("*.json")} == {name.replace(" ", "-") for name in (*COMMANDS, "error")}


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_schema_is_a_schema(path: Path) -> None:
    """The schemas are valid JSON Schema 2020-12 and allow nothing that is not named."""
    content = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(content)
    assert content["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    ("name", "arguments"), [(name, each) for name, several in OUTPUTS.items() for each in several], ids=str
)
def test_output_has_the_shape_of_its_schema(run: Run, seeded: Path, name: str, arguments: list[str]) -> None:
    """Real output validates, field by field."""
    (seeded.parent / "evidence.csv").write_text(FILE, encoding="utf-8")
    (seeded.parent / "page.pdf").write_bytes(b"%PDF-1.7")
    for file in ("search.ris", "protocol.toml"):
        (seeded.parent / file).write_text(FILES[file], encoding="utf-8")
    for line in BEFORE.get(name, ()):
        assert run(*line.split()).code == 0
    extra = ["--attributes"] if name == "import" else []
    done = run(*arguments, *extra, "--json")
    assert done.code == 0, done.err
    validate(name, done.json)


def test_estimate_shown_has_the_shape_of_its_schema(run: Run, seeded: Path) -> None:
    """An estimate is found by the key that list gives."""
    assert seeded.exists()
    for row in run("list", "estimates", "--json").json["rows"][::17]:
        validate("show", run("show", row["key"], "--json").json)


@pytest.mark.parametrize(
    "arguments", [["list", "studies", "--db", "none.db"], ["pool"], ["import", "bad.csv", "--as", "Ada"], ["show", "x"]]
)
def test_error_has_the_shape_of_its_schema(run: Run, seeded: Path, arguments: list[str]) -> None:
    """Errors too, with every issue of an import."""
    (seeded.parent / "bad.csv").write_text("study_key,biomarker,endpoint,hr\nkim,NLR,OS,many\n", encoding="utf-8")
    done = run(*arguments, "--json")
    assert done.code > 1
    validate("error", json.loads(done.err))
