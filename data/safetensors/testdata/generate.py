"""Writes numbers.safetensors. Needs numpy, safetensors and ml_dtypes."""

import pathlib

import ml_dtypes
import numpy as np
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent
types = {
    "F64": "f8", "F32": "f4", "F16": "f2", "BF16": ml_dtypes.bfloat16,
    "I8": "i1", "I16": "i2", "I32": "i4", "I64": "i8",
    "U8": "u1", "U16": "u2", "U32": "u4", "U64": "u8", "BOOL": "?",
}
tensors = {name: np.arange(6).reshape(2, 3).astype(t) for name, t in types.items()}
tensors["scalar"] = np.array(2.5, "f4")
tensors["empty"] = np.zeros((0, 3), "f4")
save_file(tensors, here / "numbers.safetensors", metadata={"made": "by numpy"})
