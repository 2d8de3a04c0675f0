"""What the command line says: UTF-8 everywhere, colours for a person only, no line ever cut."""

from __future__ import annotations

import re
import sys
import threading
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING

from edutargets.written_files import write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["hand_over", "progress", "say", "speak_utf8", "warn"]

_PATIENCE = 1.0
_COLOURS = (
    (r"✔ ?\w*|\b(?:met|Accepted|accepted)\b|达成|通过", "green"),
    (r"✘ ?\w*|\b(?:not met|not_met|Rejected|rejected)\b|未达成|退回", "red"),
    (r"◐ ?\w*|\bundetermined\b|尚不能判定", "yellow"),
)


def speak_utf8() -> None:
    """Write UTF-8 whatever the language of the machine is: a plan in Chinese is readable under LANG=C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str) -> None:
    """Print a text: in colours on a terminal, as it is anywhere else; no line is ever cut."""
    whole = text if text.endswith("\n") else f"{text}\n"
    if not sys.stdout.isatty():
        sys.stdout.write(whole)
        return
    from rich.console import Console  # noqa: PLC0415  # only a terminal pays for it
    from rich.text import Text  # noqa: PLC0415  # only a terminal pays for it

    shown = Text(whole)
    for pattern, colour in _COLOURS:
        shown.highlight_regex(re.compile(pattern), colour)
    Console(highlight=False).print(shown, end="", soft_wrap=True)


def warn(text: str) -> None:
    """Tell the person at the keyboard something that is no result."""
    sys.stderr.write(text if text.endswith("\n") else f"{text}\n")


def hand_over(text: str, path: Path | None) -> None:
    """Put a result where it was asked for: into a file, whole or not at all, or on the screen."""
    if path is None:
        say(text)
        return
    write_text(text if text.endswith("\n") else f"{text}\n", path)
    warn(f"written: {path}")


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """Show that something is going on once it takes longer than a second; silent where nobody watches.

    Args:
        title: What is being done.

    Yields:
        Takes the step that is being done now.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415  # only a terminal pays for it
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415  # as above

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(title, total=None)
    patience = threading.Timer(_PATIENCE, bar.start)
    patience.start()
    try:
        yield lambda step: bar.update(task, description=f"{title}: {step}")
    finally:
        patience.cancel()
        patience.join()
        bar.stop()
