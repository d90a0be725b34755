"""Configured: the part of a layer that has options, and writes them as a config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from pyio.errors import InvalidModelError
from pyio.models.core.options import REQUIRED, Option, inserted
from pyio.tracebacks import short

if TYPE_CHECKING:
    import inspect
    from collections.abc import Mapping

COMMON = (
    "name",
    "trainable",
    "input_shape",
    "batch_input_shape",
    "batch_size",
    "dtype",
    "input_dtype",
    "weights",
)
"""The arguments that every layer takes beside its own options."""


class Signature:
    """The ``__signature__`` of a class with options, made from them when it is read."""

    def __get__(self, instance: Any, owner: type[Configured]) -> inspect.Signature:
        if instance is not None:
            raise AttributeError("__signature__")  # a layer itself is called with tensors
        import inspect  # slow to import in Pyodide, and only help() and editors need it

        own = list(inspect.signature(owner.__init__).parameters.values())[1:]
        if not any(each.kind is inspect.Parameter.VAR_KEYWORD for each in own):
            return inspect.Signature(own)  # such as Sequential(layers, name)
        first, other = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
        names = [*owner.positional, *(k for k in owner.options if k not in owner.positional)]
        parameters = [each for each in own if each.kind is first]
        for name in names:
            default = owner.options[name].default
            parameters.append(
                inspect.Parameter(
                    name,
                    first if name in owner.positional else other,
                    default=inspect.Parameter.empty if default is REQUIRED else default,
                )
            )
        parameters += [each for each in own if each.kind is other]
        parameters += [inspect.Parameter(name, other, default=None) for name in COMMON]
        return inspect.Signature(parameters)


class Configured:
    """Something that is made of options and writes them as JSON, in TensorFlow.js's key order.

    That order is part of the format. A layer of TensorFlow.js first writes its own options, then
    those of its base classes, then the name. Some layers write their own options after the name
    instead. So the options are kept in two tables, `early` and `late`, and a class that declares
    options adds them to one of the two.
    """

    __signature__: ClassVar[Any] = Signature()

    options: ClassVar[dict[str, Option]] = {}
    early: ClassVar[dict[str, Option]] = {}
    late: ClassVar[dict[str, Option]] = {}
    """The options that a config has before and after the name; `options` is both."""

    keras_options: ClassVar[tuple[str, ...]] = ()
    """Those that only Keras has."""

    positional: tuple[str, ...] = ()
    """The options that may be given without their names, in order."""

    own_options_last: ClassVar[bool] = False
    """Whether a config has this class's own options after the name."""

    omitted: ClassVar[tuple[str, ...]] = ()
    """Options of the bases that this class does not have."""

    class_name: str = ""
    name: str

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = {key: value for key, value in vars(cls).items() if isinstance(value, Option)}
        for key in own:
            delattr(cls, key)  # an instance has the value under this name, or nothing has
        new = {k: v for k, v in own.items() if k not in cls.options}
        # An option that a base declares already keeps its place there and gets the new definition.
        early = {k: own.get(k, v) for k, v in cls.early.items() if k not in cls.omitted}
        late = {k: own.get(k, v) for k, v in cls.late.items() if k not in cls.omitted}
        if cls.own_options_last:
            cls.early, cls.late = early, inserted(late, new)
        else:
            # New options come before those of the bases, unless `after` names a place among them.
            first = {k: v for k, v in new.items() if v.after is None}
            rest = {k: v for k, v in new.items() if v.after is not None}
            cls.early, cls.late = inserted(first | early, rest), late
        cls.options = cls.early | cls.late
        cls.keras_options = tuple(key for key, each in cls.options.items() if each.keras)
        if "class_name" not in vars(cls):
            cls.class_name = cls.__name__

    @short
    def __init__(self, *args: Any, **options: Any) -> None:
        if len(args) > len(self.positional):
            raise InvalidModelError(
                f"{self.class_name} takes {len(self.positional)} arguments without their names, "
                f"{len(args)} were given; its options are {', '.join(self.options)}"
            )
        options |= dict(zip(self.positional, args, strict=False))
        common = {key: options.pop(key) for key in COMMON if key in options}
        self._take_common(**common)
        self._take_options(options)

    def get_config(self) -> dict[str, Any]:
        """Return the options as JSON, in the key order of TensorFlow.js."""
        written = {
            key: self._config_value(getattr(self, key))
            for key, each in self.options.items()
            if each.is_written(getattr(self, key))
        }
        early = {key: value for key, value in written.items() if key in self.early}
        late = {key: value for key, value in written.items() if key in self.late}
        return {**early, **self.common_config(), **late}

    @classmethod
    @short
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return the layer that `config` describes. Keys it does not know are left out."""
        code = cls.__init__.__code__  # a class of the user's own may take arguments as usual
        own = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
        options = cls.options
        return cls(
            **{
                key: value
                for key, value in config.items()
                if key in options or key in COMMON or key in own
            }
        )

    def common_config(self) -> dict[str, Any]:
        """Return the part of the config that every layer has."""
        raise NotImplementedError

    def _take_common(self, *args: Any, **common: Any) -> None:
        raise NotImplementedError

    @staticmethod
    def _config_value(value: Any) -> Any:
        if isinstance(value, Configured):
            return {"class_name": value.class_name, "config": value.get_config()}
        if isinstance(value, list) and value and isinstance(value[0], Configured):
            return [Configured._config_value(item) for item in value]
        return value

    def _take_options(self, given: dict[str, Any]) -> None:
        unknown = [key for key in given if key not in self.options]
        if unknown:
            raise InvalidModelError(
                f"{self.class_name} has no option {unknown[0]!r}; it has "
                f"{', '.join([*self.options, *COMMON])}"
            )
        for key, each in self.options.items():
            value = given.get(key)
            if value is None and each.default is None:  # nearly half of them
                setattr(self, key, None)
                continue
            try:
                setattr(self, key, each.value(value))
            except ValueError as error:
                raise InvalidModelError(
                    f"{key} of {self.class_name} {self.name!r} is {value!r:.200}; expected {error}"
                ) from None
