"""Makes reference.json: what SciPy gives for one series with gaps. Run with Debian's python3-scipy: /usr/bin/python3 make.py"""
import json
import numpy as np
import scipy
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator
from scipy.signal import savgol_filter

rng = np.random.default_rng(8)
n = 60
t = np.arange(n, dtype=float)
series = np.round(50 + 20 * np.sin(t / 4) + np.cumsum(rng.normal(0, 1.5, n)), 3).astype(np.float32).astype(float)
gapped = series.copy()
for a, b in [(0, 2), (7, 8), (9, 11), (20, 23), (30, 37), (39, 41), (46, 47), (57, 60)]:
    gapped[a:b] = np.nan
MAX_GAP = 4


def pieces(values):
    """Runs of known points whose gaps are at most MAX_GAP."""
    known = np.flatnonzero(~np.isnan(values))
    cuts = np.flatnonzero(np.diff(known) - 1 > MAX_GAP) + 1
    return np.split(known, cuts)


def fill(values, method):
    out = values.copy()
    for x in pieces(values):
        y = values[x]
        at = np.arange(x[0], x[-1] + 1)
        if method == "linear" or len(x) == 2:
            f = np.interp(at, x, y)
        elif method == "pchip":
            f = PchipInterpolator(x, y)(at)
        else:
            f = CubicHermiteSpline(x, y, np.gradient(y, x, edge_order=2))(at)
        out[at] = f
        out[x] = y
    return out


def savgol_any(values, window, order):
    """The definition, for windows with missing points or cut off at an end."""
    half = window // 2
    out = np.full(len(values), np.nan)
    for i in range(len(values)):
        if np.isnan(values[i]):
            continue
        at = np.arange(max(0, i - half), min(len(values), i + half + 1))
        at = at[~np.isnan(values[at])]
        out[i] = np.polynomial.Polynomial.fit(at - i, values[at], min(order, len(at) - 1))(0.0)
    return out


def rolling(values, window):
    half = window // 2
    rows = []
    for i in range(len(values)):
        w = values[max(0, i - half):i + half + 1]
        w = w[~np.isnan(w)]
        rows.append([w.mean(), w.std(ddof=1) if len(w) > 1 else np.nan, w.min(), w.max()] if len(w) else [np.nan] * 4)
    return np.array(rows)


def clean(a):
    return [None if np.isnan(v) else float(v) for v in np.asarray(a, dtype=float).ravel()]


json.dump({
    "scipy": scipy.__version__, "numpy": np.__version__, "max_gap": MAX_GAP,
    "series": clean(series), "gapped": clean(gapped),
    "linear": clean(fill(gapped, "linear")), "pchip": clean(fill(gapped, "pchip")), "cubic": clean(fill(gapped, "cubic")),
    "savgol_7_2": clean(savgol_filter(series, 7, 2)), "savgol_11_3": clean(savgol_filter(series, 11, 3)),
    "savgol_7_2_gapped": clean(savgol_any(gapped, 7, 2)),
    "rolling_9": clean(rolling(gapped, 9)),
}, open("reference.json", "w"), indent=0)
