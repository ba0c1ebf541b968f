"""Writes the pickles of package mosi's tests: small files of the two layouts in
which CMU-MOSI and CMU-MOSEI are passed around, by numpy itself. Needs numpy.

Every value of a modality tells where it is:
1000 split + 100 modality + 10 sample + step + feature/10.
"""

import pathlib
import pickle

import numpy as np

here = pathlib.Path(__file__).parent
SPLITS, ROWS, STEPS, WIDTHS = ("train", "valid", "test"), (5, 3, 3), (4, 6, 5), (4, 3, 2)


def modality(split, m, steps, dtype="f4"):
    n, w = ROWS[split], WIDTHS[m]
    i, t, j = np.ogrid[:n, :steps, :w]
    return (1000 * split + 100 * m + 10 * i + t + j / 10).astype(dtype)


def labels(split):
    return np.linspace(-3, 2.4, ROWS[split])


def cggm():
    """After MulT: 50 steps for all, here 4, padded in front."""
    out = {}
    for s, name in enumerate(SPLITS):
        audio = modality(s, 1, 4, "f8")
        audio[0, 1, 2] = -np.inf
        text = modality(s, 0, 4)
        text[1, :2] = 0
        n = ROWS[s]
        out[name] = {
            "vision": modality(s, 2, 4, "f8"), "audio": audio, "text": text,
            "labels": labels(s).reshape(n, 1, 1),
            "id": np.array([[f"vid-_{s}{i // 2}", str(i), str(i + 1.5)] for i in range(n)]),
        }
    return out


def mmsa(aligned):
    out = {}
    for s, name in enumerate(SPLITS):
        n = ROWS[s]
        steps = [4, 4, 4] if aligned else STEPS
        bert = np.zeros((n, 3, 4), "i8")
        bert[:, 0] = 101
        for i in range(n):
            bert[i, 1, : 2 + i % 3] = 1
        y = labels(s)
        out[name] = {
            "raw_text": np.array(["WORDS"] * n), "id": np.array([f"v_{s}{i // 2}$_${i}" for i in range(n)], dtype=object),
            "text": modality(s, 0, 4), "text_bert": bert,
            "audio": modality(s, 1, steps[1]), "vision": modality(s, 2, steps[2], "f8"),
            "annotations": ["Negative"] * n, "classification_labels": np.sign(y) + 1, "regression_labels": y,
        }
        if not aligned:
            out[name]["audio_lengths"] = [1 + i % 6 for i in range(n)]
            out[name]["vision_lengths"] = np.array([5 - i % 5 for i in range(n)])
    return out


for protocol in (2, 4):
    for name, content in {"cggm": cggm(), "aligned": mmsa(True), "unaligned": mmsa(False)}.items():
        (here / f"{name}{protocol}.pkl").write_bytes(pickle.dumps(content, protocol))
