"""Make the baselines of pictures anew, those named or those that differ: `python -m tests.figures.renew [NAME …]`.

Look at each of them before it is committed.
"""

from __future__ import annotations

import sys

from tests.figures.images import BASELINE, PICTURES, difference, keep, rendered


def renew(names: list[str]) -> None:
    """Keep the pictures of these names, or all that differ; remove those nothing draws."""
    for name in names or sorted(PICTURES):
        image = rendered(PICTURES[name]())
        if names or difference(name, image):
            print(keep(name, image))  # noqa: T201 - what it made
    for path in BASELINE.glob("*.png"):
        if path.stem not in PICTURES:
            path.unlink()
            print(f"{path} is gone")  # noqa: T201


if __name__ == "__main__":
    renew(sys.argv[1:])
