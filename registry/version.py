"""Which evireg this is; part of the provenance of every pool. The build takes the version from here."""

VERSION = "0.1.0"
