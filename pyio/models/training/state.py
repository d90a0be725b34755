"""An optimizer at work: its settings, the steps done, and the state of each weight."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.format.words import OneLine
from pyio.models.training.optimizers import DEFAULTS, as_tfjs
from pyio.models.training.penalties import constrained
from pyio.models.training.updates import (
    UPDATES,
    State,
    Step,
    clipped,
    first_state,
    kinds_of,
    nadam_products,
)

if TYPE_CHECKING:
    from pyio.models.core.weight import Weight

Array = Any
Change = tuple[Callable[[Any], object], Any]
"""A setter and the value for it."""

_UNIQUE = re.compile(r"_\d+$")
"""What TensorFlow.js appends to the name of a weight if another model in the page used it."""


@dataclass(frozen=True, slots=True, repr=False)
class StateReport(OneLine):
    """How the stored state of an optimizer was matched with the weights of a model.

    Attributes:
        how: "position", or "name" if the numbers of weights differ, as after freezing a layer.
        matched: The weights whose state was taken.
        started: The weights whose state starts from the beginning.
        extra: Names of stored arrays that no weight took.
    """

    how: str
    matched: tuple[str, ...]
    started: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<StateReport: {self}>"

    def __str__(self) -> str:
        text = f"the state of {len(self.matched)} weights matched by {self.how}"
        if self.started:
            text += f"; started anew: {', '.join(self.started)}"
        return text + (f"; left over: {', '.join(self.extra)}" if self.extra else "")


class RunningOptimizer:
    """The optimizer of a compiled model: `LayersModel.optimizer`.

    Args:
        config: The ``optimizer_config`` of a training config. `learning_rate` changes it in place.
        saved: The stored state, by name, in the order in which it is saved.

    Attributes:
        class_name: Its class, such as "Adam".
        iterations: The number of steps done.
        report: How the stored state was matched, or None before the first step.

    Raises InvalidModelError for a class that pyio does not know.
    """

    def __init__(self, config: dict[str, Any], saved: Mapping[str, Array]) -> None:
        self._written = config
        self.class_name, own = as_tfjs(config)
        if self.class_name not in UPDATES:
            raise InvalidModelError(
                f"the optimizer {self.class_name!r} is not one of {', '.join(UPDATES)}; compile "
                "the model with one of pyio.optimizers"
            )
        self.config: dict[str, Any] = {**DEFAULTS[self.class_name], **own}
        self._kinds = kinds_of(self.class_name, self.config)
        self._saved = dict(saved)
        self._states: dict[Weight, State] = {}
        self._names: dict[tuple[Weight, str], str] = {}
        self.report: StateReport | None = None
        self.iterations = int(np.asarray(saved["iter"]).reshape(-1)[0]) if "iter" in saved else 0
        self._powers = self._powers_after(self.iterations)
        self.generators: dict[Any, np.random.Generator] = {}

    def __repr__(self) -> str:
        return (
            f"<{self.class_name}: learning rate {self.learning_rate:g}, "
            f"{self.iterations} steps done>"
        )

    @property
    def learning_rate(self) -> float:
        """How far a step goes. Setting it acts from the next step on, and is saved.

        Setting anything but a number from 0 raises ModelInputError.
        """
        return float(self.config["learningRate"])

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        if isinstance(value, bool) or not math.isfinite(rate := float(value)) or rate < 0:
            raise ModelInputError(f"the learning rate is {value!r}; expected a number from 0")
        self.config["learningRate"] = rate
        own = self._written.setdefault("config", {})
        own["learning_rate" if "learning_rate" in own else "learningRate"] = rate

    def begin(self, weights: Sequence[Weight]) -> None:
        """Match a stored state with `weights`, the first time that there is one."""
        saved = {name: value for name, value in self._saved.items() if name != "iter"}
        self._saved = {}
        if saved:
            self.report = self._match(saved, weights)

    def state_of(self, weight: Weight) -> State:
        """Return the state of `weight`, which starts from the beginning at first use."""
        state = self._states.get(weight)
        if state is None:
            state = {kind: first_state(kind, weight.shape, self.config) for kind in self._kinds}
            self._states[weight] = state
        return state

    def changes(self, weights: Sequence[Weight], gradients: Sequence[Array | None]) -> list[Change]:
        """Return everything that a step changes. Nothing is changed yet, and nothing can fail."""
        step = Step(
            self.config,
            self.iterations,
            self._powers,
            nadam_products(self.config["beta1"], self.iterations)
            if self.class_name == "Nadam"
            else (0.0, 0.0),
        )
        update = UPDATES[self.class_name]
        changes: list[Change] = []
        with np.errstate(all="ignore"):
            for weight, gradient in zip(
                weights, clipped(list(gradients), self.config), strict=True
            ):
                state = self.state_of(weight)
                if gradient is None:
                    continue
                value, new = update(weight.value, gradient, state, step)
                changes.append((weight.assign, constrained(value, weight.constraint)))
                changes.append((_setter(self._states, weight), new))
        changes.append((self._set_iterations, (self.iterations + 1, self._powers_next())))
        return changes

    def saved_state(self, weights: Sequence[Weight]) -> dict[str, Array]:
        """Return the state by name, as TensorFlow.js saves it: kind by kind, weight by weight.

        The names of a loaded state are kept; ``iter`` is the number of steps.
        """
        if self._saved or not (self._states or self.iterations):
            return dict(self._saved)  # as it was loaded
        found: dict[str, Array] = {"iter": np.asarray(self.iterations, np.int32)}
        for kind in self._kinds:
            for weight in weights:
                name = self._names.get((weight, kind), f"{weight.name}/{kind}")
                while name in found:  # two weights of the same name
                    name = _numbered(name, kind)
                found[name] = self.state_of(weight)[kind]
        return found

    def _set_iterations(self, value: tuple[int, tuple[Any, Any]]) -> None:
        self.iterations, self._powers = value

    def _powers_after(self, iterations: int) -> tuple[Any, Any]:
        """Return the betas to the power of the number of the next step, as a resumed run has it."""
        betas = (self.config.get("beta1", 0), self.config.get("beta2", 0))
        if iterations == 0:
            return np.float32(betas[0]), np.float32(betas[1])
        exponent = np.float32(iterations + 1)
        return np.float32(betas[0]) ** exponent, np.float32(betas[1]) ** exponent

    def _powers_next(self) -> tuple[Any, Any]:
        one, two = self._powers
        return (
            one * np.float32(self.config.get("beta1", 0)),
            two * np.float32(self.config.get("beta2", 0)),
        )

    def _match(self, saved: Mapping[str, Array], weights: Sequence[Weight]) -> StateReport:
        """Take a stored state: by position and shape, or by name where the numbers differ."""
        names = list(saved)
        wanted = [(weight, kind) for kind in self._kinds for weight in weights]
        if len(names) == len(wanted) and all(
            saved[name].shape == weight.shape
            for name, (weight, _) in zip(names, wanted, strict=True)
        ):
            pairs = dict(zip(wanted, names, strict=True))
        else:
            pairs = self._by_name(saved, wanted)
        for (weight, kind), name in pairs.items():
            self.state_of(weight)[kind] = np.array(saved[name], np.float32)
            self._names[weight, kind] = name
        matched = [weight for weight in weights if weight in {each for each, _ in pairs}]
        return StateReport(
            "position" if len(pairs) == len(wanted) == len(names) else "name",
            tuple(weight.name for weight in matched),
            tuple(weight.name for weight in weights if weight not in matched) if wanted else (),
            tuple(name for name in names if name not in pairs.values()),
        )

    @staticmethod
    def _by_name(
        saved: Mapping[str, Array], wanted: Sequence[tuple[Weight, str]]
    ) -> dict[tuple[Weight, str], str]:
        free = list(saved)
        pairs: dict[tuple[Weight, str], str] = {}
        for exact in (True, False):
            for weight, kind in wanted:
                if (weight, kind) in pairs:
                    continue
                for name in free:
                    of, _, its_kind = name.rpartition("/")
                    of = of if exact else _UNIQUE.sub("", of)
                    if (of, its_kind) == (weight.name, kind) and (
                        saved[name].shape == weight.shape
                    ):
                        pairs[weight, kind] = name
                        free.remove(name)
                        break
        return pairs


def _setter(states: dict[Weight, State], weight: Weight) -> Callable[[Any], object]:
    def change(state: State) -> None:
        states[weight] = state

    return change


def _numbered(name: str, kind: str) -> str:
    base = name.removesuffix(f"/{kind}")
    found = re.search(r"_(\d+)$", base)
    if found is None:
        return f"{base}_1/{kind}"
    return f"{base[: found.start()]}_{int(found[1]) + 1}/{kind}"


def commit(changes: Sequence[Change]) -> None:
    """Make all `changes`. An interrupt in the middle comes through after the last of them."""
    try:
        for change, value in changes:
            change(value)
    except BaseException:
        for change, value in changes:
            change(value)
        raise
