"""Every test case of TensorFlow.js's I/O modules, and its equivalent here.

One entry per case of tfjs 4.22 (``*_test.ts`` of tfjs-core, tfjs-node and tfjs-converter's Python
tests). Its value is a test of this repository as ``file::function``, or a `Difference`: what pyio
does instead on purpose, and why. ``tests/parity/test_parity.py`` checks that the tests exist.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """A case in which pyio differs on purpose."""

    reason: str


LIST_URLS = Difference(
    "addresses are single texts; TensorFlow.js takes lists only for binary topologies, which no "
    "converter has written since 2019"
)
LEGACY_BINARY = Difference(
    "a binary topology (topology.pb with weights_manifest.json) cannot be run or saved by pyio or "
    "by today's TensorFlow.js; DamagedModelError says that the file is not JSON"
)
ALWAYS_ASYNC = Difference(
    "pyio has no synchronous twins; handlers of the user's may be plain or coroutine functions, "
    "and unit/test_routing.py::test_handlers_may_be_plain_or_coroutines uses both"
)
NO_LEGACY_ARGUMENTS = Difference(
    "from_memory takes ModelArtifacts only; the older forms are deprecated in TensorFlow.js, which "
    "warns about them"
)
NEVER_JOINED = Difference(
    "an internal helper: pyio never joins typed arrays, so there is nothing to call; the order of "
    "the bytes and that views leak no neighbours are tested where they matter"
)
NODE_BUFFERS = Difference("Node's Buffer type does not exist in Python")
ONE_GROUP = Difference(
    "pyio writes one group, as TensorFlow.js itself does; it reads any number of groups"
)

PARITY: dict[str, dict[str, str | Difference]] = {
    "browser_files_test (downloads)": {
        "explicit prefix gives both names, content, path with ./": (
            "browser/test_downloads.py::test_two_files"
        ),
        "both anchors are clicked once": (
            "browser/test_downloads.py::test_clicks_are_spaced_and_urls_revoked"
        ),
        "a scheme inside the prefix is stripped": Difference(
            "a second downloads:// in a name is refused: it has slashes, which a browser would "
            "change in the file's name ("
            "browser/test_downloads.py::test_names_that_a_browser_would_change)"
        ),
        "default names": "browser/test_downloads.py::test_two_files",
        "topology only: no second file, sizes 0": (
            "browser/test_picked.py::test_a_download_without_weights"
        ),
        "router": "unit/test_routing.py::test_what_needs_a_browser_says_so",
    },
    "browser_files_test (files)": {
        "one group, one path, all optional fields": (
            "browser/test_picked.py::test_one_group_with_every_field"
        ),
        "one group, two paths in different directories": ("browser/test_picked.py::test_any_order"),
        "two groups, four paths": "browser/test_picked.py::test_any_order",
        "the same in reverse order": "browser/test_picked.py::test_any_order",
        "JSON only gives topology and no specs": Difference(
            "a model.json that names weights is not a whole model without them: the files that "
            "are missing are named (browser/test_picked.py::test_a_topology_alone); one that "
            "names none loads"
        ),
        "too many files": "browser/test_picked.py::test_mismatches_are_named",
        "wrong basename": "browser/test_picked.py::test_mismatches_are_named",
        "duplicate basename in the manifest": "browser/test_picked.py::test_mismatches_are_named",
        "missing modelTopology": Difference(
            "weights alone are a model too, as http:// has it in TensorFlow.js itself; a json with "
            "neither topology nor weights is refused ("
            "browser/test_picked.py::test_mismatches_are_named)"
        ),
        "null or empty list": "browser/test_picked.py::test_no_files",
        "invalid JSON": "browser/test_picked.py::test_mismatches_are_named",
    },
    "http_test (saving)": {
        "in Node: all descriptive fields": "unit/test_http.py::test_everything_comes_back",
        "in Node: missing fetch": "unit/test_http.py::test_http_needs_httpx",
        "default POST with both parts and sizes": (
            "browser/test_http.py::test_tensorflow_and_pyio_post_the_same"
        ),
        "topology only sends no weights part": "unit/test_http.py::test_save_topology_only",
        "PUT and headers pass through, JSON fields correct": (
            "browser/test_http.py::test_put_with_headers"
        ),
        "failing response": "browser/test_http.py::test_a_save_that_is_refused",
        "getLoadHandlers returns one HTTPRequest": (
            "unit/test_http.py::test_router_takes_http_and_https_only"
        ),
        "an existing body is refused": "unit/test_http.py::test_request_init_that_cannot_be",
        "null, undefined and empty path": "unit/test_http.py::test_empty_address",
        "router accepts http and https only": (
            "unit/test_http.py::test_router_takes_http_and_https_only"
        ),
    },
    "http_test (parseUrl)": {
        "no suffix": "unit/test_http.py::test_groups_and_paths",
        "with a query": "unit/test_http.py::test_query_goes_on_to_the_weights",
        "a query in the directory part": Difference(
            "TensorFlow.js cuts the address at its last slash even within the query; pyio follows "
            "RFC 3986 (unit/test_http.py::test_query_goes_on_to_the_weights has such a query)"
        ),
    },
    "http_test (loading)": {
        "one group, two weights, one path, two fetches": (
            "unit/test_http.py::test_one_file_takes_two_requests"
        ),
        "requestInit headers reach both requests": (
            "unit/test_http.py::test_headers_reach_every_request"
        ),
        "two paths are put together": "unit/test_http.py::test_groups_and_paths",
        "two groups": "unit/test_http.py::test_groups_and_paths",
        "int32 and bool": "unit/test_http.py::test_groups_and_paths",
        "topology only": "unit/test_http.py::test_topology_only_and_weights_only",
        "weights only": "unit/test_http.py::test_topology_only_and_weights_only",
        "neither": "unit/test_http.py::test_topology_only_and_weights_only",
        "fetch rejection propagates as it is": "unit/test_http.py::test_custom_fetch_that_fails",
        "weightUrlConverter, headers kept": "unit/test_http.py::test_token_per_file",
        "custom fetchFunc for both, with credentials": (
            "unit/test_http.py::test_custom_fetch_is_used_for_all"
        ),
    },
    "io_utils_test (typed arrays)": {
        "concatenateTypedArrays, float32, int32, uint8, mixed": NEVER_JOINED,
        "sub-array views": "unit/test_segments.py::test_views_leak_no_neighbours",
        "null and undefined": "unit/test_segments.py::test_what_is_no_buffer_is_refused",
        "empty gives 0 bytes": "unit/test_segments.py::test_nothing_is_empty",
        "Int16 is rejected": "unit/test_weights.py::test_other_dtypes_are_named_with_the_choice",
        "concatenateArrayBuffers: three, with an empty one, single, none": (
            "unit/test_segments.py::test_slices_are_those_of_the_joined_bytes"
        ),
    },
    "io_utils_test (weights)": {
        "encode a dict": "unit/test_weights.py::test_golden_bytes",
        "encode a list": "unit/test_weights.py::test_pairs_lists_and_scalars_are_tensors_too",
        "encode an empty list": "parity/test_parity.py::test_no_weights_encode_to_nothing",
        "encode int32": "unit/test_weights.py::test_golden_bytes",
        "encode bool": "unit/test_weights.py::test_golden_bytes",
        "encode complex64, interleaved": "unit/test_weights.py::test_golden_bytes",
        "encode strings: Cyrillic, CJK, empty": "unit/test_weights.py::test_golden_bytes",
        "encode mixed": "unit/test_weights.py::test_mixed_tensors_come_back",
        "decode mixed, strings and complex, from a buffer": (
            "unit/test_weights.py::test_mixed_tensors_come_back"
        ),
        "decode mixed from 14-byte chunks of a stream": "unit/test_load_weights.py::test_streams",
        "unsupported dtype is rejected": "unit/test_specs.py::test_unknown_dtypes_are_named",
        "decode uint8": "unit/test_quantization.py::test_golden_values",
        "decode uint16 to float and to rounded int": (
            "unit/test_quantization.py::test_int32_rounds_halves_up"
        ),
        "decode float16": "unit/test_quantization.py::test_half_precision",
        "decode quantized from a stream": "unit/test_load_weights.py::test_streams",
    },
    "io_utils_test (texts)": {
        "stringByteLength, ASCII and wide": (
            "unit/test_model_json.py::test_sizes_are_counted_in_utf8"
        ),
        "base64 round trip": (
            "browser/test_faults.py::test_base64_without_the_browsers_own_encoder"
        ),
        "basename without and with slashes, trailing slashes": (
            "browser/test_picked.py::test_any_order"
        ),
        "float16: NaN, infinities, zeros, overflow, underflow, ordinary": (
            "unit/test_quantization.py::test_all_half_precision_patterns"
        ),
    },
    "composite_array_buffer_test": {
        "slice across shards": "unit/test_segments.py::test_uniform_and_uneven_segments",
        "slice without end": "unit/test_segments.py::test_slices_are_those_of_the_joined_bytes",
        "slice without arguments copies": Difference(
            "a slice inside one buffer is a view, which is why loading needs no second copy "
            "(unit/test_segments.py::test_a_slice_inside_one_segment_is_a_view)"
        ),
        "negative start": "unit/test_segments.py::test_slices_are_those_of_the_joined_bytes",
        "end beyond the length": "unit/test_segments.py::test_slices_are_those_of_the_joined_bytes",
        "out-of-order ranges": "unit/test_segments.py::test_uniform_and_uneven_segments",
        "an empty buffer": "unit/test_segments.py::test_nothing_is_empty",
        "a single buffer": "unit/test_segments.py::test_uniform_and_uneven_segments",
        "zero buffers": "unit/test_segments.py::test_nothing_is_empty",
        "undefined": "unit/test_segments.py::test_nothing_is_empty",
        "NaN start and end are 0": Difference("Python's slices take no NaN; a TypeError says so"),
        "typed arrays": "unit/test_segments.py::test_buffers_of_every_kind_are_one_flat_view",
        "(not upstream) a last shard that is larger": (
            "unit/test_segments.py::test_uniform_and_uneven_segments"
        ),
    },
    "model_management_test": {
        "list 0, 1 and 2 over two media": "unit/test_catalog.py::test_listing",
        "remove over both": "unit/test_catalog.py::test_removing",
        "copy between media": "unit/test_catalog.py::test_models_are_moved_between_media",
        "move between media": "unit/test_catalog.py::test_models_are_moved_between_media",
        "copy from a bad source": "unit/test_catalog.py::test_copying",
        "copy to a bad destination": (
            "unit/test_catalog.py::test_a_bad_destination_is_told_before_a_missing_source"
        ),
        "move to a bad destination leaves the source": (
            "../pyio/testing/promises.py::test_a_failing_move_loses_nothing"
        ),
        "remove without a scheme lists the schemes": (
            "unit/test_catalog.py::test_removing_what_cannot_be"
        ),
        "remove of an unknown scheme": "unit/test_catalog.py::test_removing_what_cannot_be",
        "remove of an absent model": "../pyio/testing/promises.py::test_what_is_not_there_is_said",
        "copy of an absent model": "../pyio/testing/promises.py::test_what_is_not_there_is_said",
        "identical addresses": "unit/test_catalog.py::test_a_model_is_never_moved_onto_itself",
    },
    "passthrough_test": {
        "save handler receives the artifacts": "unit/test_routing.py::test_with_save_handler",
        "synchronous save handler": "unit/test_routing.py::test_with_save_handler",
        "load via artifacts": ("unit/test_routing.py::test_from_memory_gives_the_very_artifacts"),
        "load a topology only, and with metadata": (
            "unit/test_routing.py::test_from_memory_gives_the_very_artifacts"
        ),
        "load via three legacy arguments": NO_LEGACY_ARGUMENTS,
        "load a legacy topology": NO_LEGACY_ARGUMENTS,
        "the same, synchronous": ALWAYS_ASYNC,
    },
    "progress_test": {
        "0 to 1 in quarters": "unit/test_progress.py::test_fractions",
        "custom range": Difference(
            "progress counts bytes, so a range of fractions to start and end at has no use"
        ),
        "fraction out of range": Difference("there are no fractions to give"),
        "start after end": Difference("there are no fractions to give"),
        "null and empty list": ("browser/test_progress.py::test_models_without_weights"),
    },
    "router_registry_test": {
        "save handlers are found": "unit/test_routing.py::test_handlers_of_an_address",
        "load handlers are found": "unit/test_routing.py::test_handlers_of_an_address",
        "a list of addresses": LIST_URLS,
        "an unknown scheme, and no crosstalk of save and load": (
            "unit/test_routing.py::test_save_and_load_routers_do_not_cross"
        ),
        "options reach the router by identity": (
            "unit/test_routing.py::test_options_reach_routers_by_identity"
        ),
    },
    "weights_loader_test": {
        "one weight": "unit/test_load_weights.py::test_one_weight",
        "first of two": "unit/test_load_weights.py::test_first_second_both_or_all",
        "second of two": "unit/test_load_weights.py::test_first_second_both_or_all",
        "both": "unit/test_load_weights.py::test_first_second_both_or_all",
        "mixed dtypes at odd offsets": (
            "unit/test_load_weights.py::test_mixed_dtypes_at_odd_offsets"
        ),
        "one weight over three shards": (
            "unit/test_load_weights.py::test_weights_over_three_shards"
        ),
        "two weights over three shards": (
            "unit/test_load_weights.py::test_weights_over_three_shards"
        ),
        "only the group that is needed": (
            "unit/test_load_weights.py::test_only_the_groups_that_are_needed"
        ),
        "one weight of each group": (
            "unit/test_load_weights.py::test_only_the_groups_that_are_needed"
        ),
        "no names mean all": "unit/test_load_weights.py::test_first_second_both_or_all",
        "unknown name": "unit/test_load_weights.py::test_unknown_names_and_dtypes",
        "unknown dtype": "unit/test_load_weights.py::test_unknown_names_and_dtypes",
        "requestInit and isBinary": (
            "unit/test_load_weights.py::test_request_init_reaches_the_files"
        ),
        "uint8": "unit/test_load_weights.py::test_quantized_and_plain_groups",
        "uint16": "unit/test_load_weights.py::test_quantized_and_plain_groups",
        "quantized and plain groups": "unit/test_load_weights.py::test_quantized_and_plain_groups",
    },
    "file_system_test": {
        "save into a new directory": "unit/test_files.py::test_layout_of_node",
        "the path is a file": "unit/test_files.py::test_a_file_is_no_place_for_a_model",
        "round trip of one file with trainingConfig": (
            "unit/test_files.py::test_file_system_saves_and_loads"
        ),
        "two weight files": "unit/test_files.py::test_converter_files_are_read",
        "absent json": "unit/test_files.py::test_what_is_not_there",
        "missing weight file": "unit/test_files.py::test_what_is_not_there",
        "legacy binary pair: load": LEGACY_BINARY,
        "legacy binary pair: wrong list, absent topology, missing weight": LEGACY_BINARY,
        "fileSystem() has save and load": "unit/test_files.py::test_file_system_saves_and_loads",
        "metadata": "unit/test_files.py::test_what_node_wrote_is_read",
        "train, save with optimizer, load, continue": Difference(
            "training is not the business of this package; optimizer state and training config "
            "come back to the byte (unit/test_files.py::test_optimizer_state_comes_back)"
        ),
        "compile only, with includeOptimizer": ("unit/test_files.py::test_what_node_wrote_is_read"),
        "router: single and foreign": "unit/test_files.py::test_router",
        "router: lists and mixed schemes": LIST_URLS,
        "io_utils: conversions of Buffer": NODE_BUFFERS,
        "node_http: constructor, options, registered handler": (
            "unit/test_http.py::test_router_takes_http_and_https_only"
        ),
    },
    "Python: reading": {
        "one group": "unit/test_load_weights.py::test_one_weight",
        "strings: ASCII, Cyrillic, East Asian, as text and bytes": (
            "unit/test_weights.py::test_golden_bytes"
        ),
        "sharded strings": "unit/test_http.py::test_strings_have_no_known_size",
        "empty strings and empty string arrays": "unit/test_weights.py::test_golden_bytes",
        "flatten": Difference(
            "one dict of name -> array is what comes; groups are a matter of files"
        ),
        "int32": "unit/test_load_weights.py::test_mixed_dtypes_at_odd_offsets",
        "two groups": "unit/test_load_weights.py::test_only_the_groups_that_are_needed",
        "shards": "unit/test_load_weights.py::test_weights_over_three_shards",
        "a manifest of the wrong type": "unit/test_load_weights.py::test_unknown_names_and_dtypes",
        "affine and float16": "unit/test_load_weights.py::test_quantized_and_plain_groups",
        "bool": "unit/test_load_weights.py::test_mixed_dtypes_at_odd_offsets",
        "a string scalar": "unit/test_weights.py::test_mixed_tensors_come_back",
    },
    "Python: writing": {
        "one weight": "unit/test_weights.py::test_golden_bytes",
        "bool": "unit/test_weights.py::test_golden_bytes",
        "string, empty string, unicode": "unit/test_weights.py::test_golden_bytes",
        "sharded string": "unit/test_files.py::test_strings_in_shards",
        "complex": "unit/test_weights.py::test_golden_bytes",
        "several dtypes in one file": "unit/test_weights.py::test_mixed_tensors_come_back",
        "shards": "unit/test_files.py::test_shards_are_written_under_the_converters_names",
        "two groups of four weights": ONE_GROUP,
        "no manifest": Difference(
            "weights without a manifest could never be read; encode_weights gives specs and bytes"
        ),
        "no groups, empty groups, ungrouped": ONE_GROUP,
        "missing name": "unit/test_weights.py::test_duplicates_and_odd_names",
        "missing data": "unit/test_specs.py::test_two_lies_do_not_cancel_out",
        "duplicate name": "unit/test_weights.py::test_duplicates_and_odd_names",
        "mixed quantization": (
            "unit/test_quantization.py::test_a_mixed_rule_gives_the_expected_bytes"
        ),
    },
    "Python: quantization": {
        "all equal, affine": "unit/test_quantization.py::test_equal_values_come_back_exactly",
        "all equal, float16": "unit/test_quantization.py::test_half_precision",
        "each sign pattern, float and int, uint8 and uint16": (
            "unit/test_quantization.py::test_the_rule_is_the_converters"
        ),
        "zero is exact": "unit/test_quantization.py::test_zero_stays_zero",
        "invalid types": "unit/test_quantization.py::test_rules_that_are_none",
        "dtype map: fall-through": "unit/test_quantization.py::test_rules",
        "dtype map: conflict": "unit/test_quantization.py::test_rules_that_are_none",
        "dtype map: text, None, exactly one": "unit/test_quantization.py::test_rules",
    },
    "graph models, as media see them": {
        "signature, initializers and metadata through files": (
            "unit/test_files.py::test_graph_model_keeps_everything"
        ),
        "through HTTP": "unit/test_http.py::test_everything_comes_back",
        "through picked files": "browser/test_picked.py::test_one_group_with_every_field",
        "through the stores of a page": "../pyio/testing/promises.py::test_every_field_comes_back",
        "streamed weights equal": "unit/test_load_weights.py::test_streams",
        "TF Hub address": Difference(
            "tfhub.dev has been closed; the query ?tfjs-format=file can be given in the address"
        ),
    },
}
