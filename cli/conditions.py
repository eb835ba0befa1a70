"""The shortcuts --factor, --disease, --endpoint as a condition."""

from __future__ import annotations

import json

from registry.errors import UsageError


def condition(where: str | None, **shortcuts: str | None) -> str:
    """Join the shortcuts that were given and the condition with `and`. Raises `UsageError` when there is neither."""
    parts = [f"{column} == {json.dumps(value, ensure_ascii=False)}" for column, value in shortcuts.items() if value]
    if where is not None and where.strip():
        parts.append(f"({where})" if parts else where)
    if not parts:
        raise UsageError(
            "nothing says what to pool",
            "name it with --factor, --disease and --endpoint, or with --where, e.g. --where 'factor == \"NLR\"'",
        )
    return " and ".join(parts)
