"""Writes the fixtures: python generate.py, with torch (values are exact in every dtype)."""

import collections
import pathlib

import torch

here = pathlib.Path(__file__).parent
base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
state = collections.OrderedDict(
    weight=base,
    turned=base.t(),
    part=base[1:, 2:],
    half=base.half(),
    brain=base.bfloat16(),
    double=base.double(),
    long=torch.arange(-3, 3),
    int=torch.arange(-3, 3, dtype=torch.int32),
    byte=torch.arange(6, dtype=torch.uint8),
    truth=torch.tensor([True, False, True]),
    scalar=torch.tensor(2.5),
    empty=torch.zeros(0, 4),
    parameter=torch.nn.Parameter(torch.ones(2)),
)
torch.save(state, here / "zip.pt")
torch.save(state, here / "legacy.pt", _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "state_dict": {"conv.weight": base}, "list": [base, 1]}, here / "nested.pt")
torch.save(base, here / "single.pt")


class Harm:
    def __reduce__(self):
        return (print, ("executed",))


torch.save({"x": Harm()}, here / "harm.pt")
