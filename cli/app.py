"""The root command: which commands there are, and how errors become messages and exit codes."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from cli.quick import QuickCommand, QuickGroup
from cli.streams import for_any_terminal, give_up, refuse_other_bytes
from registry.errors import EviregError, StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from types import ModuleType

#: Exit codes of Unix tools that are ended by Ctrl-C, and by a closed pipe.
INTERRUPTED = 130
READER_GONE = 141

HELP = """evireg keeps reported hazard ratios of prognostic factors with their sources, and pools any part of them.

Start with `evireg init`, `evireg seed` and `evireg list studies`, or with `evireg demo`.
"""

#: First word of commands of two words → what these commands are for.
GROUPS: dict[str, str] = {
    "add": "One thing at a time, by options, by questions and answers, or out of pasted text.",
    "refs": "References of searches: imported, told apart, listed.",
    "appraisal": "Tools to judge risk of bias.",
    "map": "Saved ways to read files with other headings.",
    "export": "Evidence into files to edit or to use elsewhere.",
    "curator": "Who changes this registry: registered by name, ORCID iD and competing interests.",
    "config": "Rules of this registry, for everybody who uses it.",
    "snapshot": "Named states of the evidence: taken, compared, proved.",
    "query": "Saved queries: pools under a name, versioned, run again as the evidence grows.",
    "run": "What saved queries gave: stored runs, made again to verify them.",
    "grade": "How certain the evidence of a saved query is (GRADE), judged by people, domain by domain.",
    "lint": "What is doubtful of what is stored; a doubt looked into is settled.",
    "overlaps": "Cohorts that may share patients: proposed, confirmed, dismissed.",
}

#: Name of each command → its module in `cli`, in the order in which a newcomer needs them. Each module has a function
#: `command` and an `EXAMPLE` that works. A name of two words (`config set`) belongs to a group.
COMMANDS = {
    "init": "init",
    "seed": "seed",
    "demo": "demo",
    "import": "importing",
    "map list": "map_list",
    "map show": "map_show",
    "map rm": "map_rm",
    "template": "template",
    "export estimates": "export_estimates",
    "export result": "export_result",
    "refs import": "refs_import",
    "refs duplicates": "refs_duplicates",
    "refs same": "refs_same",
    "refs different": "refs_different",
    "refs list": "refs_list",
    "refs show": "refs_show",
    "refs link": "refs_link",
    "screen": "screen",
    "prisma": "prisma",
    "add estimate": "adding.estimate",
    "add study": "adding.study",
    "add report": "adding.report",
    "add cohort": "adding.cohort",
    "add cutoff": "adding.cutoff",
    "add factor": "adding.factor",
    "add endpoint": "adding.endpoint",
    "add disease": "adding.disease",
    "add attribute": "adding.attribute",
    "list": "listing",
    "show": "show",
    "pool": "pool",
    "bayes": "bayes",
    "influence": "influence",
    "bias": "bias",
    "regress": "regress",
    "multiverse": "multiverse",
    "cutoffs": "cutoffs",
    "plot": "plot",
    "absolute": "absolute",
    "derive": "derive",
    "query save": "query_save",
    "query list": "query_list",
    "query show": "query_show",
    "query edit": "query_edit",
    "query rm": "query_rm",
    "query run": "query_run",
    "query export": "query_export",
    "query import": "query_import",
    "run list": "run_list",
    "run show": "run_show",
    "run verify": "run_verify",
    "second-opinion": "second_opinion",
    "report": "report",
    "watch": "watch",
    "explain": "explain",
    "provenance": "provenance",
    "grade rate": "grade_rate",
    "grade show": "grade_show",
    "grade list": "grade_list",
    "lint": "lint",
    "lint settle": "lint_settle",
    "overlaps": "overlaps",
    "overlaps confirm": "overlaps_confirm",
    "overlaps dismiss": "overlaps_dismiss",
    "review": "review",
    "extract": "extract",
    "adjudicate": "adjudicate",
    "agreement": "agreement",
    "appraise": "appraise",
    "appraisal tools": "appraisal_tools",
    "appraisal add": "appraisal_add",
    "attach": "attach",
    "attachments": "attachments",
    "amend": "amend",
    "history": "history",
    "log": "log",
    "undo": "undo",
    "retract": "retract",
    "curator add": "curator_add",
    "curator list": "curator_list",
    "curator show": "curator_show",
    "config set": "config_set",
    "config get": "config_get",
    "config list": "config_list",
    "snapshot create": "snapshot_create",
    "snapshot list": "snapshot_list",
    "snapshot show": "snapshot_show",
    "snapshot diff": "snapshot_diff",
    "snapshot verify": "snapshot_verify",
    "snapshot export": "snapshot_export",
    "snapshot import": "snapshot_import",
    "verify": "verify",
    "doctor": "doctor",
    "backup": "backup",
    "restore": "restore",
    "columns": "columns",
    "version": "version",
}


def _show_version(asked: bool) -> None:
    if asked:
        module("version").command()
        raise typer.Exit


def module(name: str) -> ModuleType:
    """Import the module of a command; the others wait until they are asked for."""
    return import_module(f"cli.{COMMANDS[name]}")


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """Make the command line of these commands."""
    app = typer.Typer(
        name="evireg",
        cls=QuickGroup,
        help=HELP,
        rich_markup_mode=None,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_root)
    listed = list(names)
    groups = {name.partition(" ")[0]: _group(name.partition(" ")[0], listed) for name in listed if " " in name}
    for first, group in groups.items():
        app.add_typer(group, name=first)
    for name in listed:
        found = module(name)
        first, _, second = name.partition(" ")
        # \b keeps the lines of an example as they are.
        example = f"\b\nExample:\n  {found.EXAMPLE}"
        if first in groups and not second:
            groups[first].callback(invoke_without_command=True, epilog=example)(found.command)
        else:
            groups.get(first, app).command(name=second or first, cls=QuickCommand, epilog=example)(found.command)
    return app


def _group(first: str, names: Collection[str]) -> typer.Typer:
    """Make the group of commands that begin with a word; unless the word is a command too, it alone shows the help."""
    if first in names:
        return typer.Typer(cls=QuickGroup, rich_markup_mode=None)
    return typer.Typer(cls=QuickGroup, help=GROUPS[first], rich_markup_mode=None, no_args_is_help=True)


def _asked_for(arguments: Sequence[str]) -> list[str]:
    """Name the commands that the arguments may call, so that no others are loaded: one, those of a group, or all."""
    both = " ".join(arguments[:2])
    if both in COMMANDS:
        return [both]
    first = arguments[0] if arguments else ""
    return [name for name in COMMANDS if name.partition(" ")[0] == first] or list(COMMANDS)


def _root(
    *,
    _version: Annotated[
        bool, typer.Option("--version", help="Show which evireg this is.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; see `registry.errors` for what each code means."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for_any_terminal(as_json="--json" in given)
    try:
        refuse_other_bytes(given)
        return _run(given)
    except EviregError as error:
        return _fail(error, as_json="--json" in given)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        give_up(sys.stdout)
        return READER_GONE
    except Exception as error:
        if "EVIREG_DEBUG" in os.environ:
            raise
        return _fail(_of_outside(error) or _fault(error), as_json="--json" in given)


def _run(arguments: list[str]) -> int:
    command = typer.main.get_command(application(_asked_for(arguments)))
    try:
        done = command.main(arguments, prog_name="evireg", standalone_mode=False)
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.format_message())
            return 0
        # Faults that Typer finds in the arguments become errors of ours, so that all messages have one form.
        raise _usage(error) from None
    sys.stdout.flush()
    return done if isinstance(done, int) else 0


def _usage(error: typer.TyperException) -> UsageError:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "evireg"
    # pydantic, which reads the values, begins some of its messages so.
    said = error.format_message().replace("Value error, ", "")
    return UsageError(said, f"see: {path} --help")


def _of_outside(error: Exception) -> EviregError | None:
    """Give the error for what the operating system or the input caused; None for a fault of evireg."""
    if isinstance(error, RecursionError):
        return UsageError("the input is nested too deeply to be read", "use fewer levels of nesting")
    if not isinstance(error, OSError) or error.errno is None:
        return None
    if error.filename is not None:
        return StoreError(f"{error.filename} could not be read or written: {error.strerror}")
    give_up(sys.stdout)
    return StoreError(
        f"the output could not be written: {error.strerror}", "check that there is room where it is written to"
    )


def _fault(error: Exception) -> EviregError:
    """Give the error for a fault of evireg, without a traceback."""
    return EviregError(
        f"this is a fault of evireg: {type(error).__name__}: {error}",
        "please report it with the command you ran; EVIREG_DEBUG=1 shows where it happened",
    )


def _fail(error: EviregError, *, as_json: bool) -> int:
    from cli.output import fail

    return fail(error, as_json=as_json)


if __name__ == "__main__":
    sys.exit(main())
