"""Writes the fixtures of package iemocap with h5py and numpy: features/ is a
folder of the published layout with small arrays, damaged/ holds files to put in
place of some of its files, expected.npz what the samples of fold 1 are."""

import pathlib
import shutil

import h5py
import numpy as np

here = pathlib.Path(__file__).parent
widths = {"text": 6, "audio": 5, "vision": 4}
folders = {"text": "L/bert_large.h5", "audio": "A/comparE.h5", "vision": "V/denseface.h5"}
actors = [f"{session}{sex}" for session in range(1, 6) for sex in "FM"]
per_actor = 4
rng = np.random.default_rng(3)

names, labels = [], []
for a, actor in enumerate(actors):
    for k in range(per_actor):
        dialogue = ["impro01", "script02_1"][k % 2]
        names.append(f"Ses0{actor[0]}{'FM'[k // 2 % 2]}_{dialogue}_{actor[1]}{k:03d}")
        labels.append((a + k) % 4)
features = {}
for name, label in zip(names, labels):
    steps = {"text": 3, "audio": int(rng.integers(2, 8)), "vision": 5}
    values = {m: rng.normal(size=(steps[m], widths[m])).round(2).astype("f4") for m in widths}
    values["audio"] = (values["audio"] * [1, 2, 3, 4, 0] + [5, 4, 3, 2, 1]).round(2).astype("f4")
    values["text"][:, label] += 3
    values["vision"][3:] = 0  # padding, as the published file may have
    features[name] = values


def folds(fold):
    """Validation is one actor of a session, test the other one."""
    val, tst = actors[fold - 1], actors[(fold - 1) ^ 1]
    of = lambda name: name[4] + name.split("_")[-1][0]
    rows = {"trn": [], "val": [], "tst": []}
    for i, name in enumerate(names):
        rows["val" if of(name) == val else "tst" if of(name) == tst else "trn"].append(i)
    return rows


root = here / "features"
shutil.rmtree(root, ignore_errors=True)
shutil.rmtree(here / "damaged", ignore_errors=True)
for folder in "LAV":
    (root / folder).mkdir(parents=True)
(here / "damaged").mkdir()


def write(path, modality, change=None, **options):
    with h5py.File(path, "w", **options) as f:
        for name in names:
            values = features[name][modality]
            if change and name == names[0]:
                values = change(values)
            if values is not None:
                f[name] = values


for modality, path in folders.items():
    # In real files there are thousands of names: the latest format keeps them
    # in another way.
    write(root / path, modality, libver="latest" if modality == "vision" else None)
expected = {}
with h5py.File(root / "A/comparE_mean_std.h5", "w") as f:
    for fold in (1, 2):
        rows = folds(fold)
        folder = root / "target" / str(fold)
        folder.mkdir(parents=True)
        for key, index in rows.items():
            np.save(folder / f"{key}_int2name.npy", np.array([[names[i].encode()] for i in index]))
            np.save(folder / f"{key}_label.npy", np.eye(4, dtype="f4")[[labels[i] for i in index]])
        train = np.concatenate([features[names[i]]["audio"] for i in rows["trn"]])
        mean, std = train.mean(0), train.std(0)
        std[std < 1e-6] = 1
        f[f"{fold}/mean"], f[f"{fold}/std"] = mean, std
        if fold != 1:
            continue
        for key, index in rows.items():
            expected[key + "_label"] = np.array([labels[i] for i in index], "i4")
            for m in widths:
                out = np.zeros((len(index), {"text": 3, "audio": 7, "vision": 5}[m], widths[m]), "f4")
                lengths = np.zeros(len(index), "i4")
                for row, i in enumerate(index):
                    v = features[names[i]][m]
                    out[row, : len(v)] = (v - mean) / std if m == "audio" else v
                    lengths[row] = len(v)
                expected[f"{key}_{m}"], expected[f"{key}_{m}_lengths"] = out, lengths
        own = []
        for i in rows["trn"]:
            v = features[names[i]]["audio"].astype("f8")
            d = v.std(0, ddof=1)
            d[d < 1e-6] = 1
            own.append(np.pad((v - v.mean(0)) / d, ((0, 7 - len(v)), (0, 0))))
        expected["trn_audio_own"] = np.array(own, "f4")
np.savez_compressed(here / "expected.npz", **expected)

damage = {
    "missing": lambda v: None,
    "narrow": lambda v: v[:, :-1],
    "vector": lambda v: v[0],
    "none": lambda v: v[:0],
    "text": lambda v: np.full(v.shape, b"x", "S1"),
}
for kind, change in damage.items():
    write(here / "damaged" / f"{kind}.h5", "audio", change)


def with_value(value):
    def change(v):
        v = v.copy()
        v[1, 2] = value
        return v

    return change


write(here / "damaged/nan.h5", "audio", with_value(np.nan))
with h5py.File(here / "damaged/wide.h5", "w") as f:
    for name in names:
        f.create_dataset(name, shape=(2, 70000), dtype="f4")
with h5py.File(here / "damaged/claim.h5", "w") as f:
    for name in names:
        f.create_dataset(name, shape=(60000, 60000), dtype="f4")
with h5py.File(here / "damaged/grouped.h5", "w") as f:
    for name in names:
        f[f"{name}/x"] = features[name]["audio"]
for kind, mean, std, fold in [
    ("mean_short", np.zeros(3), np.ones(3), 1),
    ("mean_zero", np.zeros(5), np.zeros(5), 1),
    ("mean_nan", np.full(5, np.nan), np.ones(5), 1),
    ("mean_fold", np.zeros(5), np.ones(5), 2),
    ("mean_other", np.zeros(5), np.ones(5), 1),
]:
    with h5py.File(here / "damaged" / f"{kind}.h5", "w") as f:
        f[f"{fold}/mean"], f[f"{fold}/std"] = mean.astype("f4"), std.astype("f4")
