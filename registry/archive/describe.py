"""What tells others what is in an archive: a Frictionless Data Package, an RO-Crate, and a README for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.archive.container import CHECKSUMS
from registry.archive.fields import Field, Holds, Sheet
from registry.archive.flat import CSV, PARQUET
from registry.archive.manifest import NAME, Manifest, pretty

PACKAGE, CRATE, README = "datapackage.json", "ro-crate-metadata.json", "README.md"
_TYPE = {Holds.TEXT: "string", Holds.JSON: "object"}
_MEDIA = {
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "md": "text/markdown",
}
_FORMAT = {"jsonl": "ndjson"}


def data_package(
    manifest: Manifest, sheets: Sequence[Sheet], sizes: Mapping[str, int], digests: Mapping[str, str],
    curators: Sequence[tuple[str, str | None]],
) -> bytes:  # fmt: skip
    """Give `datapackage.json`, Frictionless Data Package 1: every table with the type and meaning of its columns."""
    flat = sheets[0]
    described = [(sheet.path, sheet) for sheet in sheets]
    if PARQUET in sizes:
        described.insert(1, (PARQUET, flat))
    return pretty(
        {
            "profile": "data-package",
            "name": _slug(manifest),
            "id": manifest.root,
            "title": manifest.title,
            "description": _description(manifest),
            "version": manifest.snapshot or str(manifest.changeset),
            "created": manifest.made,
            "licenses": [{"name": manifest.licence, "path": licence_url(manifest.licence)}],
            "contributors": [_contributor(*each) for each in curators],
            "resources": [_resource(path, sheet, sizes, digests) for path, sheet in described],
        }
    )


def licence_url(licence: str) -> str:
    """Give where the words of a licence stand, by its SPDX identifier."""
    return f"https://spdx.org/licenses/{licence}"


def _slug(manifest: Manifest) -> str:
    name = (manifest.snapshot or f"changeset-{manifest.changeset}").lower()
    return "evireg-" + "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)


def _description(manifest: Manifest) -> str:
    return (
        f"Evidence registry as of {manifest.of}: {manifest.estimates} reported estimates of prognostic factors with "
        f"their sources, their complete history, and the root digest {manifest.root}."
    )


def _contributor(name: str, orcid: str | None) -> dict[str, str]:
    path = {"path": f"https://orcid.org/{orcid}"} if orcid else {}
    return {"title": name, "role": "author", **path}


def _resource(path: str, sheet: Sheet, sizes: Mapping[str, int], digests: Mapping[str, str]) -> dict[str, Any]:
    kind = path.rpartition(".")[2]
    name = path.rpartition("/")[2].replace(".", "-" if kind == "parquet" else ".").removesuffix(f".{kind}")
    resource: dict[str, Any] = {
        "name": name.replace("_", "-").lower(),
        "path": path,
        "profile": "tabular-data-resource" if kind == "csv" else "data-resource",
        "title": sheet.meaning,
        "format": _FORMAT.get(kind, kind),
        "mediatype": _MEDIA[kind],
        "encoding": "utf-8",
        "bytes": sizes[path],
        "hash": f"sha256:{digests[path]}",
    }
    if kind == "csv":
        resource["dialect"] = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True}
    if kind == "parquet":
        resource["type"] = "file"  # it tells of its columns itself; readers of packages stumble over its nulls
    else:
        resource["schema"] = _schema(sheet, keyed=kind == "csv")
    return resource


def _schema(sheet: Sheet, *, keyed: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_described(each) for each in sheet.fields], "missingValues": [""]}
    optional = {each.name for each in sheet.fields if not each.required}
    if keyed and sheet.key and not optional & set(sheet.key):
        schema["primaryKey"] = list(sheet.key)
    return schema


def _described(field: Field) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": field.name,
        "type": "any" if field.holds is Holds.JSON else _TYPE.get(field.holds, field.holds.value),
        "description": field.meaning,
    }
    if field.unit:
        said["unit"] = field.unit
    constraints: dict[str, Any] = {"required": True} if field.required else {}
    if field.words:
        constraints["enum"] = list(field.words)
    return {**said, "constraints": constraints} if constraints else said


def crate(
    manifest: Manifest, sheets: Sequence[Sheet], sizes: Mapping[str, int], digests: Mapping[str, str],
    curators: Sequence[tuple[str, str | None]],
) -> bytes:  # fmt: skip
    """Give `ro-crate-metadata.json`, RO-Crate 1.1."""
    meanings = {sheet.path: sheet.meaning for sheet in sheets}
    meanings |= {PARQUET: f"{meanings[CSV]} (Parquet)", NAME: "What the archive says of itself", **_ABOUT}
    people = [_person(number, *each) for number, each in enumerate(curators, 1)]
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": manifest.title,
        "description": _description(manifest),
        "datePublished": manifest.made[:10],
        "version": manifest.snapshot or str(manifest.changeset),
        "identifier": f"sha256:{manifest.root}",
        "license": {"@id": licence_url(manifest.licence)},
        "creator": [{"@id": each["@id"]} for each in people],
        "hasPart": [{"@id": path} for path in sizes],
    }
    graph = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        root,
        {"@id": licence_url(manifest.licence), "@type": "CreativeWork", "name": manifest.licence},
        *people,
        *(_file(path, meanings.get(path, "A file kept beside the evidence"), sizes, digests) for path in sizes),
    ]
    return pretty({"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph})


_ABOUT = {PACKAGE: "Frictionless Data Package: types and meaning of every column", README: "What is in the archive"}


def _person(number: int, name: str, orcid: str | None) -> dict[str, str]:
    return {"@id": f"https://orcid.org/{orcid}" if orcid else f"#curator-{number}", "@type": "Person", "name": name}


def _file(path: str, meaning: str, sizes: Mapping[str, int], digests: Mapping[str, str]) -> dict[str, Any]:
    kind = path.rpartition(".")[2]
    return {
        "@id": path,
        "@type": "File",
        "name": path,
        "description": meaning,
        "encodingFormat": _MEDIA.get(kind, "application/octet-stream"),
        "contentSize": str(sizes[path]),
        "sha256": digests[path],
    }


def readme(manifest: Manifest, sheets: Sequence[Sheet], curators: Sequence[tuple[str, str | None]]) -> bytes:
    """Give `README.md`, for somebody who has never heard of evireg."""
    people = ", ".join(f"{name} (https://orcid.org/{orcid})" if orcid else name for name, orcid in curators)
    lines = [
        f"# {manifest.title}",
        "",
        _description(manifest),
        "",
        f"- as of: {manifest.of}, changeset {manifest.changeset}, {manifest.made}",
        f"- curators: {people or 'none named'}",
        f"- licence: {manifest.licence}, {licence_url(manifest.licence)}",
        f"- made by: evireg {manifest.evireg}, archive format {manifest.format}",
        "",
        "## Where to begin",
        "",
        f"`{CSV}` is the whole evidence in one table, a row per reported estimate: who reported it where, on whom, the",
        "factor with its cutoff, the numbers as printed, and `yi` and `vi`, the log ratio and its variance as a",
        f"meta-analysis uses them (empty, with the reason in `not_poolable`, where there is none). `{PARQUET}`,",
        f"where it is there, holds the same. `{PACKAGE}` gives type, unit and meaning of every column.",
        "",
        "```r",
        f'evidence <- read.csv("{CSV}")',
        "```",
        "",
        "CSV is UTF-8 with a comma between cells; an empty cell means that nothing was read. A text that a spreadsheet",
        "would take for a formula has an apostrophe before it. Files that end in .jsonl hold one JSON array per line,",
        "the first line names the columns.",
        "",
        "## Files",
        "",
        "| file | rows | what it holds |",
        "|---|--:|---|",
        *(f"| `{sheet.path}` | {manifest.rows[sheet.path]} | {sheet.meaning} |" for sheet in sheets),
        "",
        *_CHECKING,
        "",
    ]
    return "\n".join(lines).encode()


_CHECKING = (
    "## Is it what it was?",
    "",
    f"`sha256sum -c {CHECKSUMS}` compares every file with its checksum. The root digest above proves the evidence",
    "itself: `digest` is the SHA-256 of each row; keys are spread over 1,024 buckets by the first 32 bits of the",
    "SHA-256 of the key, modulo 1,024; a bucket's digest is the SHA-256 of its lines `key TAB digest LF` in the order",
    "of keys; the root is the SHA-256 of the JSON array of the bucket digests. It does not depend on the database.",
    "",
    "evireg restores the archive with its whole history and verifies every digest: `evireg init`, then",
    "`evireg snapshot import FILE.zip`.",
)
