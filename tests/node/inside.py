"""The part of the Node tests that runs inside Pyodide."""

import json
import os
import sys

import pyio

MODEL = pyio.ModelArtifacts(
    model_topology={"a": 1},
    weight_specs=(pyio.WeightSpec("w", (5,), "bool"),),
    weight_data=(memoryview(b"12345"),),
)


async def main(server: str) -> str:
    """Use files and HTTP; return the results as JSON."""
    seen: dict[str, object] = {}
    reports: list[pyio.Progress] = []
    await pyio.save_artifacts(MODEL, "file:///disk/new/m", on_progress=reports.append)
    await pyio.save_artifacts(MODEL, "file:///disk/new/m", shard_size_bytes=2)
    seen["progress"] = [(report.what, report.bytes_done) for report in reports]
    seen["names"] = sorted(os.listdir("/disk/new/m"))  # noqa: PTH208
    with open("/disk/new/m/.pyio-save.json", "w") as journal:  # noqa: PTH123, ASYNC230
        json.dump({"rename": {"model.json": ".x.pyio-tmp"}, "remove": []}, journal)
    seen["exists"] = [await pyio.exists(f"file:///disk/{name}") for name in ("new/m", "absent")]
    loaded = await pyio.load_artifacts("file:///disk/from-cpython")
    seen["from CPython"] = b"".join(loaded.weight_data or ()).hex()
    fetched = await pyio.load_artifacts(f"{server}/m/model.json")
    seen["from HTTP"] = b"".join(fetched.weight_data or ()).hex()
    result = await pyio.save_artifacts(MODEL, f"{server}/upload")
    seen["uploaded"] = result.responses[0].status
    refused = []
    for action in (
        lambda: pyio.get_save_handlers("indexeddb://m"),
        lambda: pyio.http("m.json"),
        lambda: pyio.sync.list_models(),
    ):
        try:
            action()
        except pyio.PyioError as error:
            refused.append(str(error))
    seen["refused"] = refused
    report = await pyio.storage_report()
    seen["room"] = [report.usage, report.quota, report.persisted]
    seen["works"] = [medium.scheme for medium in report.media if medium.missing is None]
    plan = await pyio.repair("file:///disk/new", apply=True)
    seen["repaired"] = [finding.where for finding in plan.findings if finding.done]
    seen["numpy"] = "numpy" in sys.modules
    return json.dumps(seen)
