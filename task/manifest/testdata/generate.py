"""Writes the fixtures of package manifest: 40 samples whose features x hold
3 i + column and whose label is i mod 2, as clips.h5 and clips.mat; 12 slices of
3 rows and 4 columns whose voxels hold the slice, with a mask of the odd columns,
as scan.nii.gz and mask.nii; ten rows as rows.parquet. Needs h5py, scipy, nibabel
and pyarrow."""

import pathlib

import h5py
import nibabel as nib
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.io

here = pathlib.Path(__file__).parent
x = np.arange(120.0).reshape(40, 3)
y = np.arange(40) % 2
words = ["even", "odd"]

with h5py.File(here / "clips.h5", "w") as f:
    f.create_dataset("features/x", data=x.astype("f4"), chunks=(7, 2), compression="gzip")
    f.create_dataset("label", data=[words[i] for i in y], dtype=h5py.string_dtype())
cells = np.empty((1, 40), object)
cells[0] = [words[i] for i in y]
scipy.io.savemat(here / "clips.mat", {"s": {"x": x}, "y": y[None] + 1.0, "names": cells}, do_compression=True)
scan = np.broadcast_to(np.arange(12), (4, 3, 12))
nib.save(nib.Nifti1Image(scan.astype("i2"), np.eye(4)), here / "scan.nii.gz")
mask = np.broadcast_to(np.arange(4)[:, None, None] % 2, (4, 3, 12))
nib.save(nib.Nifti1Image(mask.astype("u1"), np.eye(4)), here / "mask.nii")

pq.write_table(pa.table({
    "vector": pa.array([None if i == 2 else [3.0 * i, 3.0 * i + 1, 3.0 * i + 2] for i in range(10)], pa.list_(pa.float32())),
    "a": pa.array(range(10), pa.int32()),
    "b": pa.array([-float(i) for i in range(10)]),
    "words": pa.array([f"sample number {i}" for i in range(10)]),
    "kind": pa.array(["cat", "dog"] * 5).dictionary_encode(),
    "part": pa.array(["train"] * 6 + ["val"] * 2 + ["test"] * 2),
}), here / "rows.parquet")
