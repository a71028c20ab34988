"""A real browser for the tests that want one: Debian's chromium, driven by playwright-core."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from game.classroom import printer
from tests import node

DRIVER = Path(__file__).parent / "web" / "browser.cjs"


class Browser:
    """Every command of `tests/web/browser.cjs` is a call."""

    def __init__(self) -> None:
        program = printer.browser()
        assert program is not None, "needs chromium"
        folder = node.installed("playwright-core", "axe-core")
        shutil.copy(DRIVER, folder)
        command = ["node", DRIVER.name, program]
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __call__(self, *command: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        answer = json.loads(line or '{"error": "the driver has ended"}')
        assert "error" not in answer, (command, answer["error"])
        return answer["is"]

    def close(self) -> None:
        self.process.communicate()

    def js(self, script: str) -> Any:
        """What an expression gives on the page."""
        return self("evaluate", script)

    def texts(self, selector: str) -> list[str]:
        """The text of each element, with spaces as one."""
        found = self.js(f"[...document.querySelectorAll({selector!r})].map(e => e.textContent)")
        return [" ".join(text.split()) for text in found]

    def focused(self) -> str:
        """The id of what has the keyboard, or its text."""
        return str(self.js("document.activeElement.id || document.activeElement.textContent"))
