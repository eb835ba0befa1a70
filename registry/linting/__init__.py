"""Lint: every rule over what is stored, each doubt with a stable code, the estimate it is about, and what to do."""
