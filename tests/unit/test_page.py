"""What the page knows without a browser: how models see, what they learn, what is in them."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from tests.conftest import ROOT
from tests.support.models import run
from web.page import lessons as teaching
from web.page.anatomy import BINS, ends_of, histogram, kind_of
from web.page.compatibility import verdicts
from web.page.lessons import Lessons, Progress, scored, teach, varied
from web.page.links import MARK, name_in, packed, unpacked
from web.page.reasons import PageError, checked_name, enough, reason
from web.page.sight import (
    Drawing,
    NotADigitModelError,
    classifier_of,
    digit_classifier_of,
    labels_of,
)

if TYPE_CHECKING:
    from web.page.digits import Stroke

MODEL = ROOT / "web/model"
SEVEN: list[Stroke] = [[(0.3, 0.2), (0.7, 0.2), (0.6, 0.5), (0.5, 0.85)]]
BARRED: list[Stroke] = [
    [(0.2, 0.35), (0.28, 0.2), (0.72, 0.2), (0.4, 0.9)],
    [(0.3, 0.55), (0.7, 0.5)],
]


@pytest.fixture(scope="module")
def trained() -> pyio.ModelArtifacts:
    return run(pyio.load_artifacts(f"file://{MODEL}"))


@pytest.fixture(scope="module")
def samples() -> list[list[list[int]]]:
    found: list[list[list[int]]] = [[] for _ in range(10)]
    for example in json.loads((MODEL / "examples.json").read_text("utf-8")):
        found[example["label"]].append(example["pixels"])
    return found


def network(*layers: Any) -> pyio.ModelArtifacts:
    return pyio.model_to_artifacts(pyio.Sequential(list(layers)))


def flat(shape: tuple[int | None, ...], units: int) -> pyio.ModelArtifacts:
    return network(
        pyio.layers.Reshape((-1,), input_shape=shape), pyio.layers.Dense(units, use_bias=False)
    )


@pytest.mark.parametrize(
    ("shape", "sides"), [((64,), (8, 8)), ((784,), (28, 28)), ((28, 20), (28, 20))]
)
def test_models_get_pictures_in_their_shape(shape: tuple[int, ...], sides: tuple[int, int]) -> None:
    """A vector of n² numbers is a square; each number is 0 for paper to 1 for ink."""
    classifier = classifier_of(flat(shape, 3))
    assert (classifier.sight.height, classifier.sight.width) == sides
    example = classifier.sight.example(Drawing(SEVEN))
    assert example.shape == (1, *shape)
    assert example.dtype == np.float32
    assert example.min() == 0
    assert 0.5 < example.max() <= 1
    assert classifier.outputs(Drawing(SEVEN)).shape == (3,)


def test_colours_are_ink_on_paper() -> None:
    """A model of three colours gets black ink (0) on white paper (1)."""
    pool = pyio.layers.GlobalAveragePooling2D(input_shape=(32, 32, 3))
    classifier = classifier_of(network(pool, pyio.layers.Dense(2)))
    example = classifier.sight.example(Drawing(SEVEN))
    assert example.shape == (1, 32, 32, 3)
    assert example.mean() > 0.7
    assert np.ptp(example, axis=3).max() == 0


def test_a_sample_looks_the_same_in_every_size(samples: list[list[list[int]]]) -> None:
    """The 64 pixels of a sample become larger pictures with the same mean of ink."""
    drawing = Drawing(sample=samples[3][0])
    assert drawing.picture(28, 28).mean() == pytest.approx(drawing.picture(8, 8).mean(), abs=1e-9)
    assert drawing.picture(8, 8).reshape(-1) * 16 == pytest.approx(samples[3][0])


@pytest.mark.parametrize(
    ("shape", "units", "why"),
    [((63,), 10, "no picture"), ((None, 8), 10, "no picture"), ((64,), 3, "3 outputs")],
)
def test_says_why_a_model_recognises_no_digits(
    shape: tuple[int | None, ...], units: int, why: str
) -> None:
    """Models without a picture or with other outputs are refused with the reason."""
    layer = pyio.layers.Dense(units, input_shape=shape)
    with pytest.raises(NotADigitModelError, match=why):
        digit_classifier_of(network(layer))


def test_logits_become_probabilities() -> None:
    """A model without softmax has probabilities too, in the order of its numbers."""
    classifier = digit_classifier_of(flat((64,), 10))
    values, found = classifier.outputs(Drawing(SEVEN)), classifier.probabilities(Drawing(SEVEN))
    assert found.sum() == pytest.approx(1)
    assert np.argsort(values).tolist() == np.argsort(found).tolist()


def test_labels() -> None:
    """Labels come from Teachable Machine's metadata or the page's; otherwise they are numbers."""
    assert labels_of({"labels": ["cat", "dog"]}, 2) == ("cat", "dog")
    assert labels_of({"classes": ["cat", "dog"]}, 2) == ("cat", "dog")
    assert labels_of({"labels": ["cat"]}, 2) == ("0", "1")
    assert labels_of(None, 2) == ("0", "1")


def test_pixels_go_where_the_model_wants_them() -> None:
    """A model whose card says -1 to 1 gets paper as 1 and ink as -1, in colours."""
    pool = pyio.layers.GlobalAveragePooling2D(input_shape=(32, 32, 3))
    model = pyio.Sequential([pool, pyio.layers.Dense(2)])
    model.user_defined_metadata = pyio.ModelCard(input_range=(-1, 1)).metadata()
    classifier = classifier_of(pyio.model_to_artifacts(model))
    example = classifier.sight.example(Drawing(SEVEN))
    assert example.max() == 1
    assert example.min() < -0.5


def test_learns_a_hand_and_forgets_nothing(
    trained: pyio.ModelArtifacts, samples: list[list[list[int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five sevens that are taken for something else are known after the training, also new ones."""
    monkeypatch.setattr(teaching, "EPOCHS", 8)
    random = np.random.default_rng(1)
    mine, new = Lessons(), Lessons()
    for lessons in (mine, new):
        for _ in range(5):
            lessons.add(varied(BARRED, random), 2)  # as if this person wrote twos like that
    told: list[Progress] = []

    async def tell(progress: Progress) -> None:
        told.append(progress)

    before = scored(digit_classifier_of(trained), mine, samples)
    learnt = run(teach(trained, mine, samples, tell))
    after = digit_classifier_of(learnt)
    assert before.drawings == 0
    assert scored(after, mine, samples).drawings == 5
    assert scored(after, new, samples).drawings >= 4
    assert scored(after, mine, samples).samples >= before.samples - 1
    assert [progress.epoch for progress in told] == list(range(1, 9))
    metadata: Any = learnt.user_defined_metadata
    assert metadata["taught"] == {"drawings": 5, "right": 5, "digits": {"2": 5}}
    assert "testAccuracy" not in metadata
    assert scored(digit_classifier_of(trained), mine, samples) == before  # a copy has learnt


