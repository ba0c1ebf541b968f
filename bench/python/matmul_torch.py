"""The product of two square float32 matrices in PyTorch (MKL)."""

import argparse

import torch

from worker import serve

p = argparse.ArgumentParser()
p.add_argument("--size", type=int, default=2048)
p.add_argument("--threads", type=int, default=2)
a = p.parse_args()


def build():
    torch.set_num_threads(a.threads)
    x, y = torch.randn(a.size, a.size), torch.randn(a.size, a.size)
    return lambda: x @ y, 0, 0


serve(build, f"PyTorch {torch.__version__}")
