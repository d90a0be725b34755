"""A model in a link: quantized, packed and written as text. No browser.

What a link holds is the same ``.zip`` that a download offers, so a link is read as a dropped file
is, with the same limits.
"""

from __future__ import annotations

import base64
import binascii
import io
import zipfile
from dataclasses import replace

import pyio
from pyio.format.archive import UNREADABLE
from web.page.reasons import PageError

MARK = "#model="
LONGEST = 200_000
"""Letters of a link. Browsers take more, and most programs in which people send links do not."""


def packed(artifacts: pyio.ModelArtifacts, name: str) -> str:
    """Return the part of a link that holds a model: weights in 8 bits, without training state.

    Raises PageError for a model that is too large for a link.
    """
    if artifacts.weight_data_bytes > 8 * LONGEST:
        raise _too_large()
    small = _quantized(artifacts)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(f"{name}.json", pyio.get_model_json(small, [f"./{name}.weights.bin"]))
        archive.writestr(f"{name}.weights.bin", b"".join(small.weight_data or ()))
    text = base64.urlsafe_b64encode(sink.getvalue()).decode().rstrip("=")
    if len(text) > LONGEST:
        raise _too_large()
    return f"{MARK}{text}"


def unpacked(fragment: str) -> bytes | None:
    """Return the ``.zip`` in the fragment of an address; None if it holds no model.

    Raises PageError for one that is cut or changed.
    """
    if not fragment.startswith(MARK):
        return None
    text = fragment.removeprefix(MARK)[: LONGEST + 1]
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise PageError(
            "The model in this link is damaged. Perhaps a part of the link is missing."
        ) from error


def name_in(archive: bytes) -> str:
    """Return what the model in an archive is called, as far as the archive can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            names = [name for name in opened.namelist() if name.endswith(".json")]
    except UNREADABLE:
        names = []
    return names[0].removesuffix(".json")[:60] if names else "shared"


def _quantized(artifacts: pyio.ModelArtifacts) -> pyio.ModelArtifacts:
    """Return the model with weights in 8 bits, and without the state of a training."""
    specs = artifacts.weight_specs or ()
    if artifacts.weight_data is None:
        return artifacts
    arrays = pyio.decode_weights(artifacts.weight_data, specs)
    kept = {spec.name: arrays[spec.name] for spec in specs if spec.group != "optimizer"}
    encoded = pyio.encode_weights(kept, quantization="uint8")
    return replace(
        artifacts, weight_specs=encoded.specs, weight_data=encoded.data, training_config=None
    )


def _too_large() -> PageError:
    return PageError(
        f"This model is too large for a link, which takes about {LONGEST * 3 // 4:,} bytes. "
        "Download it, and send the file."
    )
