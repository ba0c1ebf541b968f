"""Writes the fixtures of package matlab. expected.npz holds the numbers by the
names of the variables. Needs scipy and h5py."""

import pathlib
import struct
import zlib

import h5py
import numpy as np
import scipy.io
import scipy.sparse

here = pathlib.Path(__file__).parent
x = np.arange(24).reshape(2, 3, 4)
numbers = {t: (x - (0 if "u" in t else 9)).astype(t) for t in "i1 i2 i4 i8 u1 u2 u4 u8 f4 f8".split()}
numbers["logical"] = x % 3 == 1
numbers["column"] = np.arange(5.0).reshape(5, 1)
numbers["row"] = np.arange(5.0).reshape(1, 5)
numbers["scalar"] = np.array([[2.5]])
numbers["empty"] = np.zeros((0, 3))

cell = np.empty((1, 3), object)
cell[0] = [np.array([[1.0, 2], [3, 4]]), "inside", np.array([[7]], "u1")]
words = np.empty((2, 2), object)
words[:] = [["a", "bé"], ["", "d"]]
people = np.zeros((2,), [("name", object), ("age", object)])
people[0], people[1] = ("ann", 30.0), ("bob", 40.0)
variables = dict(
    numbers,
    text="dré",
    rows=np.array(["one", "three"]),
    cell=cell,
    words=words,
    struct={"a": np.arange(6.0).reshape(2, 3), "deep": {"er": "yes"}},
    people=people,
)
scipy.io.savemat(here / "plain.mat", variables, oned_as="column")
scipy.io.savemat(here / "packed.mat", variables, do_compression=True, oned_as="column")
scipy.io.savemat(
    here / "refused.mat",
    {"complex": np.ones((2, 2)) * 1j, "sparse": scipy.sparse.csc_matrix(np.eye(2)), "good": np.ones((1, 1)), "mixed": {"a": 1j, "b": 2.0}},
)
expected = dict(numbers)
expected["cell{1}"], expected["cell{3}"] = cell[0, 0], cell[0, 2]
expected["struct.a"] = np.arange(6.0).reshape(2, 3)
expected["people(2).age"] = np.array([[40.0]])

# What scipy does not write: numbers stored in fewer bytes than their class
# has, and the other byte order.


def element(order, kind, body):
    if 0 < len(body) <= 4:
        tag = struct.pack(order + "I", len(body) << 16 | kind)
        return tag + body.ljust(4, b"\0")
    return struct.pack(order + "II", kind, len(body)) + body + b"\0" * (-len(body) % 8)


def matrix(order, name, cls, shape, kind, body, flags=0):
    inside = element(order, 6, struct.pack(order + "II", cls | flags, 0))
    inside += element(order, 5, struct.pack(f"{order}{len(shape)}i", *shape))
    inside += element(order, 1, name.encode()) + element(order, kind, body)
    return element(order, 14, inside)


types = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8"}
for order, mark, file in (("<", b"IM", "narrow.mat"), (">", b"MI", "big.mat")):
    out = b"MATLAB 5.0 MAT-file, by hand".ljust(124) + struct.pack(order + "H", 0x100) + mark
    for kind, t in types.items():
        values = np.arange(6).reshape(2, 3) - (0 if "u" in t else 3)
        m = matrix(order, "as_" + t, 6, values.shape, kind, values.T.astype(order + t).tobytes())
        if kind % 2:  # compressed variables are not padded
            packed = zlib.compress(m)
            m = struct.pack(order + "II", 15, len(packed)) + packed
        out += m
        expected[file + ":as_" + t] = values.astype("f8")
    text = "dré 𝄞".encode("utf-16-le" if order == "<" else "utf-16-be")
    out += matrix(order, "text", 4, (1, len(text) // 2), 17, text)
    out += matrix(order, "flag", 9, (1, 2), 2, b"\0\1", 0x200)
    (here / file).write_bytes(out)

# Version 7.3 as MATLAB writes it: HDF5 behind a header of 512 bytes, the axes
# backwards, text as uint16, cells as references into #refs#.
with h5py.File(here / "v73.mat", "w", userblock_size=512) as f:

    def put(name, values, cls, **how):
        d = f.create_dataset(name, data=values, **how)
        d.attrs["MATLAB_class"] = np.bytes_(cls)
        return d

    for name, v in numbers.items():
        if name == "empty":
            put(name, np.array(v.shape, "u8"), "double").attrs["MATLAB_empty"] = np.uint8(1)
        elif v.dtype == bool:
            put(name, v.T.astype("u1"), "logical")
        else:
            put(name, v.T, str(v.dtype), compression="gzip" if v.size > 20 else None)

    def chars(s):
        return np.array([[ord(c)] for c in s], "u2")

    put("text", chars("dré"), "char")
    put("rows", np.array([[ord(c) for c in s] for s in ("one  ", "three")], "u2").T, "char")
    put("struct/a", expected["struct.a"].T, "double")
    put("struct/deep/er", chars("yes"), "char")
    f.create_group("sparse").attrs["MATLAB_sparse"] = np.uint64(2)
    for part, v in (("data", [1.0, 1]), ("ir", [0, 1]), ("jc", [0, 1, 2])):
        f["sparse/" + part] = v
    for i, v in enumerate([cell[0, 0].T, chars("inside"), cell[0, 2]]):
        put(f"#refs#/c{i}", v, ["double", "char", "uint8"][i])
    put("cell", np.array([[f[f"#refs#/c{i}"].ref] for i in range(3)], h5py.ref_dtype), "cell")
    for i, s in enumerate(["a", "bé", "", "d"]):
        if s:
            put(f"#refs#/w{i}", chars(s), "char")
        else:
            put(f"#refs#/w{i}", np.array([0, 0], "u8"), "char").attrs["MATLAB_empty"] = np.uint8(1)
    refs = [f[f"#refs#/w{i}"].ref for i in range(4)]
    put("words", np.array([[refs[0], refs[2]], [refs[1], refs[3]]], h5py.ref_dtype), "cell")
b = bytearray((here / "v73.mat").read_bytes())
b[:128] = b"MATLAB 7.3 MAT-file, by hand".ljust(124) + struct.pack("<H", 0x200) + b"IM"
(here / "v73.mat").write_bytes(b)

np.savez_compressed(here / "expected.npz", **expected)
