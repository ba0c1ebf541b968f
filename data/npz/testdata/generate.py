"""Writes the fixtures of package npz. Needs numpy 2."""

import pathlib

import numpy as np

here = pathlib.Path(__file__).parent
base = np.arange(24).reshape(2, 3, 4)

for name in "i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split():
    for order, label in (("<", "le"), (">", "be")):
        np.save(here / f"{name}_{label}.npy", (base - (0 if name[0] == "u" else 12)).astype(order + name))
np.save(here / "fortran.npy", np.asfortranarray(base.astype("<f4")))
np.save(here / "bool.npy", base % 2 == 0)
np.save(here / "bytes.npy", np.array([b"ab", b"", b"cde"]))
np.save(here / "unicode_le.npy", np.array(["ab", "", "日本 é"]).astype("<U5"))
np.save(here / "unicode_be.npy", np.array(["ab", "", "日本 é"]).astype(">U5"))
np.save(here / "scalar.npy", np.float64(2.5))
np.save(here / "empty.npy", np.zeros((0, 7), "<f4"))
np.save(here / "object.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
np.save(here / "complex.npy", np.zeros(2, "c8"))
np.save(here / "record.npy", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
np.save(here / "time.npy", np.zeros(2, "M8[ns]"))
for version in ((2, 0), (3, 0)):
    with open(here / f"version{version[0]}.npy", "wb") as f:
        np.lib.format.write_array(f, base.astype("<f4"), version=version)
arrays = {"x": base.astype("<f4"), "label": np.array([1, 0]), "sub/name": np.array(["a", "b"])}
np.savez(here / "plain.npz", **arrays)
np.savez_compressed(here / "deflated.npz", **arrays)
