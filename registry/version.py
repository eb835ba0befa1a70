"""Which evireg this is; part of the provenance of every pool. The build takes the version from here."""

VERSION = "0.1.0"

#: Raised with each definition that changes what a pool is or says (CHANGELOG.md has before and after). A result without
#: it was made under rules 1: a direction that nobody stated was taken for high against low.
RULES = 2