def test_lessons() -> None:
    """Drawings are counted for each digit, and the last one can be forgotten."""
    lessons = Lessons()
    for digit in (7, 7, 1):
        lessons.add(SEVEN, digit)
    assert (lessons.counts[7], lessons.counts[1], lessons.lacking) == (2, 1, 2)
    lessons.forget_last()
    assert lessons.counts[1] == 0
    assert lessons.lacking == 3


def test_histograms() -> None:
    """Values are counted in equal steps; what is not finite is counted apart."""
    found = histogram(np.array([0.0, 0.5, 1.0, np.nan, np.inf], np.float32))
    assert found is not None
    assert len(found.counts) == BINS
    assert sum(found.counts) == 3
    assert (found.low, found.high, found.odd) == (0.0, 1.0, 2)
    assert found.words == "0 to 1, mean 0.5 ± 0.408, 2 not finite"
    constant = histogram(np.ones(7))
    assert constant is not None
    assert sum(constant.counts) == 7
    large = histogram(np.arange(1_000_000))
    assert large is not None
    assert sum(large.counts) <= 250_000
    assert histogram(np.zeros((0, 3))) is None
    assert histogram(np.array(["text"])) is None


def inspected(artifacts: pyio.ModelArtifacts) -> pyio.Inspection:
    return asyncio.run(pyio.inspect(pyio.from_memory(artifacts)))


