"""Files written whole or not at all."""

import os
from pathlib import Path


def write_atomically(path: Path, data: bytes, *, keep: Path | None = None) -> None:
    """Whoever reads `path` finds the old bytes or the new, also after a crash; the old ones stay at `keep`."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    spare = path.with_name(f".{path.name}.bak.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if keep is not None and path.exists():
            spare.unlink(missing_ok=True)
            try:
                os.link(path, spare)
            except OSError:  # a file system without links
                spare.write_bytes(path.read_bytes())
            spare.replace(keep)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
        spare.unlink(missing_ok=True)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
