"""YAML read by the safe loader, with the line of every entry kept for error messages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orchestration.errors import ConfigurationError, Place


@dataclass(frozen=True)
class Document:
    """Content of a YAML file and its node tree."""

    path: Path
    content: Any
    root: yaml.Node | None

    def line(self, path: tuple[Any, ...]) -> int | None:
        """Line (1-based) of the deepest entry on `path` that exists."""
        node, line = self.root, self.root.start_mark.line + 1 if self.root else None
        for part in path:
            child = _child(node, part)
            if child is None:
                break
            line, node = child
        return line


def read_yaml(path: Path) -> Document:
    """Parse one file; ConfigurationError with the line when it is missing, not UTF-8, not YAML or has a key twice."""
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except FileNotFoundError:
        raise _error(path, None, "does not exist") from None
    except UnicodeDecodeError as error:
        raise _error(path, None, f"is not UTF-8 (byte {error.start})") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _error(path, line, f"is not valid YAML: {error.problem}") from None
    _refuse_double_keys(path, root)
    return Document(path, content, root)


def _child(node: yaml.Node | None, part: Any) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _refuse_double_keys(path: Path, node: yaml.Node | None) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise _error(path, key.start_mark.line + 1, f"has the key {key.value} twice")
            seen.add(key.value)
            _refuse_double_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_double_keys(path, value)


def _error(path: Path, line: int | None, message: str) -> ConfigurationError:
    return ConfigurationError(
        f"The file {path.name} {message}.",
        zh=f"配置文件 {path.name} 无法读取",
        rule="MAP-01",
        place=Place(str(path), row=line),
        remedy="Correct the file and run again.",
    )
