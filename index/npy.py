"""Arrays as the bytes of .npy files and back, without a second copy in memory and without pickle."""

from __future__ import annotations

import io
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

# NumPy evaluates a header as Python text, and CPython 3.11 can fail when several threads do so at once ("AST constructor
# recursion depth mismatch", python/cpython#106905).
_HEADERS = threading.Lock()


def npy_parts(array: NDArray[np.generic]) -> tuple[bytes, memoryview]:
    """The header of a .npy file and, as a view of the array, its data."""
    whole = np.ascontiguousarray(array)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(whole))
    return header.getvalue(), whole.reshape(-1).view(np.uint8).data


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
