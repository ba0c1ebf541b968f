"""The product of two square float32 matrices in PyTorch (MKL), timed on request."""

import argparse
import sys
import time

import torch

p = argparse.ArgumentParser()
p.add_argument("--size", type=int, default=2048)
p.add_argument("--threads", type=int, default=2)
a = p.parse_args()
torch.set_num_threads(a.threads)
x, y = torch.randn(a.size, a.size), torch.randn(a.size, a.size)
for _ in sys.stdin:
    start = time.perf_counter()
    x @ y
    print(time.perf_counter() - start, flush=True)
