"""Writes expected.json: random cases and their scores by scikit-learn, scipy and numpy.

    pip install scikit-learn scipy numpy
    python generate.py > expected.json

Written with scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6.
"""
import json

import numpy as np
from scipy import ndimage, stats
from sklearn import linear_model, metrics

rng = np.random.default_rng(7)


def f32(a):
    """Rounds to what fits float32 with few digits, as Go will read it."""
    return np.round(a, 3).astype(np.float32)


def numbers(a):
    return [round(float(v), 3) for v in np.ravel(a)]


def classification():
    truth = rng.integers(0, 5, 60)
    truth[truth == 3] = 2  # class 3 does not occur
    logits = f32(rng.normal(size=(60, 5)) + 1.2 * np.eye(5)[truth])
    logits[:, 3] -= 9  # and is not predicted
    logits = f32(logits)
    pred = logits.argmax(1)
    present = [0, 1, 2, 4]
    auc = [metrics.roc_auc_score(truth == c, logits[:, c]) for c in present]
    return dict(
        classes=5, truth=truth.tolist(), logits=numbers(logits), pred=pred.tolist(),
        confusion=metrics.confusion_matrix(truth, pred, labels=range(5)).ravel().tolist(),
        accuracy=metrics.accuracy_score(truth, pred),
        unweighted_accuracy=metrics.balanced_accuracy_score(truth, pred),
        macro_f1=metrics.f1_score(truth, pred, average="macro"),
        weighted_f1=metrics.f1_score(truth, pred, average="weighted"),
        class_f1=metrics.f1_score(truth, pred, average=None, labels=present).tolist(),
        macro_auc=float(np.mean(auc)),
    )


def ranking():
    truth = rng.integers(0, 2, 40)
    outputs = f32(np.round(rng.normal(size=40) + truth, 1))  # with ties
    return dict(
        truth=truth.tolist(), outputs=numbers(outputs),
        auc=metrics.roc_auc_score(truth, outputs),
        average_precision=metrics.average_precision_score(truth, outputs),
    )


def multilabel():
    truth = (rng.random((50, 6)) < 0.25).astype(int)
    truth[:, 4] = 0  # never on
    outputs = f32(np.round(rng.normal(size=(50, 6)) + 1.5 * truth - 0.7, 1))
    outputs[:, 4] = -1  # and never predicted
    pred = outputs > 0
    on = [c for c in range(6) if truth[:, c].any()]
    return dict(
        labels=6, truth=truth.ravel().tolist(), outputs=numbers(outputs),
        micro_f1=metrics.f1_score(truth, pred, average="micro"),
        macro_f1=metrics.f1_score(truth, pred, average="macro", zero_division=0),
        micro_f1_half=metrics.f1_score(truth, outputs > 0.5, average="micro"),
        macro_f1_half=metrics.f1_score(truth, outputs > 0.5, average="macro", zero_division=0),
        map=float(np.mean([metrics.average_precision_score(truth[:, c], outputs[:, c]) for c in on])),
    )


def regression():
    truth = f32(rng.uniform(-3, 3, 70))
    truth[::9] = 0
    truth[4], truth[5], truth[6] = 0.5, 1.5, -2.5  # halves
    pred = f32(truth * 0.7 + rng.normal(size=70))
    pred[7], pred[8], pred[10] = 2.5, -0.5, 4.2
    nonzero = truth != 0
    clip = lambda v, m: np.round(np.clip(v, -m, m))
    return dict(
        truth=numbers(truth), pred=numbers(pred),
        mae=float(np.mean(np.abs(pred.astype(float) - truth))),
        rmse=float(np.sqrt(metrics.mean_squared_error(truth.astype(float), pred.astype(float)))),
        pearson=float(stats.pearsonr(pred.astype(float), truth.astype(float))[0]),
        r2=metrics.r2_score(truth.astype(float), pred.astype(float)),
        acc2_nonnegative=metrics.accuracy_score(truth >= 0, pred >= 0),
        f1_nonnegative=metrics.f1_score(truth >= 0, pred >= 0, average="weighted"),
        acc2_positive=metrics.accuracy_score(truth[nonzero] > 0, pred[nonzero] > 0),
        f1_positive=metrics.f1_score(truth[nonzero] > 0, pred[nonzero] > 0, average="weighted"),
        acc2_above=metrics.accuracy_score(truth > 0, pred > 0),
        f1_above=metrics.f1_score(truth > 0, pred > 0, average="weighted"),
        acc5=float(np.mean(clip(pred, 2) == clip(truth, 2))),
        acc7=float(np.mean(clip(pred, 3) == clip(truth, 3))),
    )


def hd95(pred, truth, spacing):
    """Percentiles of the distances between surfaces; axes of length 1 are left out."""
    pred, truth = np.squeeze(pred), np.squeeze(truth)
    edge = lambda m: m & ~ndimage.binary_erosion(m)
    a, b = edge(pred), edge(truth)
    to_b = ndimage.distance_transform_edt(~b, sampling=spacing)[a]
    to_a = ndimage.distance_transform_edt(~a, sampling=spacing)[b]
    return float(max(np.percentile(to_b, 95), np.percentile(to_a, 95)))


def segmentation(shape, spacing):
    def blobs():
        v = ndimage.gaussian_filter(rng.normal(size=shape), [0 if n == 1 else 1.5 for n in shape])
        return np.digitize(v / v.std(), [0.5, 1.0, 1.5])
    truth, pred = blobs(), blobs()
    half = rng.random(shape) < 0.5
    pred = np.where(half, truth, pred)
    dice = lambda p, t: float(2 * (p & t).sum() / (p.sum() + t.sum()))
    regions = {"WT": [1, 2, 3], "TC": [1, 3], "ET": [3]}
    sampling = [s for s, n in zip(spacing, shape) if n > 1]
    return dict(
        shape=shape, spacing=spacing, truth=truth.ravel().tolist(), pred=pred.ravel().tolist(),
        class_dice=[dice(pred == c, truth == c) for c in range(4)],
        dice={k: dice(np.isin(pred, v), np.isin(truth, v)) for k, v in regions.items()},
        hd95={k: hd95(np.isin(pred, v), np.isin(truth, v), sampling) for k, v in regions.items()},
    )


def probe():
    rng = np.random.default_rng(11)
    labels = rng.integers(0, 3, 90)
    x = f32(rng.normal(size=(90, 4)) * [1, 5, 0.1, 2] + 0.8 * np.eye(3, 4)[labels])
    train, test = slice(0, 60), slice(60, 90)
    mean, std = x[train].astype(float).mean(0), x[train].astype(float).std(0)
    z = (x - mean) / std
    model = linear_model.Ridge(alpha=1e-3 * 60).fit(z[train], np.eye(3)[labels[train]])
    return dict(
        x=numbers(x), labels=labels.tolist(), train=60,
        accuracy=metrics.accuracy_score(labels[test], model.predict(z[test]).argmax(1)),
    )


print(json.dumps(dict(
    classification=classification(), ranking=ranking(), multilabel=multilabel(), regression=regression(),
    segmentation=[
        segmentation([7, 12, 10], [2.5, 0.9, 1.1]),
        segmentation([1, 24, 20], [5, 1, 0.7]),
        segmentation([9, 9, 9], [1, 1, 1]),
    ],
    probe=probe(),
)))
