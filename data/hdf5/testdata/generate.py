"""Writes the fixtures of package hdf5. expected.npz holds what was written to
default.h5 by the names of the datasets. Needs h5py and numpy."""

import pathlib

import h5py
import numpy as np

here = pathlib.Path(__file__).parent
out = {}
x = np.arange(60).reshape(5, 4, 3)


def put(f, name, values, **how):
    f.create_dataset(name, data=values, **how)
    out[name] = np.asarray(values)


with h5py.File(here / "default.h5", "w") as f:
    put(f, "contiguous/f4", (x / 7).astype("f4"))
    put(f, "contiguous/f8", x / 7)
    for t in "i1 i2 i4 i8 u1 u2 u4 u8 >i2 >i4 >f4 >f8".split():
        put(f, "contiguous/" + t.replace(">", "big_"), (x - (0 if "u" in t else 30)).astype(t))
    out["contiguous/big"] = np.array([2**53 + 1, -(2**62) - 1], "i8")
    f["contiguous/big"] = out["contiguous/big"]
    f["contiguous/f2"] = (x / 8).astype("f2")
    out["contiguous/f2"] = (x / 8).astype("f2").astype("f4")
    put(f, "contiguous/bool", x % 3 == 1)
    f.create_dataset("contiguous/enum", data=np.array([1, 5, 1], "i2"), dtype=h5py.enum_dtype({"A": 1, "B": 5}, basetype="i2"))
    out["contiguous/enum"] = np.array([1, 5, 1], "i2")
    put(f, "contiguous/scalar", np.float64(2.5))
    put(f, "contiguous/none", np.zeros((0, 3), "f4"))
    f["contiguous/named_type"] = np.dtype("i4")
    f.create_dataset("contiguous/of_named_type", data=np.arange(3), dtype=f["contiguous/named_type"])
    out["contiguous/of_named_type"] = np.arange(3, dtype="i4")
    f.create_dataset("contiguous/unwritten", shape=(2, 2), dtype="f4", fillvalue=1.5)
    out["contiguous/unwritten"] = np.full((2, 2), 1.5, "f4")
    space = h5py.h5s.create_simple((3,))
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    d = h5py.h5d.create(f["contiguous"].id, b"compact", h5py.h5t.NATIVE_INT32, space, plist)
    d.write(space, space, np.array([7, 8, 9], "i4"))
    out["contiguous/compact"] = np.array([7, 8, 9], "i4")

    chunks = (2, 3, 2)
    put(f, "chunked/plain", x.astype("i4"), chunks=chunks)
    put(f, "chunked/gzip", x / 7, chunks=chunks, compression="gzip")
    put(f, "chunked/shuffle", x.astype("i8"), chunks=chunks, compression="gzip", shuffle=True)
    put(f, "chunked/lzf", np.tile(x, (4, 4, 1)).astype("f4"), chunks=(8, 16, 3), compression="lzf")
    put(f, "chunked/fletcher32", x.astype("u1"), chunks=(3, 3, 1), fletcher32=True, compression="gzip")
    put(f, "chunked/resizable", x.astype("f4"), maxshape=(None, 4, 3))
    put(f, "chunked/vector", np.arange(2000.0), chunks=(7,))  # a tree of two levels
    d = f.create_dataset("chunked/holes", shape=(5, 4, 3), dtype="i2", chunks=chunks, fillvalue=-1)
    d[3:4, 1:2] = 5
    out["chunked/holes"] = d[:]

    put(f, "text/fixed", np.array([b"one", b"three", b""], "S5"), chunks=(2,))
    f.create_dataset("text/varying", data=["one", "dré", ""], dtype=h5py.string_dtype())
    f.create_dataset("text/spaces", data=np.array([b"ab ", b"abc"]), dtype=h5py.string_dtype("ascii", 3))
    t = h5py.h5t.C_S1.copy()
    t.set_size(4)
    t.set_strpad(h5py.h5t.STR_SPACEPAD)
    d = h5py.h5d.create(f["text"].id, b"padded", t, h5py.h5s.create_simple((2,)))
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([b"a   ", b"abcd"], "S4"), t)

    for i in range(40):
        put(f, f"many/{i:02d}", np.arange(3.0) + i)
    put(f, "deep/er/est", np.arange(3))

    f["links/hard"] = f["deep/er/est"]
    f["links/soft"] = h5py.SoftLink("/deep/er/est")
    f["links/relative"] = h5py.SoftLink("hard")
    f["links/broken"] = h5py.SoftLink("/nowhere")
    f["links/external"] = h5py.ExternalLink("other.h5", "/x")
    f["links/cycle"] = f["links"]
    for name in ("hard", "soft", "relative"):
        out["links/" + name] = out["deep/er/est"]

    f["refused/complex"] = np.zeros(2, "c8")
    f["refused/record"] = np.zeros(2, [("a", "i4"), ("b", "f8")])
    f.create_dataset("refused/ragged", data=np.array([np.arange(2), np.arange(3)], object), dtype=h5py.vlen_dtype("i4"))
    f.create_dataset("refused/array", dtype=np.dtype(("f8", (3,))), shape=(2,))
    f.create_dataset("refused/scaleoffset", data=x, chunks=chunks, scaleoffset=0)
    f.create_dataset("refused/huge", shape=(1 << 40,), dtype="f8")
    f.create_dataset("refused/huge_chunked", shape=(1 << 40,), dtype="f8", chunks=(1 << 20,))
    f.create_dataset("references", data=[f["many/03"].ref, f["many/01"].ref, h5py.Reference()], dtype=h5py.ref_dtype)
    f["many"].attrs["note"] = "forty"
    f["many/00"].attrs["scale"] = np.array([1.5, 2.5], "f4")
    f["many/00"].attrs["fixed"] = np.bytes_("int8")

for libver in ("latest", "v108"):
    with h5py.File(here / f"{libver}.h5", "w", libver=libver) as f:
        f["contiguous"] = x / 7
        f.create_dataset("one_chunk", data=x, chunks=x.shape, compression="gzip")
        f.create_dataset("chunks", data=x, chunks=(2, 3, 2))
        f.create_dataset("growing", data=x, chunks=(2, 3, 2), maxshape=(None, None, 3))
        f.create_group("group")
        f["group/cycle"] = f["group"]
with h5py.File(here / "latest_many.h5", "w", libver="latest") as f:
    for i in range(40):
        f[f"many/{i:02d}"] = np.arange(3.0) + i
    for i in range(400):  # names in a tree of two levels
        f[f"links/{i:03d}"] = f[f"many/{i % 40:02d}"]
with h5py.File(here / "userblock.h5", "w", userblock_size=512) as f:
    f["x"] = np.arange(4.0)
    f.create_dataset("gzip", data=x, chunks=(2, 2, 2), compression="gzip")
with h5py.File(here / "small.h5", "w") as f:
    f["scale"] = np.arange(4.0)
    f["scale"].attrs["scale"] = "text"
    f.create_dataset("text", data=["one", "three"], dtype=h5py.string_dtype())
    f.create_dataset("lzf", data=x % 7, chunks=(2, 2, 2), compression="lzf", shuffle=True, fletcher32=True)
    f["flags"] = x[0] > 5
    f["soft"] = h5py.SoftLink("/scale")

np.savez_compressed(here / "expected.npz", **{k.replace("/", ":"): v for k, v in out.items()})
