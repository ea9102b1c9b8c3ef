"""Checks a .slp that was written by this project with another reader: python3 check_slp.py FILE

Looks at every dataset as tests/golden/files/slp-layout.md lays it down and prints one JSON object of what it found.
"""

import json
import sys

import h5py
import numpy as np

TABLES = {
    "frames": [("frame_id", "u8"), ("video", "u4"), ("frame_idx", "u8"), ("instance_id_start", "u8"), ("instance_id_end", "u8")],
    "instances": [("instance_id", "i8"), ("instance_type", "u1"), ("frame_id", "u8"), ("skeleton", "u4"), ("track", "i4"), ("from_predicted", "i8"),
                  ("score", "f4"), ("point_id_start", "u8"), ("point_id_end", "u8"), ("tracking_score", "f4")],
    "points": [("x", "f8"), ("y", "f8"), ("visible", "bool"), ("complete", "bool")],
    "pred_points": [("x", "f8"), ("y", "f8"), ("visible", "bool"), ("complete", "bool"), ("score", "f8")],
}


def text(x):
    return x.decode() if isinstance(x, bytes) else x


def rows(f, name):
    return [json.loads(text(x)) for x in f[name][()]]


def main(path):
    with h5py.File(path, "r") as f:
        attributes = f["metadata"].attrs
        raw = attributes["json"]
        assert isinstance(raw, np.bytes_), "json must be fixed-length bytes: SLEAP calls tobytes() on it"
        metadata = json.loads(raw.tobytes().decode())
        assert isinstance(float(attributes["format_id"]), float) and attributes["format_id"] in (1.3, 1.4)
        assert metadata["videos"] == [] and metadata["tracks"] == [] and metadata["suggestions"] == []
        for name, fields in TABLES.items():
            dtype = f[name].dtype
            assert list(dtype.names) == [n for n, _ in fields], (name, dtype)
            assert [dtype[n] for n, _ in fields] == [np.dtype(t) for _, t in fields], (name, dtype)
        frames, instances = f["frames"][()], f["instances"][()]
        assert (frames["frame_id"] == np.arange(len(frames))).all() and (instances["instance_id"] == np.arange(len(instances))).all()
        assert (frames["instance_id_start"][1:] == frames["instance_id_end"][:-1]).all()
        sizes = [len(s["nodes"]) for s in metadata["skeletons"]]
        for kind, table in ((0, "points"), (1, "pred_points")):
            of_kind = instances[instances["instance_type"] == kind]
            spans = of_kind["point_id_end"].astype(int) - of_kind["point_id_start"].astype(int)
            assert all(s == sizes[k] for s, k in zip(spans, of_kind["skeleton"])) and spans.sum() == len(f[table])
        edges, symmetries = [], []
        for skeleton in metadata["skeletons"]:
            seen = []
            for link in skeleton["links"]:
                kind = link["type"]
                if "py/reduce" in kind:
                    seen.append(kind["py/reduce"][1]["py/tuple"][0])
                number = seen[-1] if "py/reduce" in kind else seen[kind["py/id"] - 1]
                ends = [metadata["nodes"][link[e]]["name"] for e in ("source", "target")]
                (edges if number == 1 else symmetries).append(ends)
        points = np.concatenate([f[t][()][["x", "y"]].view() for t in ("points", "pred_points")]) if len(f["points"]) + len(f["pred_points"]) else []
        print(json.dumps({
            "format_id": float(attributes["format_id"]), "nodes": [[metadata["nodes"][n["id"]]["name"] for n in s["nodes"]] for s in metadata["skeletons"]],
            "edges": edges, "symmetries": symmetries, "tracks": [t[1] for t in rows(f, "tracks_json")], "videos": [v["filename"] if "filename" in v else v["backend"]["filename"] for v in rows(f, "videos_json")],
            "suggestions": len(rows(f, "suggestions_json")), "frame_idx": frames["frame_idx"].tolist(), "instances": len(instances),
            "x_sum": float(sum(p[0] for p in points if p[0] == p[0])), "visible": int(f["points"]["visible"].sum() + f["pred_points"]["visible"].sum()),
            "pictures": {v: [int(n) for n in f[v + "/frame_numbers"][()]] for v in f if v.startswith("video") and v != "videos_json"}}))


if __name__ == "__main__":
    main(sys.argv[1])