def test_verdicts(trained: pyio.ModelArtifacts) -> None:
    """The answers are tried: a layer that TensorFlow.js lacks, a graph op, arrays alone."""
    model = pyio.model_from_artifacts(trained)
    assert [each.opens for each in verdicts(trained, inspected(trained), model)] == [True, True]
    assert ends_of(model) == "64 → 10"
    odd = pyio.Sequential([pyio.layers.UnitNormalization(input_shape=(4,))])
    with pytest.warns(pyio.CompatibilityWarning):
        artifacts = pyio.model_to_artifacts(odd)
    assert kind_of(inspected(artifacts)) == "a model of layers"
    tfjs, keras = verdicts(artifacts, inspected(artifacts), odd)
    assert (tfjs.opens, keras.opens) == (False, True)
    assert "UnitNormalization, which only Keras has" in tfjs.why
    weights = pyio.encode_weights({"w": np.ones(3, np.float32)})
    arrays = pyio.ModelArtifacts(weight_specs=weights.specs, weight_data=weights.data)
    assert kind_of(inspected(arrays)) == "arrays alone, without a model"
    assert [each.opens for each in verdicts(arrays, inspected(arrays), None)] == [False, False]
    node: Any = {"name": "n", "op": "NoSuchOp", "attr": {}}
    graph = pyio.ModelArtifacts(model_topology={"node": [node]}, format="graph-model")
    tfjs, keras = verdicts(graph, inspected(graph), None)
    assert (tfjs.opens, keras.opens) == (False, False)
    assert "NoSuchOp" in tfjs.why


def test_links(trained: pyio.ModelArtifacts, samples: list[list[list[int]]]) -> None:
    """A link of 25 kB holds the model, which still recognises what it did; a cut one is refused."""
    link = packed(trained, "my-digits")
    assert len(link) < 25_000
    archive = unpacked(link)
    assert archive is not None
    assert name_in(archive) == "my-digits"
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        weights = files.read("my-digits.weights.bin")
        assert len(weights) == 17_226
        shared = pyio.get_model_artifacts_for_json(
            json.loads(files.read("my-digits.json")), weight_data=weights
        )
    known = [scored(digit_classifier_of(each), Lessons(), samples) for each in (trained, shared)]
    assert known[0] == known[1]
    assert unpacked("#another-fragment") is None
    for broken in (f"{MARK}ab%d", f"{MARK}a"):
        with pytest.raises(PageError, match="damaged"):
            unpacked(broken)


def test_large_models_get_no_link() -> None:
    """A model that is too large for a link is refused with what to do instead."""
    layer = pyio.layers.Dense(1000, input_shape=(1000,))
    with pytest.raises(PageError, match="too large for a link"):
        packed(network(layer), "large")


def test_reasons() -> None:
    """The page's words name no function and no option of the library."""
    full = pyio.QuotaExceededError(
        "localstorage://x", 90_000, 30_000, removable=(("a", 80_000), ("b", 60_000), ("c", 10))
    )
    assert reason(full) == (
        "There is no room for it: it needs 90.0 kB, and 30.0 kB are left. "
        "What was stored before is unchanged."
    )
    assert enough(full) == (("b", 60_000),)
    both = pyio.QuotaExceededError("x://y", 9, 0, removable=(("a", 5), ("b", 4), ("c", 1)))
    assert enough(both) == (("a", 5), ("b", 4))
    never = pyio.QuotaExceededError("x://y", 90, 0, removable=(("a", 5),))
    assert enough(never) == ()
    offline = pyio.RequestError("no answer", "https://example.com")
    assert "offline" in (reason(offline) or "")
    assert (
        reason(pyio.DamagedModelError("x://y", "it ends early")) == "It is damaged: it ends early."
    )
    assert reason(KeyError("x")) is None


@pytest.mark.parametrize("name", ["", "  ", "a://b"])
def test_names(name: str) -> None:
    """Names that no address can have are refused before anything is tried."""
    assert checked_name(" fox or dog ") == "fox or dog"
    with pytest.raises(PageError):
        checked_name(name)
