"""Smoke."""

from typing import Any

from tests.tabs import Tab


async def save_and_load(url: str) -> Any:
    import numpy as np

    import pyio

    result = await pyio.save_arrays({"w": np.arange(6, dtype=np.float32).reshape(2, 3)}, url)
    arrays = await pyio.load_arrays(url)
    infos = await pyio.list_models()
    return [
        arrays["w"].tolist(),
        arrays["w"].flags.writeable,
        result.model_artifacts_info.weight_data_bytes,
        list(infos),
        str(infos),
    ]


def test_local(tab: Tab) -> None:
    print(tab.python(save_and_load, "localstorage://a"))


def test_idb(tab: Tab) -> None:
    print(tab.python(save_and_load, "indexeddb://a"))
