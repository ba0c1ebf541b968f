"""Writes the fixtures of package nifti: voxel (i, j, k) holds 12 i + 4 j + k of
shape (2, 3, 4). expected.npz holds what nibabel reads. Needs nibabel."""

import pathlib

import nibabel as nib
import numpy as np

here = pathlib.Path(__file__).parent
x = np.arange(24).reshape(2, 3, 4)
sform = np.array([[2, 0.1, 0, -10], [0, 3, 0.2, 5], [0.3, 0, 4, 7], [0, 0, 0, 1.0]])
out = {}


def save(name, data, cls=nib.Nifti1Image, endian="<", change=None, affine=sform, qonly=False):
    image = cls(data, None if qonly else affine, cls.header_class(endianness=endian))
    image.header.set_data_dtype(data.dtype)
    if qonly:
        image.set_qform(affine, 1)
        image.set_sform(None, 0)
    if change:
        change(image.header)
    nib.save(image, here / name)
    back = nib.load(here / name)
    out[name + "/affine"] = back.affine
    out[name + "/values"] = back.get_fdata()
    out[name + "/spacing"] = np.array(back.header.get_zooms(), "f8")


for t in "u1 i1 i2 u2 i4 u4 i8 u8 f4 f8".split():
    save(f"{t}.nii", x.astype(t))
save("big.nii", x.astype(">i2"), endian=">")
save("second.nii", x.astype("f4"), cls=nib.Nifti2Image)
save("second_big.nii", x.astype(">f4"), cls=nib.Nifti2Image, endian=">")
save("packed.nii.gz", x.astype("i2"))
turn = np.array([[0, -2, 0, 1], [3, 0, 0, 2], [0, 0, -4, 3], [0, 0, 0, 1.0]])
save("qform.nii", x.astype("i2"), qonly=True, affine=turn)
save("half_turn.nii", x.astype("i2"), qonly=True, affine=np.diag([-1.0, -2, 3, 1]))
save("time.nii", np.stack([x, x + 1], -1).astype("i2"))
# nibabel drops the scaling of an array that it saves: put it in afterwards.
b = bytearray((here / "i2.nii").read_bytes())
b[112:120] = np.array([0.5, -3], "<f4").tobytes()
(here / "scaled.nii").write_bytes(b)
back = nib.load(here / "scaled.nii")
out["scaled.nii/values"], out["scaled.nii/affine"], out["scaled.nii/spacing"] = back.get_fdata(), back.affine, np.array(back.header.get_zooms(), "f8")
np.savez_compressed(here / "expected.npz", **out)
