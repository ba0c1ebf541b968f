"""Prints the number of parameters of the model that the CGGM paper uses for
IEMOCAP, built from the layers of PyTorch, and of its three classifiers."""

from torch import nn

width, heads, layers, classes = 40, 5, 4, 4


def transformer(layers):
    layer = nn.TransformerEncoderLayer(width, heads, 4 * width, norm_first=True)
    return nn.TransformerEncoder(layer, layers, nn.LayerNorm(width), enable_nested_tensor=False)


def count(*modules):
    return sum(p.numel() for m in modules for p in m.parameters())


model = [
    *[nn.Conv1d(features, width, 1) for features in (1024, 130, 342)],
    *[transformer(layers) for _ in range(3)],
    transformer(layers - 2),
    nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, classes),
]
classifier = [transformer(2), nn.Linear(width, width), nn.Linear(width, classes)]
print(count(*model), 3 * count(*classifier))
