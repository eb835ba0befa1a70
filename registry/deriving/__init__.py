"""From the numbers a report prints to a log ratio with its standard error, by every route they allow.

| module | one sentence |
|---|---|
| `numbers` | what a report prints, by the names of the import layout |
| `ways` | the routes: when each is begun, and how it is gone |
| `derive` | the conductor: every route, the most direct one first, then inverted or rescaled |
| `digitised` | Kaplan–Meier curves and numbers at risk from CSV files |

What an import derives from one row is in `registry.derivation`; the formulas of both are in `registry.stats`.
"""

from registry.deriving.derive import DerivedRatio, derive
from registry.deriving.digitised import curve
from registry.deriving.numbers import Category

__all__ = ["Category", "DerivedRatio", "curve", "derive"]
