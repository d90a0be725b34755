"""Write SavedModels with TensorFlow's answers to ``tests/data/saved_models``.

TensorFlow is not among the project's dependencies. Run this in an environment of its own with
``pip install tensorflow-cpu==2.19.1``:

    python scripts/generate/saved_models.py tests/data/saved_models

Other models there were made in the same way by earlier programs. TensorFlow's files hold names and
order of its own, so a second run gives other bytes and the same kinds of models.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":  # before the imports below, which need packages
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", help="where the models go")
    parser.parse_args()

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

RNG = np.random.default_rng(5)


def floats(*shape: int) -> Any:
    """Random numbers."""
    return RNG.standard_normal(shape).astype(np.float32)


def told(value: Any) -> dict[str, Any]:
    """An array as JSON."""
    array = np.asarray(value)
    listed = array.reshape(-1).tolist()
    if array.dtype == object:
        listed = [each.decode() if isinstance(each, bytes) else each for each in listed]
    dtype = "string" if array.dtype == object else array.dtype.name
    return {"dtype": dtype, "shape": list(array.shape), "values": listed}


def write(folder: Path, inputs: dict[str, Any], outputs: dict[str, Any], **more: Any) -> None:
    """Write the case.json beside a model."""
    sides = {"inputs": inputs, "outputs": outputs}
    case = {side: {k: told(v) for k, v in values.items()} for side, values in sides.items()}
    (folder / "case.json").write_text(json.dumps({"name": folder.name, **case, **more}))


def served(tf: Any, folder: Path, inputs: dict[str, Any]) -> None:
    """Load the model that was saved, and write what it answers."""
    signature = tf.saved_model.load(str(folder / "model")).signatures["serving_default"]
    found = signature(**{key: tf.constant(value) for key, value in inputs.items()})
    outputs = {key: value.numpy() for key, value in found.items()}
    write(folder, inputs, outputs, signature="serving_default")


def lists(tf: Any, folder: Path) -> None:
    """Loops with lists, branches with variables, a choice of four."""
    module = tf.Module()
    module.w, module.b = tf.Variable(floats(3, 3)), tf.Variable(floats(3))

    def compute(x: Any, n: Any) -> dict[str, Any]:
        def body(i: Any, total: Any, _last: Any) -> tuple[Any, Any, Any]:
            halved = tf.cond(i % 2 == 0, lambda: total + module.b, lambda: total * 0.5)
            return i + 1, halved, tf.constant(1.0)

        looped = tf.while_loop(lambda i, *_: i < n, body, [0, x, 0.0])
        written = tf.TensorArray(tf.float32, 0, dynamic_size=True, clear_after_read=False)
        for i in tf.range(n):
            written = written.write(i, tf.cast(i, tf.float32) * x[0])
        return {
            "a": tf.map_fn(lambda row: tf.tensordot(row, module.w, 1) + module.b, x),
            "b": looped[1],
            "bc": looped[2],
            "c": tf.scan(lambda total, row: total * 0.5 + row, x),
            "ta": written.stack(),
            "e": tf.switch_case(n % 4, [lambda: x, lambda: x * 2, lambda: x + module.b]),
        }

    specs = [tf.TensorSpec([None, 3], name="x"), tf.TensorSpec([], tf.int32, name="n")]
    module.f = tf.function(compute, input_signature=specs)
    tf.saved_model.save(module, str(folder / "model"), signatures={"serving_default": module.f})
    served(tf, folder, {"x": floats(4, 3), "n": np.int32(5)})


def lstm(tf: Any, folder: Path) -> None:
    """Two layers of LSTM, exported by Keras 3."""
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((7, 5)),
            layers.LSTM(6, return_sequences=True),
            layers.LSTM(4),
            layers.Dense(3),
        ]
    )
    model.export(str(folder / "model"))
    signature = tf.saved_model.load(str(folder / "model")).signatures["serving_default"]
    served(tf, folder, {next(iter(signature.structured_input_signature[1])): floats(2, 7, 5)})


def v1_branches(tf: Any, folder: Path) -> None:
    """TF 1: branches that read variables or are constant, a table, an array that a loop writes."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        v1.enable_resource_variables()
        v1.disable_control_flow_v2()
        x = v1.placeholder(tf.float32, [None, 4], name="x")
        first = v1.get_variable("a", initializer=floats(4, 4))
        second = v1.get_variable("b", initializer=floats(4, 4))
        flag = v1.placeholder_with_default(tf.constant(True), [], "flag")
        content = tf.constant(["a", "b"]), tf.constant([1, 2], tf.int64)
        table = v1.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(*content), -1)

        def step(i: Any, written: Any) -> tuple[Any, Any]:
            return i + 1, written.write(i, x[0] * tf.cast(i, tf.float32))

        array = v1.while_loop(lambda i, _: i < 3, step, [0, tf.TensorArray(tf.float32, 3)])[1]
        outputs = {
            "m": v1.cond(flag, lambda: tf.matmul(x, first), lambda: tf.matmul(x, second)),
            "n": v1.cond(flag, first.read_value, second.read_value),
            "k": v1.cond(flag, lambda: tf.constant(2.0), lambda: tf.constant(3.0)),
            "ids": table.lookup(tf.constant(["b", "q"])),
            "st": array.stack(),
        }
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
        builder = v1.saved_model.builder.SavedModelBuilder(str(folder / "model"))
        inputs = {"x": x, "flag": flag}
        info = v1.saved_model.build_tensor_info
        sides = [{key: info(each) for key, each in side.items()} for side in (inputs, outputs)]
        signature = v1.saved_model.build_signature_def(*sides, "p")
        tags, main = ["serve", "extra"], v1.tables_initializer()
        builder.add_meta_graph_and_variables(session, tags, {"go": signature}, main_op=main)
        builder.save()
        given = {"x": floats(2, 4), "flag": np.bool_(False)}
        found = session.run(outputs, {x: given["x"], flag: False})
    write(folder, given, found, signature="go", options={"tags": tags})


