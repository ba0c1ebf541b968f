"""Writes the Parquet files beside this script with pyarrow.

python parquet.py
"""

import pyarrow as pa
import pyarrow.parquet as pq

table = pa.table({
    "id": pa.array([7, 8, 9, 10], pa.int64()),
    "small": pa.array([1, None, 3, -4], pa.int16()),
    "x": pa.array([0.5, None, -1.5, 2.25], pa.float32()),
    "y": pa.array([1e-3, 2.0, 3.5, 1e300], pa.float64()),
    "flag": pa.array([True, False, True, True]),
    "text": pa.array(["a", None, "ünï", ""]),
    "kind": pa.array(["cat", "dog", "cat", "cat"]).dictionary_encode(),
    "vector": pa.array([[1, 2, 3], [4, 5, 6], None, [7, 8, 9]], pa.list_(pa.float32())),
    "matrix": pa.array([[[1, 2], [3, 4], [5, 6]]] * 3 + [[[0, 0], [0, 0], [0, 7]]], pa.list_(pa.list_(pa.float64()))),
    "fixed": pa.array([[1, 2], [3, 4], [5, 6], [7, 8]], pa.list_(pa.int32(), 2)),
    "point": pa.array([{"u": 1.0, "v": 2}, {"u": 3.0, "v": 4}, {"u": 5.0, "v": 6}, {"u": 7.0, "v": 8}]),
})
for name, options in {
    "snappy": {},
    "plain": {"compression": "none", "use_dictionary": False, "row_group_size": 3},
    "gzip": {"compression": "gzip", "data_page_version": "2.0"},
    "zstd": {"compression": "zstd", "row_group_size": 1},
    "brotli": {"compression": "brotli"},
}.items():
    pq.write_table(table, name + ".parquet", **options)
pq.write_table(pa.table({"v": pa.array([[1.0], [1.0, 2.0]])}), "ragged.parquet")
pq.write_table(pa.table({"v": pa.array([[[1.0], [2.0]], [[1.0, 2.0]]])}), "ragged_inside.parquet")
pq.write_table(pa.table({"b": pa.array([b"\xff\xfe"])}), "bytes.parquet")
pq.write_table(pa.table({"d": pa.array([1, 2]).cast(pa.decimal128(21, 2))}), "decimal.parquet")
pq.write_table(pa.table({"s": pa.array([["a", "b"]])}), "texts.parquet")
pq.write_table(pa.table({"same": pa.array([1] * 3_000_000)}), "constant.parquet")
pq.write_table(pa.table({"x": pa.array([], pa.float32())}), "empty.parquet")
