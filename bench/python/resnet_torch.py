"""The loss of torchvision's ResNet-18 on random pictures, and its gradients."""

import argparse

import torch
from torch.nn import functional as F
from torchvision.models import resnet18

from worker import serve

p = argparse.ArgumentParser()
p.add_argument("--batch", type=int, default=8)
p.add_argument("--size", type=int, default=160)
p.add_argument("--threads", type=int, default=2)
p.add_argument("--channels-last", action="store_true")
a = p.parse_args()


def build():
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    layout = torch.channels_last if a.channels_last else torch.contiguous_format
    model = resnet18(weights=None).to(memory_format=layout)
    x = torch.randn(a.batch, 3, a.size, a.size).to(memory_format=layout)
    y = torch.zeros(a.batch, dtype=torch.long)

    def step():
        model.zero_grad()
        F.cross_entropy(model(x), y).backward()

    return step, sum(p.numel() for p in model.parameters()), 0


serve(build, f"PyTorch {torch.__version__}")
