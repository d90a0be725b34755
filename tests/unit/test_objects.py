"""Objects of scikit-learn in any medium, with skops and without a pickle."""

from __future__ import annotations

import io
import pickle
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.converters import skops_files
from pyio.format.archive import unzip
from tests.support.models import artifacts, run

if TYPE_CHECKING:
    from pathlib import Path


def test_without_skops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without skops, the error has the line that installs it."""
    monkeypatch.setitem(sys.modules, "skops.io", None)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    for work in (pyio.save_object(1, "memory://o"), pyio.load_object("memory://o")):
        with pytest.raises(pyio.UnsupportedEnvironmentError, match=r"pyio-web\[sklearn\]"):
            run(work)


def test_an_archive_is_kept_whole() -> None:
    """A file of skops is one tensor, with what wrote it; other artifacts are no object."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("schema.json", "{}")
    made = skops_files.stored(file.getvalue(), {"class": "a.B"})
    assert [(spec.name, spec.dtype) for spec in made.weight_specs or ()] == [("skops", "uint8")]
    data = skops_files.archive_of(made)
    again = skops_files.opened(data, unzip(data, "o", every=True))
    assert skops_files.about_of(again) == skops_files.about_of(made) == {"class": "a.B"}
    with pytest.raises(pyio.InvalidModelError, match=r"a model, not an object.*load_layers_model"):
        skops_files.archive_of(artifacts())


class TestWithSkops:
    """Where scikit-learn and skops are installed."""

    @pytest.fixture(autouse=True)
    def installed(self) -> None:
        """Skip the tests without them."""
        pytest.importorskip("sklearn")
        pytest.importorskip("skops")

    @pytest.fixture
    def data(self) -> tuple[Any, Any]:
        """Examples and their classes."""
        rng = np.random.default_rng(3)
        x = rng.standard_normal((120, 4))
        return x, (x[:, 0] + x[:, 1] > 0).astype(int)

    def pipeline(self, data: Any) -> Any:
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        forest = RandomForestClassifier(5, random_state=0)
        return make_pipeline(StandardScaler(), forest).fit(*data)

    def test_every_place(self, data: Any, tmp_path: Path) -> None:
        """A pipeline comes back from memory, a directory, a zip and a file: same predictions."""
        made = self.pipeline(data)
        expected = made.predict_proba(data[0])
        names = ["memory://o", f"file://{tmp_path}/d", f"file://{tmp_path}/o.zip"]
        for url in (*names, f"file://{tmp_path}/o.skops"):
            run(pyio.save_object(made, url))
            found = run(pyio.load_object(url))
            assert np.array_equal(found.predict_proba(data[0]), expected), url
        run(pyio.copy_model("memory://o", f"file://{tmp_path}/copy.skops"))
        found = run(pyio.load_object(f"file://{tmp_path}/copy.skops"))
        assert np.array_equal(found.predict_proba(data[0]), expected)
        about = run(pyio.inspect(f"file://{tmp_path}/copy.skops")).user_defined_metadata
        assert isinstance(about, dict)
        assert about["object"]["class"] == "sklearn.pipeline.Pipeline"
        assert "memory://o" in run(pyio.list_models())

    def test_skops_itself(self, data: Any, tmp_path: Path) -> None:
        """The library opens the file, and its own files are opened."""
        import skops.io

        made = self.pipeline(data)
        run(pyio.save_object(made, f"file://{tmp_path}/o.skops"))
        types = skops.io.get_untrusted_types(file=tmp_path / "o.skops")
        again = skops.io.load(tmp_path / "o.skops", trusted=types)
        assert np.array_equal(again.predict(data[0]), made.predict(data[0]))
        skops.io.dump(made, tmp_path / "theirs.skops")
        found = run(pyio.load_object(f"file://{tmp_path}/theirs.skops"))
        assert np.array_equal(found.predict(data[0]), made.predict(data[0]))

    def test_trust(self, data: Any, tmp_path: Path) -> None:
        """A type of the user's own, and a function, are made only if they are named."""
        from sklearn.preprocessing import FunctionTransformer

        made = FunctionTransformer(np.linalg.norm).fit(data[0])
        run(pyio.save_object(made, f"file://{tmp_path}/o"))
        with pytest.raises(pyio.UntrustedTypesError, match="may run code") as caught:
            run(pyio.load_object(f"file://{tmp_path}/o"))
        assert caught.value.types == ["numpy.linalg.norm"] or len(caught.value.types) == 1
        found = run(pyio.load_object(f"file://{tmp_path}/o", trusted=caught.value.types))
        assert found.func is np.linalg.norm
        with pytest.raises(pyio.HandlerError, match="expected a list"):
            run(pyio.load_object(f"file://{tmp_path}/o", trusted="numpy.linalg.norm"))

    def test_versions(self, data: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another version of scikit-learn is one warning that names both."""
        run(pyio.save_object(self.pipeline(data), "memory://o"))
        from pyio.operations import objects

        here = objects._versions()
        monkeypatch.setattr(objects, "_versions", lambda: {**here, "scikit-learn": "99.0"})
        with pytest.warns(pyio.CompatibilityWarning, match=f"{here['scikit-learn']}.*99.0"):
            run(pyio.load_object("memory://o"))

    def test_damage(self, data: Any, tmp_path: Path) -> None:
        """A damaged file is an error; a pickle is never opened, nor anything else than skops."""
        run(pyio.save_object(self.pipeline(data), f"file://{tmp_path}/o.skops"))
        sound = (tmp_path / "o.skops").read_bytes()
        rng = np.random.default_rng(1)
        for _ in range(60):
            content = bytearray(sound)
            content[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))
            (tmp_path / "x.skops").write_bytes(content)
            try:
                found = run(pyio.load_object(f"file://{tmp_path}/x.skops"))
            except pyio.PyioError:
                continue
            assert found.predict(data[0]).shape == (120,)
        (tmp_path / "x.skops").write_bytes(pickle.dumps(self.pipeline(data)))
        with pytest.raises(pyio.InvalidModelError, match="pickle"):
            run(pyio.load_object(f"file://{tmp_path}/x.skops"))
        run(pyio.save_artifacts(artifacts(), "memory://m"))
        with pytest.raises(pyio.InvalidModelError, match="load_layers_model"):
            run(pyio.load_object("memory://m"))

    def test_what_cannot_be_stored(self) -> None:
        """What skops cannot store is an error of pyio's."""
        with pytest.raises(pyio.InvalidModelError, match="skops cannot store"):
            run(pyio.save_object((n for n in range(3)), "memory://o"))
