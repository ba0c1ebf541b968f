"""Writes resnet.npz and deeplab.npz: what torchvision's networks compute on
the weights and inputs that noise() gives, which Go repeats bit by bit.

Needs torch and torchvision. Run in this folder: python generate.py
"""
import numpy as np
import torch
import torchvision
from torchvision.models.segmentation.deeplabv3 import ASPP

MASK = (1 << 64) - 1


def fnv(name):
    h = 14695981039346656037
    for c in name.encode():
        h = ((h ^ c) * 1099511628211) & MASK
    return h


def noise(name, shape):
    """Uniform numbers in [-1, 1) from the finaliser of splitmix64."""
    with np.errstate(over="ignore"):
        z = np.arange(1, int(np.prod(shape)) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(fnv(name))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    u = (z >> np.uint64(40)).astype(np.float64) / (1 << 23) - 1
    return u.reshape(shape)


def weight(name, shape):
    u = noise(name, shape)
    if name.endswith("running_var"):
        u = 1 + .4 * u
    elif len(shape) == 4:
        u = u * np.sqrt(3 / np.prod(shape[1:]))
    elif name.endswith("weight"):
        u = 1 + .2 * u
    else:
        u = .2 * u
    return torch.tensor(u.astype(np.float32))


def fill(net, prefix=""):
    state = net.state_dict()
    for k, v in state.items():
        if v.ndim:
            state[k] = weight(prefix + k, tuple(v.shape))
    net.load_state_dict(state)
    return net


def picture(b, c, h, w):
    x = noise("input", (b, h, w, c)).astype(np.float32)
    return torch.tensor(x).permute(0, 3, 1, 2).contiguous()


def dilate(net, stride):
    """What replace_stride_with_dilation does, for basic blocks too."""
    reached, dilation = 4, 1
    for i, stage in enumerate([net.layer2, net.layer3, net.layer4]):
        if reached < stride:
            reached *= 2
            continue
        before, dilation = dilation, 2 * dilation
        for k, block in enumerate(stage):
            for conv in block.modules():
                if not isinstance(conv, torch.nn.Conv2d):
                    continue
                conv.stride = (1, 1)
                if conv.kernel_size == (3, 3):
                    basic = isinstance(block, torchvision.models.resnet.BasicBlock)
                    d = before if k == 0 and not (basic and conv is block.conv2) else dilation
                    conv.dilation = conv.padding = (d, d)
    return net


def trunk(net, x):
    x = net.maxpool(net.relu(net.bn1(net.conv1(x))))
    low = x = net.layer1(x)
    return low, net.layer4(net.layer3(net.layer2(x)))


def nhwc(t):
    return t.detach().permute(0, 2, 3, 1).contiguous().numpy()


def resnet():
    out = {}
    for depth, stride, size in [(18, 32, 64), (18, 8, 32), (34, 16, 32), (50, 32, 48), (50, 8, 32), (101, 16, 32)]:
        make = getattr(torchvision.models, f"resnet{depth}")
        net = dilate(fill(make()), stride).eval()
        if depth >= 50:  # the rule above is torchvision's own
            theirs = fill(make(replace_stride_with_dilation=[False, stride < 16, stride < 32])).eval()
            x = picture(2, 3, size, size)
            assert torch.equal(trunk(theirs, x)[1], trunk(net, x)[1])
        _, high = trunk(net, picture(2, 3, size, size))
        out[f"high_{depth}_{stride}"] = nhwc(high.mean((2, 3), keepdim=True))[:, 0, 0]
        out[f"map_{depth}_{stride}"] = nhwc(high)[..., :16]
    # Gradients and moving statistics of a training pass.
    net = dilate(fill(torchvision.models.resnet18()), 16).train()
    x = picture(2, 3, 32, 32).requires_grad_()
    _, high = trunk(net, x)
    pooled = high.mean((2, 3))
    (pooled * torch.tensor(noise("loss", tuple(pooled.shape)).astype(np.float32))).sum().backward()
    out["train_pooled"] = pooled.detach().numpy()
    out["train_input_gradient"] = nhwc(x.grad)
    out["train_conv1_gradient"] = net.conv1.weight.grad.permute(2, 3, 1, 0).contiguous().numpy()[..., :16]
    out["train_gain_gradient"] = net.layer4[1].bn2.weight.grad.numpy()
    out["train_mean"] = net.bn1.running_mean.numpy()
    out["train_variance"] = net.layer4[1].bn2.running_var.numpy()
    np.savez_compressed("resnet.npz", **{k: v.astype(np.float32) for k, v in out.items()})


class Decoder(torch.nn.Module):
    """The decoder of DeepLab v3+ for one or several encoders."""

    def __init__(self, maps, high, low, reduced, width, classes):
        super().__init__()
        norm = torch.nn.BatchNorm2d
        self.low = torch.nn.Sequential(torch.nn.Conv2d(maps * low, reduced, 1, bias=False), norm(reduced), torch.nn.ReLU())
        self.conv0 = torch.nn.Sequential(
            torch.nn.Conv2d(maps * high + reduced, width, 3, padding=1, bias=False), norm(width), torch.nn.ReLU())
        self.conv1 = torch.nn.Sequential(torch.nn.Conv2d(width, width, 3, padding=1, bias=False), norm(width), torch.nn.ReLU())
        self.out = torch.nn.Conv2d(width, classes, 1)

    def forward(self, highs, lows, size):
        low = self.low(torch.cat(lows, 1))
        highs = [torch.nn.functional.interpolate(h, low.shape[2:], mode="bilinear") for h in highs]
        x = self.out(self.conv1(self.conv0(torch.cat(highs + [low], 1))))
        return torch.nn.functional.interpolate(x, size, mode="bilinear")


def deeplab():
    out = {}
    x = picture(2, 2, 48, 64)
    nets, pyramids = [], []
    for m in range(2):
        net = torchvision.models.resnet18()
        net.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
        nets.append(dilate(fill(net, f"{m}.backbone."), 16))
        pyramids.append(fill(ASPP(512, [2, 4, 6], 8), f"{m}.aspp."))
    joint = fill(Decoder(2, 8, 64, 5, 12, 4), "joint.")
    single = fill(Decoder(1, 8, 64, 5, 12, 4), "single.")
    for training in [False, True]:
        for module in nets + pyramids + [joint, single]:
            module.train(training)
        for p in pyramids:
            p.project[3].p = 0.
        lows, highs = [], []
        for m in range(2):
            low, high = trunk(nets[m], x[:, m:m + 1])
            lows.append(low)
            highs.append(pyramids[m](high))
        logits = joint(highs, lows, (48, 64))
        name = "train" if training else "eval"
        out[name + "_joint"] = nhwc(logits)[..., :2]
        out[name + "_single"] = nhwc(single(highs[1:], lows[1:], (48, 64)))[..., :1]
        if training:
            shape = nhwc(logits).shape
            direction = torch.tensor(noise("loss", shape).astype(np.float32)).permute(0, 3, 1, 2)
            (logits * direction).sum().backward()
            out["dilated_gradient"] = pyramids[0].convs[1][0].weight.grad.permute(2, 3, 1, 0).contiguous().numpy()[..., :2]
            out["join_gradient"] = pyramids[1].project[0].weight.grad.permute(2, 3, 1, 0).contiguous().numpy()
            out["low_gradient"] = joint.low[0].weight.grad.permute(2, 3, 1, 0).contiguous().numpy()
            out["conv1_gradient"] = nets[0].conv1.weight.grad.permute(2, 3, 1, 0).contiguous().numpy()[..., :16]
    np.savez_compressed("deeplab.npz", **{k: v.astype(np.float32) for k, v in out.items()})


resnet()
deeplab()
