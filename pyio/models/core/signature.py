"""The signature of layer classes, made from their options, so that notebooks can show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.models.core.options import REQUIRED

if TYPE_CHECKING:
    import inspect


class Signature:
    """A ``__signature__`` that is put together when somebody asks for it."""

    def __init__(self, common: tuple[str, ...]) -> None:
        self._common = common

    def __get__(self, instance: Any, owner: Any) -> inspect.Signature:
        import inspect  # takes long to import in Pyodide, and only help() and editors need it

        first, other = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
        names = [*owner.positional, *(k for k in owner.options if k not in owner.positional)]
        parameters = []
        for name in names:
            default = owner.options[name].default
            parameters.append(
                inspect.Parameter(
                    name,
                    first if name in owner.positional else other,
                    default=inspect.Parameter.empty if default is REQUIRED else default,
                )
            )
        parameters += [inspect.Parameter(name, other, default=None) for name in self._common]
        return inspect.Signature(parameters)
