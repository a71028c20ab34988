"""What is kept of a mistake of our own that ends the game: a file to send, in place of a traceback on the screen."""

import os
import platform
import traceback
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from game import __version__


def write_report(path: Path, error: Exception) -> str:
    """Writes the details of a crash over those of the last; a sentence that says where they lie."""
    where = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, special-tasks {__version__}, Textual {version('textual')}, "
        f"Python {platform.python_version()}, {platform.platform()}, TERM={os.environ.get('TERM', '')}"
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join((where, "", *traceback.format_exception(error))), encoding="utf-8", errors="replace")
    except OSError as refused:
        return f"The details can't be written to {path}: {refused.strerror}."
    return f"The details are in {path}."
