"""The graphs of single ops that TensorFlow.js lacks, for `graph_cases`."""

from __future__ import annotations

import itertools

import numpy as np

from scripts.generate import graph_case_list
from scripts.generate.graph_case_list import NAN, F, I, case, few, some, text, texts

LONG = np.int64

_before = dict(graph_case_list.CASES)
graph_case_list.CASES.clear()


def by_chance() -> None:
    """Random numbers that follow from seeds."""
    for seeds in (np.array([1, 2], I), np.array([-7, 2**31 - 2], I), np.array([2**30, -3], LONG)):
        for op in ("StatelessRandomUniform", "StatelessRandomNormal", "StatelessTruncatedNormal"):
            case(op, np.array([3, 7], I), seeds)
        case("StatelessRandomUniformInt", np.array([11], I), seeds, I(-5), I(1000))
        case("StatelessRandomUniformFullInt", np.array([5], I), seeds, dtype="DT_INT32")
        case("StatelessMultinomial", some(2, 5), I(9), seeds)
    case("StatelessRandomUniform", np.array([2, 0], I), np.array([1, 2], I))
    case("StatelessTruncatedNormal", np.array([501], I), np.array([5, 6], I))
    case("StatelessRandomUniformInt", np.array([7], I), np.array([5, 6], I), LONG(-3), LONG(9))


def crosses() -> None:
    """Crosses of sparse and dense columns, and hashes of texts."""
    first = np.array([[0, 0], [0, 1], [2, 0]], LONG)
    second = np.array([[0, 0], [1, 0], [2, 0], [2, 1]], LONG)
    shapes = np.array([3, 2], LONG), np.array([3, 2], LONG)
    sparse = (first, second, texts("a", "bé", "c"), texts("x", "y", "z", "w"), *shapes)
    dense = texts("p", "q", "r", "s", "t", "u").reshape(3, 2)
    kinds = {
        "N": 2,
        "sparse_types": {"list": {"type": ["DT_STRING", "DT_STRING"]}},
        "dense_types": {"list": {"type": ["DT_STRING"]}},
    }
    numbers = {"out_type": "DT_INT64", "internal_type": "DT_STRING"}
    words = {"out_type": "DT_STRING", "internal_type": "DT_STRING"}
    case(
        "SparseCross",
        *sparse,
        dense,
        hashed_output=False,
        num_buckets=0,
        hash_key=0,
        **words,
        **kinds,
    )
    case(
        "SparseCross",
        *sparse,
        dense,
        hashed_output=True,
        num_buckets=97,
        hash_key=956888297470,
        **numbers,
        **kinds,
    )
    whole = {**kinds, "dense_types": {"list": {"type": ["DT_INT64", "DT_INT64"]}}}
    columns = few(3, 1).astype(LONG), few(3, 2).astype(LONG)
    case(
        "SparseCross",
        *sparse,
        *columns,
        hashed_output=True,
        num_buckets=11,
        hash_key=7,
        **{**numbers, "internal_type": "DT_INT64"},
        **whole,
    )
    case("SparseCrossV2", *sparse, dense, text("-"), **kinds)
    for strong in (False, True):
        salt = np.array([3, -(2**30)], LONG)
        case("SparseCrossHashed", *sparse, dense, LONG(101), np.bool_(strong), salt, **kinds)
    values = texts("", "a", "hello", "éà", "12345678", "123456789", "x" * 100)
    case("StringToHashBucketStrong", values, num_buckets=1000, key=[1, 2])
    case("StringToHashBucketStrong", values, num_buckets=7, key=[2**40, 3])
    case("StringToHashBucket", values, num_buckets=1000)
    case("EncodeBase64", values)
    case("EncodeBase64", values, pad=True)
    case("DecodeBase64", texts("", "YQ", "aGVsbG8", "w6nDoA=="))
    for errors in ("replace", "ignore"):
        odd = texts("a\udcff\tb", "é\udcc3", "ok")
        case(
            "UnicodeTranscode", odd, input_encoding="UTF-8", output_encoding="UTF-8", errors=errors
        )
    for op in ("UnicodeDecode", "UnicodeDecodeWithOffsets"):
        case(op, values[:5], input_encoding="UTF-8", Tsplits="DT_INT64")
        odd = texts("a\udcff\tb", "é\udcc3")
        case(op, odd, input_encoding="UTF-8", errors="ignore")
        case(op, odd, input_encoding="UTF-8", replace_control_characters=True)
    case(
        "UnicodeEncode",
        np.array([97, 233, 0x1F600, -1], I),
        np.array([0, 1, 1, 4], LONG),
        output_encoding="UTF-8",
        Tsplits="DT_INT64",
    )
    case("AsString", np.array([1.5, -2, 1e-7, 12345678, NAN], F))
    case("AsString", some(3), precision=3)
    case("AsString", some(3), scientific=True, precision=2)
    case("AsString", some(3), shortest=True)
    case("AsString", few(3), width=5, fill="0")


