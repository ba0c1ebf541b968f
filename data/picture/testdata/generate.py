"""Writes the fixtures of package picture. Needs pillow and numpy."""

import pathlib

import numpy as np
from PIL import Image

here = pathlib.Path(__file__).parent
y, x = np.mgrid[0:6, 0:8]
rgb = np.stack([x * 30, y * 40, np.full_like(x, 90)], -1).astype("u1")
picture = Image.fromarray(rgb)
picture.save(here / "rgb.png")
picture.save(here / "lossless.webp", lossless=True)
picture.resize((64, 48)).save(here / "rgb.jpg", quality=95)
picture.resize((64, 48)).save(here / "progressive.jpg", quality=95, progressive=True)
picture.resize((64, 48)).save(here / "lossy.webp", quality=90)
picture.convert("P", palette=Image.ADAPTIVE, colors=64).save(here / "palette.gif")
Image.fromarray((x * 9000).astype("u2")).save(here / "grey16.png")
alpha = np.dstack([rgb, np.where(x < 4, 255, 0)]).astype("u1")
Image.fromarray(alpha).save(here / "alpha.png")
big = np.dstack([np.kron(rgb, np.ones((8, 8, 1), "u1")), np.kron(np.where(x < 4, 255, 0), np.ones((8, 8)))]).astype("u1")
Image.fromarray(big).save(here / "alpha.webp", quality=90)
# The shrinking filters of another library, as a reference.
noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3)).astype("u1")
Image.fromarray(noise).save(here / "noise.png")
for name, f in (("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC)):
    Image.fromarray(noise).resize((15, 10), f).save(here / f"noise_{name}.png")
