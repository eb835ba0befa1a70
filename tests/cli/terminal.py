"""A command on a pseudo-terminal: questions are waited for, answers typed, the screen looked at."""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

#: Keys that are no letters.
CTRL_C, CTRL_D = "\x03", "\x04"
#: Longer than any start of a process on a busy machine.
_PATIENCE = 60.0
#: How often a key to leave is pressed.
_PRESSES = 5
_ESCAPES = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]|\r|\x07")


@dataclass(frozen=True)
class Session:
    """What was on the screen at the end, and the exit code."""

    screen: str
    code: int


class Terminal:
    """An `evireg` command in a window of its own; `piped` is what its standard input gives instead of the keyboard."""

    def __init__(self, *arguments: str, piped: str | None = None) -> None:
        self.screen = ""
        self._answered = 0
        self._closed = False
        self._decoder = codecs.getincrementaldecoder("utf-8")()  # a character may come in two pieces
        read, write = os.pipe()
        self._process, self._window = pty.fork()
        if self._process == 0:  # pragma: no cover - the child
            _become(arguments, read if piped is not None else None)
        os.write(write, (piped or "").encode())
        os.close(write)
        os.close(read)

    def answer(self, question: str, typed: str) -> None:
        """Wait for a question that begins so, and type an answer to it."""
        asked = re.compile(rf"^ *{re.escape(question)}[^\n]*: \Z", re.MULTILINE)
        self._until(lambda: asked.search(self.screen, self._answered), f"the question {question!r}")
        self._answered = len(self.screen)
        os.write(self._window, typed.encode())

    def sees(self, words: str) -> None:
        """Wait until some words are on the screen."""
        self._until(lambda: words in " ".join(self.screen.split()), repr(words))

    def end(self) -> Session:
        """Wait for the end of the command."""
        return self._end(lambda: None)

    def leave(self, key: str, goodbye: str) -> Session:
        """Press a key until the command takes leave: one pressed just before input is waited for can go unheard.

        What says goodbye is ending: another key would only end it otherwise.
        """
        presses = iter(range(_PRESSES))

        def again() -> None:
            if goodbye not in self.screen and next(presses, None) is not None:
                self._press(key)

        return self._end(again)

    def _end(self, meanwhile: Callable[[], object]) -> Session:
        ended: list[int] = []
        self._until(lambda: not self._read(0.5) and (self._ended(ended) or meanwhile()), "the end", ending=True)
        os.close(self._window)
        return Session(self.screen, os.waitstatus_to_exitcode(ended[0]))

    def _press(self, key: str) -> None:
        with suppress(OSError):  # the other end is closed
            os.write(self._window, key.encode())

    def _ended(self, status: list[int]) -> bool:
        process, code = os.waitpid(self._process, os.WNOHANG)
        if process:
            status.append(code)
        return bool(process)

    def _until(self, there: Callable[[], Any], what: str, *, ending: bool = False) -> None:
        end = time.monotonic() + _PATIENCE
        while not there():
            in_vain = time.monotonic() > end or (self._closed and not ending)
            assert not in_vain, f"waited for {what}; the screen:\n{self.screen}"
            self._read(0.1)

    def _read(self, patience: float) -> bool:
        if self._closed:
            time.sleep(0.01)
            return False
        ready, _, _ = select.select([self._window], [], [], patience)
        if not ready:
            return False
        try:
            data = os.read(self._window, 65536)
        except OSError:  # the other end is closed
            self._closed = True
            return False
        self.screen += _ESCAPES.sub("", self._decoder.decode(data))
        return bool(data)


def _become(arguments: Sequence[str], standard_input: int | None) -> None:
    if standard_input is not None:
        os.dup2(standard_input, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job ignores it, and so would its children
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # whoever blocks it hands that down as well
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "100", "LINES": "50", "EVIREG_CURATOR": "Ada"}
    os.execve(sys.executable, [sys.executable, "-m", "cli.app", *arguments], environment)  # noqa: S606 - ourselves