def diagonals() -> None:
    """Diagonals, with each alignment, and what is solved."""
    aligns = ["RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT"]
    case("MatrixDiag", some(2, 3))
    case("MatrixDiagPart", some(2, 3, 4))
    case("MatrixSetDiag", some(2, 3, 4), some(2, 3))
    for k in (I(0), I(1), I(-2)):
        case("MatrixDiagV3", some(2, 3), k, I(-1), I(-1), F(0))
        case("MatrixDiagPartV3", some(2, 4, 5), k, F(9))
    case("MatrixDiagV2", some(3, 4), np.array([-1, 1], I), I(-1), I(-1), F(7))
    case("MatrixDiagPartV2", some(3, 4), np.array([-1, 1], I), F(7))
    case("MatrixSetDiagV2", some(3, 4), some(3, 3), np.array([-1, 1], I))
    for align, ends in itertools.product(aligns, ([-1, 1], [-2, 0], [0, 2])):
        band = np.array(ends, I)
        case("MatrixDiagPartV3", some(2, 4, 5), band, F(9), align=align)
        longest = 4
        case("MatrixDiagV3", some(2, 3, longest), band, I(-1), I(-1), F(5), align=align)
        case("MatrixSetDiagV3", few(2, 4, 5), few(2, 3, longest), band, align=align)
    square = some(2, 3, 3) + 4 * np.eye(3, dtype=F)
    case("MatrixInverse", square)
    case("MatrixInverse", square, adjoint=True)
    case("MatrixDeterminant", square)
    case("MatrixSolve", square, some(2, 3, 2))
    case("MatrixTriangularSolve", square, some(2, 3, 2))
    case("MatrixTriangularSolve", square, some(2, 3, 2), lower=False, adjoint=True)
    case("ConjugateTranspose", (square + 1j * square).astype(np.complex64), np.array([2, 0, 1], I))
    case("Cross", some(2, 4, 3), some(2, 4, 3))
    case("ApproximateEqual", np.array([1, 2, 3], F), np.array([1, 2.000001, 3.1], F))
    case("Cholesky", (square @ square.swapaxes(-1, -2)).astype(F))


def segments() -> None:
    """Sums of segments, partitions, sparse products."""
    owners = np.array([0, 0, 2, 2, 4], I)
    for op in ("Sum", "Prod", "Mean", "Max", "Min"):
        case(f"Segment{op}", some(5, 2), owners)
        case(f"Segment{op}", few(5), owners)
    case("DynamicPartition", some(5, 2), np.array([1, 0, 1, 2, 0], I), num_partitions=4)
    case("DynamicPartition", few(2, 3), np.array([[1, 0, 1], [0, 0, 1]], I), num_partitions=2)
    for op in ("DynamicStitch", "ParallelDynamicStitch"):
        places = np.array([0, 3], I), np.array([[1, 2], [4, 5]], I)
        case(op, *places, some(2, 3), some(2, 2, 3), N=2)
    indices = np.array([[2, 1], [0, 1], [0, 0]], LONG)
    case("SparseReorder", indices, some(3), np.array([3, 2], LONG))
    case("SparseTensorDenseMatMul", indices, some(3), np.array([3, 2], LONG), some(2, 4))
    case(
        "SparseTensorDenseMatMul",
        indices,
        some(3),
        np.array([3, 2], LONG),
        some(4, 3),
        adjoint_a=True,
        adjoint_b=True,
    )
    case("UniqueWithCountsV2", few(9, low=0, high=4), np.zeros(0, I))
    rows = np.array([[1, 2, 2, 0], [NAN, 1, 0, 0], [3, 2, 1, 0]], F)
    case("InTopK", rows, np.array([1, 1, 9], I), k=1)
    case("InTopKV2", rows, np.array([2, 1, 1], I), I(2))
    case("HistogramFixedWidth", some(20), np.array([-1, 1], F), I(5))
    case("NthElement", some(3, 5), I(2))
    case("NthElement", some(3, 5), I(1), reverse=True)
    case("Bucketize", some(4, 3), boundaries=[-1.0, 0.0, 0.5])
    case("Bucketize", few(9), boundaries=[-1.0, 0.0, 0.5])
    case("ScatterNdNonAliasingAdd", some(4), np.array([[1], [1]], I), some(2))
    for exclusive, reverse in itertools.product((False, True), repeat=2):
        case("CumulativeLogsumexp", some(3, 4), I(1), exclusive=exclusive, reverse=reverse)


