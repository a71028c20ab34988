"""Every benchmark: `python -m benchmarks`, or some by name: `python -m benchmarks exploring`."""

import sys
from importlib import import_module

NAMES = ("reading", "walking", "exploring", "terminal", "reloading")

for name in sys.argv[1:] or NAMES:
    if name not in NAMES:
        sys.exit(f"no benchmark {name!r}: they are {', '.join(NAMES)}")
    import_module(f"benchmarks.{name}").run()
