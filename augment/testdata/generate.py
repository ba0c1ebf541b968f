"""Writes what torchvision makes of a small picture.

Needs torch and torchvision. Run in this folder: python generate.py
"""
import json

import torch
import torchvision.transforms.functional as F
from torchvision.transforms import InterpolationMode

torch.manual_seed(1)
h, w = 7, 9
picture = torch.rand(3, h, w)
picture[:, 0, 0] = torch.tensor([1., 0, 0])
picture[:, 0, 1] = torch.tensor([.5, .5, .5])
labels = torch.randint(0, 4, (1, h, w)).float()


def flat(t):
    return t.permute(1, 2, 0).reshape(-1).tolist()


out = {
    "picture": flat(picture), "labels": flat(labels),
    "flip": flat(F.hflip(picture)), "flip_vertical": flat(F.vflip(picture)), "turn": flat(torch.rot90(picture, 1, (1, 2))),
    "brightness": flat(F.adjust_brightness(picture, 1.4)), "contrast": flat(F.adjust_contrast(picture, .6)),
    "more_contrast": flat(F.adjust_contrast(picture, 1.7)),
    "saturation": flat(F.adjust_saturation(picture, 1.5)), "hue": flat(F.adjust_hue(picture, .3)),
    "hue_back": flat(F.adjust_hue(picture, -.45)), "gray": flat(F.rgb_to_grayscale(picture, 3)),
    "blur": flat(F.gaussian_blur(picture, 7, .8)),
    "rotate": flat(F.rotate(picture, 33., InterpolationMode.BILINEAR)),
    "rotate_back": flat(F.rotate(picture, -100., InterpolationMode.BILINEAR)),
    "rotate_labels": flat(F.rotate(labels, 33., InterpolationMode.NEAREST)),
}
json.dump({k: [round(v, 6) for v in vs] for k, vs in out.items()}, open("expected.json", "w"))
