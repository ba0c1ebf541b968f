"""Writes expected.json: random cases and their statistics by scipy, statsmodels and numpy.

    pip install scipy statsmodels numpy
    python generate.py > expected.json

Written with scipy 1.17.1, statsmodels 0.15.0, numpy 2.4.6.
"""
import json

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(11)


def numbers(n, digits, shift=0.0):
    return np.round(rng.normal(size=n) * 0.03 + 0.7 + shift, digits)


def intervals():
    cases = []
    for n, level in [(2, 0.95), (3, 0.95), (5, 0.95), (5, 0.99), (40, 0.9)]:
        x = numbers(n, 6)
        low, high = stats.t.interval(level, n - 1, loc=x.mean(), scale=stats.sem(x))
        cases.append(dict(x=x.tolist(), level=level, mean=x.mean(), std=x.std(ddof=1), low=low, high=high))
    return cases


def paired():
    """Differences of full float64 precision are without ties, so scipy's exact method applies."""
    cases = []
    for n, shift in [(2, 0.1), (5, 0.02), (10, 0.0), (20, 0.03), (50, 0.005)]:
        a, b = numbers(n, 12, shift), numbers(n, 12)
        t, w = stats.ttest_rel(a, b), stats.wilcoxon(a, b, method="exact")
        cases.append(dict(a=a.tolist(), b=b.tolist(), t=t.statistic, t_p=t.pvalue, w=w.statistic, w_p=w.pvalue))
    return cases


def tied():
    """Small whole differences, some 0: all signs of the nonzero ones, by brute force up to 12 pairs, else approximated."""
    cases = []
    for n, width in [(6, 2), (12, 3), (80, 4), (120, 9)]:
        d = rng.integers(-width + 1, width + 1, n)
        if n <= 12:
            e = d[d != 0]
            ranks = stats.rankdata(np.abs(e))
            sums = np.array([ranks[(k >> np.arange(len(e))) & 1 == 1].sum() for k in range(2 ** len(e))])
            w = min(ranks[e > 0].sum(), ranks[e < 0].sum())
            p = min(1, 2 * np.mean(sums <= w))
        else:
            r = stats.wilcoxon(d, zero_method="wilcox", correction=False, method="approx")
            w, p = r.statistic, r.pvalue
        cases.append(dict(d=d.tolist(), w=float(w), p=float(p)))
    return cases


def bca():
    """scipy's own interval from the resampled scores that it returns."""
    cases = []
    for statistic, name in [(np.mean, "mean"), (lambda v, axis: np.var(v, axis=axis), "variance")]:
        x = np.round(rng.exponential(size=30), 6)
        r = stats.bootstrap((x,), statistic, n_resamples=400, method="BCa", rng=np.random.default_rng(3))
        without = [float(statistic(np.delete(x, i), axis=0)) for i in range(30)]
        cases.append(dict(
            name=name, x=x.tolist(), sampled=np.sort(r.bootstrap_distribution).tolist(),
            estimate=float(statistic(x, axis=0)), without=without,
            low=r.confidence_interval.low, high=r.confidence_interval.high,
        ))
    return cases


def large_bootstrap():
    """Intervals of the mean of exponential numbers from 200,000 resamples: what ours must come near to."""
    x = np.round(rng.exponential(size=40), 6)
    out = dict(x=x.tolist())
    for method in ["percentile", "BCa"]:
        r = stats.bootstrap((x,), np.mean, n_resamples=200_000, batch=2000, method=method, rng=np.random.default_rng(5))
        out[method.lower()] = dict(low=r.confidence_interval.low, high=r.confidence_interval.high)
    return out


def holm():
    p = np.round(np.array([0.04, 0.001, 0.03, 0.2, 0.03, 0.9, 0.0102]), 4)
    return dict(p=p.tolist(), adjusted=multipletests(p, method="holm")[1].tolist())


def friedman():
    cases = []
    for n, k, digits in [(5, 3, 6), (8, 6, 2), (12, 4, 1)]:
        scores = np.round(rng.normal(size=(n, k)) * 0.5 + np.arange(k) * 0.2, digits)
        r = stats.friedmanchisquare(*scores.T)
        ranks = stats.rankdata(-scores, axis=1).mean(0)
        cases.append(dict(scores=scores.tolist(), ranks=ranks.tolist(), statistic=r.statistic, p=r.pvalue))
    return cases


print(json.dumps(dict(
    intervals=intervals(), paired=paired(), tied=tied(), bca=bca(), large=large_bootstrap(), holm=holm(),
    friedman=friedman(),
)))
