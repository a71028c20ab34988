"""The commands of the README, read from it: `python3 tests/readme.py play` prints one."""

import re
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def command(name: str) -> str:
    """The shell command under the heading comment `<!-- command: NAME -->`. Raises LookupError without one."""
    found = re.search(rf"<!-- command: {name} -->\n+```sh\n(.+?)\n```", README.read_text(encoding="utf-8"), re.DOTALL)
    if not found:
        raise LookupError(f"README.md has no command {name!r}")
    return found[1]


if __name__ == "__main__":
    print(command(sys.argv[1]))
