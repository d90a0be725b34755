"""Configured: the part of a layer that has options, and says them as a config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from pyio.errors import InvalidModelError
from pyio.models.core import names as naming
from pyio.models.core.options import Option, inserted
from pyio.models.core.shapes import check_size, shape_of
from pyio.models.core.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from pyio.models.core.graph import Node
    from pyio.models.core.shapes import Shape
    from pyio.models.core.weight import Weight

COMMON = (
    *("name", "trainable", "input_shape", "batch_input_shape", "batch_size"),
    *("dtype", "input_dtype", "weights"),
)
"""The arguments that every layer takes beside its own options."""


class Configured:
    """Something that is made of options and can say them as JSON, in TensorFlow.js's key order."""

    __signature__: ClassVar[Any] = Signature(COMMON)

    options: ClassVar[dict[str, Option]] = {}
    early: ClassVar[dict[str, Option]] = {}
    late: ClassVar[dict[str, Option]] = {}
    """The options that a config says before and after the name."""

    positional: tuple[str, ...] = ()
    """The options that may be given without their names, in order."""

    own_options_last: ClassVar[bool] = False
    """Whether a config says this class's own options after the name."""

    omitted: ClassVar[tuple[str, ...]] = ()
    """Options of the bases that this class does not have."""

    class_name: str = ""
    trainable: bool

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = {key: value for key, value in vars(cls).items() if isinstance(value, Option)}
        for key in own:
            delattr(cls, key)
        new = {k: v for k, v in own.items() if k not in cls.options}
        early = {k: own.get(k, v) for k, v in cls.early.items() if k not in cls.omitted}
        late = {k: own.get(k, v) for k, v in cls.late.items() if k not in cls.omitted}
        if cls.own_options_last:
            cls.early, cls.late = early, inserted(late, new)
        else:
            first = {k: v for k, v in new.items() if v.after is None}
            rest = {k: v for k, v in new.items() if v.after is not None}
            cls.early, cls.late = inserted(first | early, rest), late
        cls.options = cls.early | cls.late
        if "class_name" not in vars(cls):
            cls.class_name = cls.__name__

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
        said = {
            key: self._config_value(getattr(self, key))
            for key, each in self.options.items()
            if each.is_written(getattr(self, key))
        }
        early = {key: value for key, value in said.items() if key in self.early}
        late = {key: value for key, value in said.items() if key in self.late}
        return {**early, **self.common_config(), **late}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return the layer that `config` describes. Keys it does not know are left out."""
        code = cls.__init__.__code__  # a class of the user's own may take arguments as usual
        own = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
        known = {*cls.options, *COMMON, *own}
        return cls(**{key: value for key, value in config.items() if key in known})

    def common_config(self) -> dict[str, Any]:
        """Return the part of the config that every layer has."""
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable}
        if self.batch_input_shape is not None:
            config["batch_input_shape"] = list(self.batch_input_shape)
            if self.dtype is not None:
                config["dtype"] = self.dtype
        return config

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
            try:
                setattr(self, key, each.value(given.get(key)))
            except ValueError as error:
                raise InvalidModelError(
                    f"{key} of {self.class_name} {self.name!r} is {given.get(key)!r:.200}; "
                    f"expected {error}"
                ) from error

    def _take_common(
        self,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None:
        if not isinstance(name, str | None):
            raise InvalidModelError(f"the name of a {self.class_name} is {name!r}; expected text")
        self.name = name or naming.layer_name(self.class_name)
        self.scope = self.name
        self.inbound_nodes: list[Node] = []
        self.initial_weights = weights
        self._trainable_weights: list[Weight] = []
        self._other_weights: list[Weight] = []
        self._trainable = True if trainable is None else bool(trainable)
        self.batch_input_shape: Shape | None = None
        self.dtype: str | None = None
        if batch_input_shape is None and input_shape is not None:
            try:
                batch_input_shape = [batch_size, *input_shape]
            except TypeError:
                raise InvalidModelError(
                    f"the input_shape of {self.name!r} is {input_shape!r}; expected a list of "
                    "sides, such as (3,)"
                ) from None
        if batch_input_shape is not None:
            what = f"the input shape of {self.name!r}"
            self.batch_input_shape = check_size(shape_of(batch_input_shape, what), what)
            self.dtype = dtype or input_dtype or "float32"
