"""Which evireg this is; part of the provenance of every pool."""

from importlib.metadata import PackageNotFoundError, version

try:
    ENGINE = version("evireg")
except PackageNotFoundError:  # run from a checkout that was never installed
    ENGINE = "unknown"