def pictures() -> None:
    """Colours, patches, boxes, blocks, volumes."""
    image = some(2, 3, 4, 3, low=0, high=1)
    grey = np.repeat(some(2, 2, 1, low=0, high=1), 3, axis=-1)
    for value in (image, grey, np.zeros((1, 3), F)):
        case("RGBToHSV", value)
    case("HSVToRGB", image)
    case("AdjustContrastv2", image, F(1.7))
    case("AdjustSaturation", image, F(0.4))
    case("AdjustSaturation", image, F(2.5))
    case("AdjustHue", image, F(0.3))
    case("AdjustHue", image, F(-0.6))
    for padding, rate in itertools.product(("VALID", "SAME"), (1, 2)):
        case(
            "ExtractImagePatches",
            some(2, 7, 6, 3),
            ksizes=[1, 3, 2, 1],
            strides=[1, 2, 1, 1],
            rates=[1, rate, rate, 1],
            padding=padding,
        )
    boxes = np.sort(some(2, 9, 1, 4, low=-0.2, high=1.2), axis=-1)[..., [0, 1, 2, 3]]
    scores = some(2, 9, 3, low=0, high=1)
    for attributes in ({}, {"pad_per_class": True}, {"clip_boxes": False}):
        case("CombinedNonMaxSuppression", boxes, scores, I(4), I(8), F(0.4), F(0.3), **attributes)
    several = np.sort(some(2, 9, 3, 4, low=0, high=1), axis=-1)
    case("CombinedNonMaxSuppression", several, scores, I(9), I(40), F(0.6), F(0.5))
    case("NonMaxSuppression", boxes[0, :, 0], scores[0, :, 0], I(5))
    case("NonMaxSuppression", boxes[0, :, 0], scores[0, :, 0], I(5), iou_threshold=0.1)
    case("SpaceToBatch", some(1, 4, 6, 2), np.array([[0, 0], [1, 1]], I), block_size=2)
    case("BatchToSpace", some(8, 2, 3, 1), np.array([[0, 1], [1, 0]], I), block_size=2)
    for size in ([7, 5], [2, 3], [4, 9]):
        for attributes in ({}, {"align_corners": True}, {"half_pixel_centers": True}):
            case("ResizeBicubic", some(1, 4, 6, 2), np.array(size, I), **attributes)
        case("ResizeArea", some(1, 4, 6, 2), np.array(size, I))
        for kernel in [
            "lanczos1",
            "lanczos3",
            "lanczos5",
            "gaussian",
            "box",
            "triangle",
            "keyscubic",
            "mitchellcubic",
        ]:
            scale = np.array([size[0] / 4, size[1] / 6], F)
            case(
                "ScaleAndTranslate",
                some(1, 4, 6, 2),
                np.array(size, I),
                scale,
                np.zeros(2, F),
                kernel_type=kernel,
            )
        case(
            "ScaleAndTranslate",
            some(1, 4, 6, 2),
            np.array(size, I),
            np.array([0.7, 1.6], F),
            np.array([0.4, -1], F),
            antialias=False,
        )
    for padding in ("VALID", "SAME"):
        shape = np.array([1, 5, 7, 5, 2], I) if padding == "VALID" else np.array([1, 4, 6, 4, 2], I)
        sides = (2, 3, 2)
        case(
            "Conv3DBackpropInputV2",
            shape,
            some(3, 3, 3, 2, 3),
            some(1, *sides, 3),
            strides=[1, 2, 2, 2, 1],
            padding=padding,
        )


