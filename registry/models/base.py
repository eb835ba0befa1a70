"""What every table shares: naming of constraints, and the check that a text column holds a word of a vocabulary."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from registry.terms import Term

#: The migration that makes these tables; a database at any other is not opened (see `registry.store`).
REVISION = "0006"

#: Study characteristics of one row; canonically serialised where they are hashed.
Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Root of the tables. Integer keys are given out by `registry.writing` under the writer's lock."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def one_of(column: str, term: type[Term]) -> CheckConstraint:
    """Constrain a text column to the words of a closed vocabulary (null passes).

    Spelled out, because SQLite builds a temporary index for each IN list of each row: bulk inserts take half as long.
    """
    words = " OR ".join(f"{column} = '{member.value}'" for member in term)
    return CheckConstraint(words, name=column)


def positive(*columns: str) -> list[CheckConstraint]:
    """Constrain each of these numbers to be above 0, unless the row is stored as disputed (null passes)."""
    return [CheckConstraint(f"status = 'disputed' OR {column} > 0", name=column) for column in columns]


def not_negative(*columns: str) -> list[CheckConstraint]:
    """Constrain each of these numbers to be 0 or more (null passes)."""
    return [CheckConstraint(f"{column} >= 0", name=column) for column in columns]