def frozen_loop(tf: Any, folder: Path) -> None:
    """A frozen graph whose loop TensorFlow has written as a frame."""
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2 as freeze,
    )

    module = tf.Module()
    module.w = tf.Variable(floats(3, 3))

    def compute(x: Any) -> tuple[Any, Any]:
        def body(i: Any, a: Any) -> tuple[Any, Any]:
            return i + 1, tf.nn.top_k(a @ module.w, 3).values

        looped = tf.while_loop(lambda i, _: i < 3, body, [0, x])[1]
        return tf.nn.top_k(x @ module.w, 2).indices, looped

    spec = tf.TensorSpec([None, 3], name="x")
    frozen = freeze(tf.function(compute).get_concrete_function(spec))
    (folder / "model").mkdir()
    data = frozen.graph.as_graph_def().SerializeToString()
    (folder / "model" / "g.pb").write_bytes(data)
    given = floats(2, 3)
    names = [each.name.split(":")[0] for each in frozen.outputs]
    found = dict(zip(names, frozen(tf.constant(given)), strict=True))
    write(folder, {"x": given}, found, outputs_wanted=names)


def hub_table(tf: Any, folder: Path) -> None:
    """A module without signatures, which looks words up in a table and returns a dict."""
    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(["a", "b"], [1.0, 2.0]), 0.5
    )

    class Module(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            self.w, self.table = tf.Variable(floats(1, 2)), table

        @tf.function  # type: ignore[untyped-decorator]
        def __call__(self, words: Any) -> dict[str, Any]:
            found = self.table.lookup(words)
            return {"pooled": tf.reduce_sum(found), "default": found[:, None] * self.w}

    module = Module()
    module.__call__.get_concrete_function(tf.TensorSpec([None], tf.string))
    tf.saved_model.save(module, str(folder / "model"))
    words = np.array(["a", "ü", "b"], object)
    found = tf.saved_model.load(str(folder / "model"))(tf.constant(words))
    write(folder, {"words": words}, {key: value.numpy() for key, value in found.items()})


MODELS: list[Callable[[Any, Path], None]] = [lists, lstm, v1_branches, frozen_loop, hub_table]


def main() -> None:
    """Write all models."""
    import tensorflow as tf

    for make in MODELS:
        folder = Path(sys.argv[1]) / make.__name__
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(tf, folder)


if __name__ == "__main__":
    main()