def quantized() -> None:
    """What is left of numbers that were quantized."""
    x = some(4, 3)
    ends = np.array([-1, -0.5, 0], F), np.array([1, 2, 0.7], F)
    case("FakeQuantWithMinMaxVarsPerChannel", x, *ends)
    case("FakeQuantWithMinMaxVarsPerChannel", x, *ends, num_bits=4, narrow_range=True)
    case("FakeQuantWithMinMaxArgs", 5 * x)
    case("FakeQuantWithMinMaxArgs", x, min=-1.0, max=0.8, num_bits=6)
    for op in ("QuantizeAndDequantizeV2", "QuantizeAndDequantizeV4"):
        case(op, x, F(-1), F(1.5), range_given=True)
        case(op, x, F(0), F(0))
        case(
            op,
            x,
            F(-1),
            F(1.5),
            range_given=True,
            narrow_range=True,
            num_bits=4,
            round_mode="HALF_UP",
        )
        case(op, np.abs(x), F(0), F(1.5), range_given=True, signed_input=False)
    case("QuantizeAndDequantizeV3", x, F(-1), F(1.5), I(5), range_given=True)


def counted() -> None:
    """How often numbers occur in ragged and sparse tensors; quantized and read again."""
    splits, x = np.array([0, 2, 2, 5], LONG), np.array([1, 0, 3, 3, 9], I)
    indices = np.array([[0, 1], [0, 2], [2, 0], [2, 1], [2, 2]], LONG)
    sides = np.array([3, 4], LONG)
    for weights in (np.zeros(0, F), some(5)):
        case("RaggedBincount", splits, x, I(5), weights)
        case("SparseBincount", indices, x, sides, I(5), weights)
        case("SparseBincount", indices[:, :1], x, sides[:1], I(5), weights)
    case("RaggedBincount", splits, x, I(5), np.zeros(0, F), binary_output=True)
    case("SparseBincount", indices, x, sides, I(5), np.zeros(0, F), binary_output=True)


def gradients() -> None:
    """Gradients of activations, and ragged tensors as sparse ones."""
    for op in ("TanhGrad", "SigmoidGrad", "SqrtGrad", "RsqrtGrad", "InvGrad", "ReciprocalGrad"):
        case(op, some(2, 3, low=0.1), some(2, 3))
    for op in ("ReluGrad", "Relu6Grad", "SoftplusGrad", "SoftsignGrad", "EluGrad"):
        case(op, some(2, 5), some(2, 5, low=-0.9, high=8))
    case("LeakyReluGrad", some(2, 5), some(2, 5), alpha=0.3)
    for pair in (([2, 3], [3]), ([1, 3], [2, 1]), ([], [4]), ([1, 1], [1]), ([5], [5])):
        case("BroadcastGradientArgs", *(np.array(each, I) for each in pair))
    outer, inner = np.array([0, 2, 2, 3], LONG), np.array([0, 1, 1, 4], LONG)
    case("RaggedTensorToSparse", outer, some(3), RAGGED_RANK=1)
    case("RaggedTensorToSparse", outer, some(3, 2), RAGGED_RANK=1)
    case("RaggedTensorToSparse", outer, inner, few(4), RAGGED_RANK=2)


def transforms() -> None:
    """Fourier transforms of several sides."""
    waves = (some(2, 3, 4, 5) + 1j * some(2, 3, 4, 5)).astype(np.complex64)
    for op in ("FFT2D", "IFFT2D", "FFT3D", "IFFT3D"):
        case(op, waves)
    case("RFFT2D", some(2, 4, 6), np.array([4, 6], I))
    case("RFFT2D", some(2, 4, 6), np.array([3, 5], I))
    case("IRFFT2D", waves, np.array([4, 8], I))
    case("IRFFT2D", waves, np.array([3, 7], I))


for _part in (
    by_chance,
    crosses,
    diagonals,
    segments,
    pictures,
    quantized,
    counted,
    gradients,
    transforms,
):
    _part()

CASES = dict(graph_case_list.CASES)
graph_case_list.CASES.clear()
graph_case_list.CASES.update(_before)
