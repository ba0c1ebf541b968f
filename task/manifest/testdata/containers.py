"""Writes the fixtures: python containers.py, with numpy and torch."""

import pathlib
import pickle

import numpy
import torch

here = pathlib.Path(__file__).parent
x = numpy.arange(40, dtype=numpy.float32).reshape(20, 2)
y = numpy.arange(20) % 2
(here / "arrays.pkl").write_bytes(pickle.dumps({"all": {"x": x, "y": y}}, protocol=4))
torch.save({"all": {"x": torch.tensor(x), "y": torch.tensor(y)}}, here / "tensors.pt")
