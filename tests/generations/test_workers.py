"""Selected tests of other folders, in a worker with each Pyodide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.test_damaged_items import stored, test_damage_is_named, test_the_five_items
from tests.browser.test_downloads import test_single_file, test_two_files
from tests.browser.test_faults import (
    test_a_database_without_stores,
    test_a_ghost_listing_is_named,
    test_foreign_records,
    test_localstorage_quota,
    test_weights_that_others_stored,
)
from tests.browser.test_http import (
    server,
    test_cancelling,
    test_faulty_shards,
    test_many_shards_in_one_buffer,
)
from tests.browser.test_models import (
    build_and_save,
    load_and_predict,
    test_hostile_topologies_in_the_page,
    test_pyio_opens_what_tensorflow_stored,
    test_tensorflow_opens_it_from_storage,
)
from tests.browser.test_picked import test_picking
from tests.browser.test_progress import (
    test_a_callback_that_raises_changes_nothing,
    test_bytes_rise_to_the_total,
    test_large_models_are_reported_in_parts,
)
from tests.browser.test_recovery import test_a_save_of_tensorflow_that_was_killed
from tests.browser.test_sync import (
    test_an_event_handler_cannot_wait,
    test_errors_keep_their_attributes,
    test_other_tasks_go_on,
    test_waiting,
)
from tests.generations.conftest import WORKERS, connect, start_id

if TYPE_CHECKING:
    from tests.support.tabs import Tab

pytestmark = pytest.mark.parametrize("shared_tab", WORKERS, indirect=True, ids=start_id)


@pytest.mark.parametrize("scheme", ["indexeddb", "localstorage"])
def test_a_model_survives_a_reload(tab: Tab, scheme: str) -> None:
    """A model saved in a worker loads in the new worker after a reload of the page."""
    before, _ = tab.python(build_and_save, f"{scheme}://my/model")
    tab.js("() => proxiesEnd()")
    tab.reload()
    tab.python(connect)
    tab.js("() => proxiesBegin()")
    assert tab.python(load_and_predict, f"{scheme}://my/model") == before
