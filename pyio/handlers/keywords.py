"""The options that addresses take, by name and type: editors show them, type checkers check them.

Which medium takes which is in its `Medium.options`; another is an error. Routers of your own may
take others: give those to the handler where it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pyio.progress import OnProgress


Refresh: TypeAlias = Literal["if-newer", "never", "always"]
"""When a load with ``cache=`` asks the server although a copy is there."""


class HTTPOptions(TypedDict, total=False):
    """Those of ``http://`` and ``https://``; `pyio.http` explains them."""

    request_init: Mapping[str, Any] | None
    fetch_func: Callable[..., Any] | None
    weight_path_prefix: str | None
    weight_url_converter: Mapping[str, str] | Callable[[str], Any] | None
    field_names: Mapping[str, str] | None
    timeout: float | None
    retries: int
    parallel: int
    deadline: float | None
    sha256: str | None
    redirects: bool
    allowed_hosts: Iterable[str] | None
    token: str | None
    cache: bool | str
    refresh: Refresh


class ImportOptions(TypedDict, total=False):
    """Those of importing models of TensorFlow; `pyio.converters.saved_model` explains them."""

    signature: str | None
    tags: str | Iterable[str] | None
    outputs: Sequence[str] | None
    clean_up: bool
    fold_constants: bool
    fold_batch_norms: bool
    fuse: bool
    pyio_only: bool
    quantization: str | Mapping[str, Any] | None


class GraphOptions(HTTPOptions, ImportOptions, total=False):
    """Those of loading a graph model, but for ``on_progress``."""


class LoadOptions(GraphOptions, total=False):
    """Those of loading."""

    on_progress: OnProgress | None


class SaveOptions(HTTPOptions, total=False):
    """Those of saving: to files and downloads too."""

    on_progress: OnProgress | None
    single_file: bool
    shard_size_bytes: int | None
    format: str | None


class AnySaveOptions(SaveOptions, total=False):
    """Those of saving where ``checksum`` is not named in the signature."""

    checksum: bool | None
