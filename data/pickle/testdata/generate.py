"""Writes the fixtures of package pickle: the same object under every protocol,
with the module names of numpy 1 and of numpy 2, and the strings of Python 2.
Needs numpy 2."""

import collections
import pathlib
import pickle

import numpy as np

here = pathlib.Path(__file__).parent
x = np.arange(6, dtype="<f4").reshape(2, 3)
shared = [1, 2]
thing = {
    "none": None, "true": True, "false": False,
    "ints": [0, -1, 255, 65535, -(2**31), 2**40, -(2**63), 2**70, -(2**70)],
    "float": 0.1, "text": "a\\b\n日本 \U0001f600 é\u0080", "bytes": b"\x00\xff\\'\n", "empty": b"",
    "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
    "set": {7}, "frozen": frozenset([8]), "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
    3: "int key", "shared": [shared, shared],
    "x": x, "big endian": x.astype(">f8"), "fortran": np.asfortranarray(x), "strided": np.arange(8)[::2],
    "bool": np.array([True, False]), "half": np.array([1.5], "f2"), "u64": np.array([2**63], "u8"),
    "words": np.array(["ab", "日本"]), "bytestrings": np.array([b"ab", b"c"]),
    "objects": np.array(["a", "bcd"], dtype=object), "ragged": np.array([np.zeros(1), np.ones(2)], dtype=object),
    "scalar": np.float32(1.5), "int scalar": np.int64(-3), "u64 scalar": np.uint64(2**63 + 1), "bool scalar": np.bool_(True),
    "word scalar": np.str_("ab"), "zero": np.zeros((0, 4), "i2"), "0-d": np.array(5, "i1"),
}
for protocol in range(6):
    b = pickle.dumps(thing, protocol)
    (here / f"numpy2_protocol{protocol}.pickle").write_bytes(b)
    if protocol in (2, 4):
        # A module name under protocol 4 carries its length.
        for name in (b"numpy._core.multiarray", b"numpy._core.numeric"):
            short = name.replace(b"_core", b"core")
            b = b.replace(bytes([len(name)]) + name, bytes([len(short)]) + short).replace(b"c" + name + b"\n", b"c" + short + b"\n")
        if protocol == 4:
            # The one frame has become shorter.
            b = b[:3] + (len(b) - 11).to_bytes(8, "little") + b[11:]
        (here / f"numpy1_protocol{protocol}.pickle").write_bytes(b)

# Python 2 writes its strings, and the bytes of arrays, as STRING,
# SHORT_BINSTRING and BINSTRING: put together by hand.
dtype = b"cnumpy\ndtype\n(S'f4'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntb"
array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I2\nt" + dtype + b"I00\n%stb"
values = np.array([1, 2], "<f4").tobytes()
(here / "python2_protocol0.pickle").write_bytes(
    b"(dS'x'\n" + array % b"S'\\x00\\x00\\x80?\\x00\\x00\\x00@'\n" + b"sS'long'\nL5L\nsS'q\\'\\\\\\t\\101'\nV\\u00e9\nss."[:-2] + b".")
(here / "python2_protocol2.pickle").write_bytes(
    b"\x80\x02}(U\x01x" + array % (b"U\x08" + values) + b"U\x01yT\x03\x00\x00\x00abcu.")
for name, b in {
    "class": b"cos\nsystem\n(S'true'\ntR.",
    "persistent": b"P1\n.",
    "self": b"]q\x00h\x00a.",
}.items():
    (here / f"refused_{name}.pickle").write_bytes(b)
