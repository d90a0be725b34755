"""A choice of the tests of other folders, in a worker with each Pyodide."""

from __future__ import annotations

import pytest

from tests.browser.test_faults import (
    test_a_database_without_stores,
    test_a_ghost_listing_is_named,
    test_foreign_records,
    test_weights_that_others_stored,
)
from tests.browser.test_http import (
    server,
    test_cancelling,
    test_faulty_shards,
    test_many_shards_in_one_buffer,
)
from tests.browser.test_models import (
    test_hostile_topologies_in_the_page,
    test_pyio_opens_what_tensorflow_stored,
    test_tensorflow_opens_it_from_storage,
)
from tests.browser.test_progress import test_large_models_are_reported_in_parts
from tests.browser.test_sync import (
    test_an_event_handler_cannot_wait,
    test_other_tasks_go_on,
    test_waiting,
)
from tests.generations.conftest import WORKERS, start_id

pytestmark = pytest.mark.parametrize("shared_tab", WORKERS, indirect=True, ids=start_id)
