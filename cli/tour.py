"""What `make demo` shows: real seeds beside published results, the truth about ferritin, the worked example, a doubt.

It runs the same commands a user types, and prints each before it runs it.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from cli import comparison, output
from cli.app import main as evireg
from registry.seeding import topic, topics

FOLDER = Path("demo")
DATABASE = FOLDER / "evireg.db"

#: Estimates of overall survival by ferritin before a stem-cell transplantation.
TRANSPLANT = topic("ferritin").results[0].where

#: Who runs the tour, and what it calls the state of the evidence it reports on.
CURATOR, SNAPSHOT = "evireg tour", "tour"

#: Albumin as three reports would have it, two one way round and the third the other; nobody's numbers.
ALBUMIN = """\
study_key,biomarker,endpoint,contrast,cutoff_operator,cutoff_value,cutoff_unit,measure,hr,ci_low,ci_high,ci_level,origin
report-a,albumin,OS,below_vs_above,<,35,g/L,hr,1.60,1.25,2.05,95,simulated
report-b,albumin,OS,below_vs_above,<,35,g/L,hr,1.70,1.20,2.41,95,simulated
report-c,albumin,OS,above_vs_below,>=,3.5,g/dL,hr,0.55,0.30,1.01,95,simulated
"""

#: The saved query it runs, and the study whose number in it is doubted.
QUERY, DOUBTED = "nlr-myeloma-os", "li2016"


def main() -> int:
    """Run the tour in ./demo; it can be run again at any time."""
    FOLDER.mkdir(exist_ok=True)
    _part("1. A registry, and the evidence shipped with evireg")
    _run("init", "--db", str(DATABASE))
    _run("seed", "--db", str(DATABASE))
    _published()
    _ferritin()
    _albumin()
    _part("5. The worked example, on simulated cohorts")
    _run("demo", "--into", str(FOLDER))
    _reports()
    _doubt()
    _part("Where everything is")
    output.say(f"The registry with the real evidence is {DATABASE}; reports and forest plots are in {FOLDER}/:")
    files = [path for kind in ("html", "docx", "svg") for path in sorted(FOLDER.glob(f"*.{kind}"))]
    output.say("\n".join(f"  {path}" for path in files))
    return 0


def _published() -> None:
    from registry.handle import open as open_registry

    _part("2. Real ratios, pooled beside the results published from them")
    with open_registry(DATABASE) as reg:
        found = [
            comparison.compared(reg, each.name, result)
            for each in topics()
            if each.by_default
            for result in each.results
            if result.options
        ]
    output.show_tables([comparison.table("Published and pooled here", found)])
    output.say(
        "Agrees: as near as the printed digits let it be, 0.005 to 0.01, and 0.002 where three decimals are printed"
        " (the rows themselves have two)."
    )
    output.say(
        "Same method: DerSimonian–Laird with a Wald interval, as the reviews did. evireg's default is REML with the"
        " wider of the Hartung–Knapp and the Wald interval: with few studies that disagree it is more careful."
    )
    for each in found:
        if each.result.why_not:
            output.say(f"{each.topic}, {each.result.name}: {each.result.why_not}")
    _run(
        "pool", "--factor", "NLR", "--disease", "multiple myeloma", "--endpoint", "OS", "--leave-one-out",
        "--forest", str(FOLDER / "nlr-myeloma-os.svg"), "--db", str(DATABASE),
    )  # fmt: skip


def _ferritin() -> None:
    _part("3. What is known about ferritin before a transplantation, and what of it can be used")
    output.say(
        "Most texts that could be read state a direction and no number. evireg keeps them and says so: the flow below"
        " the pool counts what was matched, left out, and used."
    )
    _run(
        "pool", "--where", TRANSPLANT, "--forest", str(FOLDER / "ferritin-transplant-os.svg"), "--db", str(DATABASE)
    )  # fmt: skip
    output.say("\nAnd what must not be pooled together is refused, with the argument that settles it:")
    _run("pool", "--factor", "ferritin", "--endpoint", "OS", "--db", str(DATABASE), expected=2)


def _albumin() -> None:
    """Pool a factor of which less is worse, as three reports print it: two one way round, the third the other."""
    _part("4. Which way round: albumin, invented numbers")
    output.say(
        "Two reports compare low albumin with high, the third high with low. Every ratio of a pool is brought to one"
        " direction, which stands in the headline, on the axis and in the JSON; people read albumin low against high."
    )
    file, database = FOLDER / "albumin.csv", FOLDER / "albumin.db"
    database.unlink(missing_ok=True)
    file.write_text(ALBUMIN, encoding="utf-8")
    here = ("--db", str(database))
    _run("init", *here)
    _run("import", str(file), "--as", CURATOR, *here)
    invented = ("--where", 'origin == "simulated"')
    asked = ("--factor", "albumin", "--endpoint", "OS", *invented, "--method", "FE", "--test", "z", *here)
    _run("pool", *asked)
    _run("pool", *asked, "--read-as", "low-vs-high")


def _reports() -> None:
    from registry.handle import open as open_registry

    _part("6. A saved question, a named state of the evidence, and the report of both")
    output.say(
        "The seeds come with saved queries. A run stores what one gives now, a snapshot names the evidence it was given"
        " by, and the report says everything a panel needs, also where nothing can be pooled. This one pools as the"
        " published review did, hence 1.73 where evireg's default above gives 1.70.\n"
    )
    _run("query", "run", QUERY, "--as", CURATOR, "--db", str(DATABASE))
    with open_registry(DATABASE) as reg:
        known = [each.name for each in reg.snapshots()]
    if SNAPSHOT not in known:
        _run("snapshot", "create", SNAPSHOT, "--as", CURATOR, "--db", str(DATABASE))
    for query in (QUERY, "ferritin-cart-pfs"):
        out = str(FOLDER / f"{query}.html")
        _run("report", query, "--at", SNAPSHOT, "-o", out, "--as", CURATOR, "--db", str(DATABASE))


def _doubt() -> None:
    """Let a curator doubt one number, see what that does to the pool, and take it back: the registry ends as it was."""
    from registry.handle import open as open_registry

    _part("7. A curator doubts a number: what it does to the result, and who said so")
    output.say(
        "One ratio of the pool above has an interval too narrow for its patients. A curator disputes it: nothing is"
        " deleted, the saved query says how far its result would move and why, and an undo brings the number back."
    )
    here = ("--db", str(DATABASE))
    with open_registry(DATABASE) as reg:
        asked = reg.query(QUERY).definition.where
        [key] = reg.frame(f'({asked}) and study == "{DOUBTED}"')["key"].tolist()
    _run("lint", "--where", str(asked), "--rule", "se-implausible", *here)
    _run("review", key, "disputed", "--reason", "SE not possible with 315 patients: read again", "--as", CURATOR, *here)
    _run("watch", QUERY, *here)
    _run("explain", QUERY, "--from", SNAPSHOT, *here)
    with open_registry(DATABASE) as reg:
        [last] = reg.log(limit=1, key=key)
    _run("undo", str(last.changeset), "--reason", "end of the tour", "--as", CURATOR, *here)


def _part(title: str) -> None:
    output.show_block(f"\n{title}\n{'=' * len(title)}\n")


def _run(*arguments: str, expected: int = 0) -> None:
    """Print the command as a user would type it, and run it."""
    output.show_block(f"\n$ evireg {shlex.join(arguments)}\n")
    sys.stdout.flush()
    code = evireg(arguments)
    if code != expected:
        sys.exit(code)


if __name__ == "__main__":
    sys.exit(main())
