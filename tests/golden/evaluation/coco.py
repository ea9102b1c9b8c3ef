"""Average precision by COCO's rules in plain Python, for the animals of ../ops/evaluation_inputs.safetensors: `python coco.py > coco.json`.

Written from the description of COCO's keypoint evaluation, apart from the library: at each threshold the predictions of a frame take, by falling score, the
best free true animal of at least that similarity; predictions of all frames are then ranked by score; 101 recalls.
"""
import json
import math
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
STDDEV = 0.025


def tensors(path):
    with open(path, "rb") as f:
        size = struct.unpack("<Q", f.read(8))[0]
        header = json.loads(f.read(size))
        data = f.read()
    out = {}
    for name, t in header.items():
        if name != "__metadata__":
            a, b = t["data_offsets"]
            code = {"F32": "f", "I64": "q"}[t["dtype"]]
            out[name] = (t["shape"], struct.unpack(f"<{(b - a) // struct.calcsize(code)}{code}", data[a:b]))
    return out


def animals(t, name):
    shape, flat = t[name]
    n = shape[1]
    return [[(flat[(i * n + k) * 2], flat[(i * n + k) * 2 + 1]) for k in range(n)] for i in range(shape[0])]


def seen(p):
    return math.isfinite(p[0]) and math.isfinite(p[1])


def oks(gt, pr):
    there = [p for p in gt if seen(p)]
    area = (max(p[0] for p in there) - min(p[0] for p in there)) * (max(p[1] for p in there) - min(p[1] for p in there))
    total = 0.0
    for g, p in zip(gt, pr):
        if seen(g) and seen(p):
            d2 = (g[0] - p[0]) ** 2 + (g[1] - p[1]) ** 2
            total += math.exp(-d2 / (2 * area * (2 * STDDEV) ** 2))
    return total / len(there)


def average_precision(frames, threshold):
    ranked, positives = [], 0
    for gts, prs in frames:
        positives += len(gts)
        free = set(range(len(gts)))
        for p, score in sorted(prs, key=lambda x: -x[1]):
            best = max(free, key=lambda g: oks(gts[g], p), default=None)
            hit = best is not None and oks(gts[best], p) >= threshold
            if hit:
                free.discard(best)
            ranked.append((score, hit))
    ranked.sort(key=lambda x: -x[0])
    points, hits = [], 0
    for i, (_, hit) in enumerate(ranked):
        hits += hit
        points.append((hits / positives, hits / (i + 1)))
    precision = [max((p for r, p in points if r >= level / 100), default=0.0) for level in range(101)]
    return sum(precision) / 101, hits / positives


if __name__ == "__main__":
    t = tensors(os.path.join(HERE, "..", "ops", "evaluation_inputs.safetensors"))
    result = {}
    for name in ("made", "centered_pair"):
        gt_frame, pr_frame = t[name + "/gt_frame_idx"][1], t[name + "/pr_frame_idx"][1]
        gt, pr, scores = animals(t, name + "/gt_points"), animals(t, name + "/pr_points"), t[name + "/pr_scores"][1]
        frames = [
            ([g for g, f in zip(gt, gt_frame) if f == frame], [(p, s) for p, s, f in zip(pr, scores, pr_frame) if f == frame and any(map(seen, p))])
            for frame in sorted(set(gt_frame))
        ]
        pairs = [average_precision(frames, 0.5 + 0.05 * i) for i in range(10)]
        result[name] = {"AP": [a for a, _ in pairs], "AR": [r for _, r in pairs]}
    print(json.dumps(result, indent=1))
