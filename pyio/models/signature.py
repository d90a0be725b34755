"""The signature of layer classes, made from their options, so that notebooks can show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import inspect


class Signature:
    """A ``__signature__`` that is put together when somebody asks for it."""

    def __get__(self, instance: Any, owner: Any) -> inspect.Signature:
        import inspect  # takes long to import in Pyodide, and only help() and editors need it

        from pyio.models.configured import COMMON
        from pyio.models.options import REQUIRED

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
        parameters += [inspect.Parameter(name, other, default=None) for name in COMMON]
        return inspect.Signature(parameters)
