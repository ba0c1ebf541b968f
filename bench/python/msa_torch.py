"""One training step of the MOSI-size model in PyTorch.

The architecture and hyper-parameters are those
of the MOSI preset: a linear input projection per modality, pre-layer-norm
transformer encoders, a fusion encoder over the concatenated tokens, token 0, a
residual MLP and a linear head; CGGM adds a transformer classifier per modality.
"""

import argparse
import math

import torch
from torch import nn
from torch.nn import functional as F

from worker import serve


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("--method", choices=["joint", "cggm"], default="joint")
    p.add_argument("--dropout", type=int, choices=[0, 1], default=1)
    p.add_argument("--attention", choices=["eager", "sdpa"], default="sdpa")
    p.add_argument("--compile", action="store_true")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--tokens", type=int, default=50)
    p.add_argument("--modalities", type=int, default=3)
    return p.parse_args()


def positions(tokens, width):
    half = width // 2
    rate = torch.exp(torch.arange(half) * -(math.log(10000.0) / (half - 1)))
    angle = torch.arange(1, tokens + 1).float()[:, None] * rate[None]
    return torch.cat([angle.sin(), angle.cos()], dim=1)


class Attention(nn.Module):
    def __init__(self, width, heads, dropout, fused):
        super().__init__()
        self.heads, self.dropout, self.fused = heads, dropout, fused
        self.project = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.project(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        rate = self.dropout if self.training else 0.0
        if self.fused:
            y = F.scaled_dot_product_attention(q, k, v, dropout_p=rate)
        else:
            a = torch.softmax((q @ k.transpose(-1, -2)) / math.sqrt(d // self.heads), -1)
            y = F.dropout(a, rate, self.training) @ v
        return self.out(y.transpose(1, 2).reshape(b, t, d))


class Block(nn.Module):
    def __init__(self, width, heads, drop, fused):
        super().__init__()
        self.attention = Attention(width, heads, drop["attention"], fused)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.relu_drop, self.res_drop = nn.Dropout(drop["relu"]), nn.Dropout(drop["residual"])

    def forward(self, x):
        x = x + self.res_drop(self.attention(self.norm1(x)))
        h = self.relu_drop(F.relu(self.fc1(self.norm2(x))))
        return x + self.res_drop(self.fc2(h))


class Stack(nn.Module):
    def __init__(self, width, heads, layers, drop, fused):
        super().__init__()
        self.scale, self.drop = math.sqrt(width), nn.Dropout(drop["embedding"])
        self.blocks = nn.ModuleList([Block(width, heads, drop, fused) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        x = self.drop(self.scale * x + positions(x.shape[1], x.shape[2]).to(x))
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class Model(nn.Module):
    def __init__(self, dims, width, heads, layers, drop, fused):
        super().__init__()
        self.stems = nn.ModuleList([nn.Linear(d, width) for d in dims])
        self.encoders = nn.ModuleList([Stack(width, heads, layers, drop, fused) for _ in dims])
        self.fusion = Stack(width, heads, layers - 2, drop, fused)
        self.proj1, self.proj2 = nn.Linear(width, width), nn.Linear(width, width)
        self.out_drop, self.head = nn.Dropout(drop["out"]), nn.Linear(width, 1)

    def forward(self, xs):
        hs = [e(s(x)) for s, e, x in zip(self.stems, self.encoders, xs)]
        r = self.fusion(torch.cat(hs, dim=1))[:, 0]
        r = r + self.proj2(self.out_drop(F.relu(self.proj1(r))))
        return self.head(r), r, hs


class Classifier(nn.Module):
    def __init__(self, width, heads, drop, fused):
        super().__init__()
        self.stack, self.proj, self.head = Stack(width, heads, 2, drop, fused), nn.Linear(width, width), nn.Linear(width, 1)

    def forward(self, h):
        r = F.relu(self.proj(self.proj(self.stack(h)[:, 0])))
        return self.head(r), r


def l1_head_gradient(pred, y, r):
    """The gradient of the mean absolute error with respect to the head's weight."""
    return torch.sign(pred - y).t() @ r / pred.numel()


def build(a):
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    on = a.dropout
    drop = {"attention": 0.15 * on, "relu": 0.15 * on, "embedding": 0.2 * on, "residual": 0.1 * on, "out": 0.1 * on}
    dims = [(300, 5, 20)[i % 3] for i in range(a.modalities)]
    fused = a.attention == "sdpa"
    model = Model(dims, 40, 5, 5, drop, fused)
    classifiers = nn.ModuleList([Classifier(40, 5, drop, fused) for _ in dims if a.method == "cggm"])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    if a.method == "cggm":
        side = torch.optim.Adam(classifiers.parameters(), lr=5e-4)
    xs = [torch.randn(a.batch, a.tokens, d) for d in dims]
    y = torch.rand(a.batch, 1) * 6 - 3
    before = torch.zeros(len(dims))
    forward = torch.compile(model) if a.compile else model

    def step():
        nonlocal before
        optimizer.zero_grad()
        pred, r, hs = forward(xs)
        loss = F.l1_loss(pred, y)
        if a.method == "joint":
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.8)
            optimizer.step()
            return
        side.zero_grad()
        outs = [c(h.detach()) for c, h in zip(classifiers, hs)]
        with torch.no_grad():
            eps = torch.stack([((o > 0) == (y > 0)).float().mean() for o, _ in outs])
            d = eps - before
            total = d.sum()
            b = 1.3 * (total - d) / total if total.abs() > 1e-6 else torch.full_like(d, 1.3 * (len(dims) - 1) / len(dims))
            before = eps
            theirs = [l1_head_gradient(o, y, q) for o, q in outs]
        ours = l1_head_gradient(pred, y, r)
        cos = torch.stack([F.cosine_similarity(g.flatten(), ours.flatten(), dim=0) for g in theirs])
        loss = loss + 0.2 * (b.abs() - b * cos).mean()
        loss.backward()
        sum(F.l1_loss(o, y) for o, _ in outs).backward()
        side.step()
        for encoder, scale in zip(model.encoders, b):
            for p in encoder.parameters():
                p.grad.mul_(scale)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.8)
        optimizer.step()

    size = lambda module: sum(p.numel() for p in module.parameters())
    return step, size(model), size(classifiers)


a = parse()
serve(lambda: build(a), f"PyTorch {torch.__version__}")
