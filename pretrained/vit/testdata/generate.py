"""Writes a small vision transformer as Hugging Face saves it, its last hidden
states, and pictures as Pillow resizes them and the processors prepare them.

Needs torch, transformers, torchvision and pillow. Run in this folder:
python generate.py
"""
import json

import numpy as np
import torch
from PIL import Image
from transformers import ViTConfig, ViTModel
from transformers import ViTImageProcessor

torch.manual_seed(1)
config = ViTConfig(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=24, patch_size=8)
net = ViTModel(config, add_pooling_layer=False).eval()
with torch.no_grad():
    for k, p in net.named_parameters():
        p.normal_(0, .3)
        if "norm" in k and k.endswith("weight"):
            p.add_(1)
net = net.half()
net.save_pretrained("small")
net = net.float()

rng = np.random.default_rng(1)
arrays = {}


def picture(h, w):
    """Smooth colours with noise and a hard edge."""
    y, x = np.mgrid[:h, :w]
    p = np.stack([127 + 120 * np.sin(x / 3 + y / 5), 255 * (x > w / 3), 2. * y], 2) + rng.normal(0, 20, (h, w, 3))
    return p.clip(0, 255).astype(np.uint8)


sizes = [(24, 24), (31, 50), (10, 7), (24, 33), (1, 3)]
prepared = []
for i, (h, w) in enumerate(sizes):
    p = picture(h, w)
    arrays[f"picture{i}"] = p
    for name, filter in [("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC)]:
        arrays[f"{name}{i}"] = np.asarray(Image.fromarray(p).resize((24, 24), filter))
    # The processor in float64 on Pillow's picture.
    prepared.append((arrays[f"bilinear{i}"] / 255. - .5) / .5)
processor = ViTImageProcessor(size={"height": 24, "width": 24})
processor.save_pretrained("small")
theirs = processor([arrays["picture1"]], return_tensors="np")["pixel_values"][0].transpose(1, 2, 0)
arrays["processed1"] = theirs.astype(np.float32)
print("the processor on torchvision differs from Pillow by", np.abs(theirs - prepared[1]).max() / 2 * 255, "steps")
with torch.no_grad():
    x = torch.tensor(np.stack(prepared).astype(np.float32)).permute(0, 3, 1, 2)
    arrays["states"] = net(x).last_hidden_state.numpy()
np.savez_compressed("expected.npz", **arrays)
