"""Pages to PDF by the browser that is there, if one is."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
PATIENCE = 120  # seconds


def browser() -> str | None:
    """A browser that prints without a window."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or (str(MAC) if MAC.is_file() else None)


def print_pdf(program: str, page: Path, to: Path) -> int:
    """Prints a page; how many sheets that took, 0 where the browser would not. It gets a profile of its own."""
    to.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        command += [f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={to.resolve()}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # a browser's sandbox refuses root
        try:
            subprocess.run([*command, page.resolve().as_uri()], capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603  # no shell; a browser found by its name, and a page written here
        except (OSError, subprocess.TimeoutExpired):
            return 0
    return pages_of(to.read_bytes()) if to.is_file() else 0


def pages_of(pdf: bytes) -> int:
    """The number of pages in a PDF whose objects are not compressed, as browsers write them."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))
