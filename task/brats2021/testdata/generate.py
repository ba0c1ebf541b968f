"""Writes the HDF5 fixtures of package brats2021: small files of the layout in
which the data set is used, and damaged ones. Needs h5py and numpy."""

import pathlib

import h5py
import numpy as np

here = pathlib.Path(__file__).parent
side, depth = 20, 6
n = 0


def make(seed):
    """Images that tell modality and voxel, and a tumour in slices 1 to 4."""
    rng = np.random.default_rng(seed)
    label = np.zeros((side, side, depth), "u1")
    for z in range(1, 5):
        label[6:14, 6:14, z] = 2
        label[8:12, 8:12, z] = 1
        label[9:11, 8:12, z] = 4
    label[4:16, 4:16, 3] = np.maximum(label[4:16, 4:16, 3], 2)
    image = rng.normal(size=(4, side, side, depth)).astype("f4")
    image += np.array([3, 2, 1, 4], "f4")[:, None, None, None]  # flair, t1ce, t1, t2
    return image, label


def write(name, image, label, image_name="image", label_name="label"):
    with h5py.File(here / name, "w") as f:
        f.create_dataset(image_name, data=image, compression="gzip")
        f.create_dataset(label_name, data=label, compression="gzip")


image, label = make(0)
write("volume.h5", image.round(1), label)
write("slice.h5", image[..., 3].round(1), label[..., 3])
np.savez_compressed(here / "expected.npz", image=image.round(1), label=label)
small, marks = image[:, :8, :8, :2].round(0), label[6:14, 6:14, 1:3]
write("no_label.h5", small, marks, label_name="mask")
write("three_modalities.h5", small[:3], marks)
write("channels_last.h5", np.moveaxis(small, 0, -1), marks)
write("other_extent.h5", small, marks[:7])
write("bad_label.h5", small, np.where(marks == 1, 7, marks))
write("fraction.h5", small, marks + 0.5)
broken = small.copy()
broken[1, 2, 3, 1] = np.nan
write("nan.h5", broken, marks)
with h5py.File(here / "text.h5", "w") as f:
    f["image"] = np.full((4, 2, 2, 1), b"x", "S1")
    f["label"] = np.zeros((2, 2, 1), "u1")
