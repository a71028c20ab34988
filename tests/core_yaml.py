"""YAML read as editors read it: the core schema of YAML 1.2, keys as their source text."""

import re
from typing import Any

import yaml


class NoKeyError(yaml.YAMLError):
    pass


class Core(yaml.CSafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # PyYAML's own way


KINDS = [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", "true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", "[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+0123456789.")),
]
for name, pattern, first in KINDS:
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(f"^(?:{pattern})$"), first)


def _mapping(loader: Core, node: yaml.MappingNode) -> dict[str, Any]:
    found = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise NoKeyError("a key that is no word")
        found[key.value] = loader.construct_object(value, deep=True)
    return found


Core.add_constructor("tag:yaml.org,2002:map", _mapping)
Core.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))
Core.add_constructor("tag:yaml.org,2002:float", lambda _, node: float(node.value))


def read(text: str) -> Any:
    """Raises yaml.YAMLError."""
    return yaml.load(text, Core)
