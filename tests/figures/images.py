"""Pictures as small images: rendered, kept as baselines, compared with them."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from registry.figures.saving import encoded

HERE = Path(__file__).parent
BASELINE = HERE / "baseline"
#: Dots per inch: enough to see what stands where, small enough to be kept.
DPI = 55
#: Colours of a baseline, so that it is a few kilobytes.
COLOURS = 24
#: How far images may differ on average, of 255, and how many pixels by more than a third of that range.
MEAN, FAR = 3.0, 0.012

Pixels = NDArray[np.int16]

PICTURES = {
    name: draw
    for module in sorted(HERE.glob("pictures*.py"))
    for name, draw in import_module(f"tests.figures.{module.stem}").PICTURES.items()
}


def rendered(figure: Figure) -> Image.Image:
    """Render a figure as it is saved."""
    return Image.open(BytesIO(encoded(figure, "png", title="", simulated=False, dpi=DPI))).convert("RGB")


def keep(name: str, image: Image.Image) -> Path:
    """Keep an image as the baseline of its name."""
    path = BASELINE / f"{name}.png"
    BASELINE.mkdir(exist_ok=True)
    image.quantize(COLOURS).save(path, optimize=True)
    return path


def difference(name: str, image: Image.Image) -> str:
    """Say how an image differs from its baseline; nothing when it does not, as far as fonts are rendered alike."""
    path = BASELINE / f"{name}.png"
    if not path.exists():
        return "there is no baseline"
    known = Image.open(path).convert("RGB")
    if any(abs(one - other) > 1 for one, other in zip(known.size, image.size, strict=True)):
        return f"it is {image.size} pixels, the baseline {known.size}"
    apart = np.abs(_pixels(known, image) - _pixels(image, known))
    mean, far = float(apart.mean()), float((apart.max(axis=2) > 85).mean())
    return "" if mean <= MEAN and far <= FAR else f"pixels differ by {mean:.1f} on average, {far:.1%} by far"


def _pixels(image: Image.Image, other: Image.Image) -> Pixels:
    """Give the pixels both have."""
    width, height = (min(pair) for pair in zip(image.size, other.size, strict=True))
    return np.asarray(image.crop((0, 0, width, height)), dtype=np.int16)
