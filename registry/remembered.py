"""A function's answers, remembered: what repeats in a column is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(dict[K, V], Generic[K, V]):
    """A dictionary that asks a function for what it does not hold, and starts anew when it holds `most`.

    Looking up is a plain dictionary's, so that `map` over a column runs at its speed; a `functools.lru_cache` is a
    call. Values that compare equal must mean the same to the function.
    """

    def __init__(self, function: Callable[[K], V], most: int = 4096) -> None:
        super().__init__()
        self._function, self._most = function, most

    def __missing__(self, key: K) -> V:
        if len(self) >= self._most:
            self.clear()
        value = self[key] = self._function(key)
        return value
