"""Selected tests of other folders, on a page with each older Pyodide."""

from __future__ import annotations

import pytest

from tests.browser.test_damaged_items import (
    stored,
    test_a_missing_item_is_named,
    test_damage_is_named,
    test_stray_items,
    test_the_five_items,
)
from tests.browser.test_downloads import test_single_file, test_two_files
from tests.browser.test_faults import (
    test_a_database_without_stores,
    test_a_ghost_listing_is_named,
    test_a_newer_database,
    test_base64_without_the_browsers_own_encoder,
    test_foreign_records,
    test_localstorage_quota,
    test_weights_that_others_stored,
)
from tests.browser.test_http import (
    receiver,
    server,
    test_a_save_that_is_refused,
    test_cancelling,
    test_faulty_shards,
    test_functions_instead_of_fetch,
    test_many_shards_in_one_buffer,
    test_progress_and_its_exceptions,
    test_redirect_query_prefix_and_mapping,
    test_tensorflow_and_pyio_post_the_same,
)
from tests.browser.test_models import (
    test_a_model_survives_a_reload,
    test_hostile_topologies_in_the_page,
    test_pyio_opens_what_tensorflow_stored,
    test_tensorflow_opens_it_from_storage,
)
from tests.browser.test_picked import test_any_order, test_archives, test_picking
from tests.browser.test_progress import (
    test_a_callback_that_raises_changes_nothing,
    test_bytes_rise_to_the_total,
    test_inspect_and_exists,
)
from tests.browser.test_recovery import (
    test_a_save_of_tensorflow_that_was_killed,
    test_damage_is_named_and_kept,
    test_items_of_nobody,
)
from tests.browser.test_room import test_the_report
from tests.browser.test_sync import (
    test_an_event_handler_cannot_wait,
    test_errors_keep_their_attributes,
    test_other_tasks_go_on,
    test_waiting,
)
from tests.generations.conftest import PAGES, start_id
from tests.interop.test_tensorflow import (
    both,
    test_downloaded_files_equal,
    test_everything_is_kept_on_saving_again,
    test_indexeddb_records_equal,
    test_localstorage_items_equal,
)

pytestmark = pytest.mark.parametrize("shared_tab", PAGES, indirect=True, ids=start_id)
