"""Arrays as the bytes of .npy files and back, without a second copy in memory and without pickle."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# NumPy evaluates a header as Python text, and CPython 3.11 can fail when several threads do so at once ("AST constructor
# recursion depth mismatch", python/cpython#106905).
_HEADERS = threading.Lock()


def npy_parts(array: NDArray[np.generic]) -> tuple[bytes, memoryview]:
    """The header of a .npy file and, as a view of the array, its data."""
    whole = np.ascontiguousarray(array)
    return _header(whole.dtype, whole.shape), _data(whole)


def npy_stacked(arrays: Sequence[NDArray[np.generic]]) -> tuple[bytes | memoryview, ...]:
    """The same of one array that has the rows of `arrays`, of which there is at least one, and which are not copied."""
    first = arrays[0]
    rows = sum(len(array) for array in arrays)
    return _header(first.dtype, (rows, *first.shape[1:])), *(_data(array) for array in arrays if array.size)


def _header(dtype: np.dtype[np.generic], shape: tuple[int, ...]) -> bytes:
    header = io.BytesIO()
    fields = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, fields)
    return header.getvalue()


def _data(array: NDArray[np.generic]) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def read_npy(data: bytes) -> NDArray[Any]:
    """The array in a .npy file, as a read-only view of its bytes.

    Raises:
        ValueError: it is not one, of another version, in Fortran order, of objects, or of another length than its shape.
    """
    file = io.BytesIO(data)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("an array is of another .npy version")
    with _HEADERS:
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if fortran or dtype.hasobject:
        raise ValueError("an array is not stored as plain numbers in C order")
    numbers = np.frombuffer(data, dtype, offset=file.tell()) if file.tell() < len(data) else np.zeros(0, dtype)
    return numbers.reshape(shape)
