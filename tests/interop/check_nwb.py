"""Checks an NWB file that was written by this project with h5py: python3 check_nwb.py FILE

Compares names, types and attributes with the schemas NWB core 2 (NWBFile, ProcessingModule, TimeSeries, SpatialSeries) and ndx-pose 0.2 to 0.4, and prints one
JSON object of what it found.
"""

import datetime
import json
import sys
import uuid

import h5py
import numpy as np

ids = []


def text(x):
    assert isinstance(x, (str, bytes)), x
    return x.decode() if isinstance(x, bytes) else x


def scalar_text(dataset):
    assert dataset.shape == () and tuple(h5py.check_string_dtype(dataset.dtype)) == ("utf-8", None), dataset
    return text(dataset[()])


def texts(dataset):
    assert len(dataset.shape) == 1 and tuple(h5py.check_string_dtype(dataset.dtype)) == ("utf-8", None), dataset
    return [text(x) for x in dataset[()]]


def is_object(group, namespace, kind):
    a = group.attrs
    assert isinstance(group, h5py.Group) and (a["namespace"], a["neurodata_type"]) == (namespace, kind), dict(a)
    assert all(a.get_id(n).get_type().is_variable_str() for n in ("namespace", "neurodata_type", "object_id"))
    assert str(uuid.UUID(a["object_id"])) == a["object_id"]
    ids.append(a["object_id"])


def link(group, name, kind):
    found = group.get(name, getlink=True)
    assert isinstance(found, h5py.SoftLink) and found.path.startswith("/"), found
    assert group[name].attrs["neurodata_type"] == kind
    return group[name]


def series(group):
    is_object(group, "ndx-pose", "PoseEstimationSeries")
    assert set(group) == {"data", "confidence", "starting_time", "reference_frame"}, list(group)
    assert {"description", "comments"} < set(group.attrs)
    data, confidence, start = group["data"], group["confidence"], group["starting_time"]
    # A float32 of the schema means at least 32 bits.
    assert data.ndim == 2 and data.shape[1] == 2 and data.dtype in ("f4", "f8") and confidence.dtype in ("f4", "f8")
    assert confidence.shape == data.shape[:1] and start.shape == () and start.dtype == "f8"
    assert data.attrs["unit"] == "pixels" and (data.attrs["conversion"], data.attrs["offset"], data.attrs["resolution"]) == (1, 0, -1)
    assert start.attrs["unit"] == "seconds" and start.attrs["rate"] > 0
    scalar_text(group["reference_frame"]), text(confidence.attrs["definition"])
    values, scores = data[()], confidence[()]
    assert (np.isnan(values[:, 0]) == np.isnan(values[:, 1])).all()
    return {"start": float(start[()]), "rate": float(start.attrs["rate"]), "frames": len(values), "x": [None if x != x else x for x in values[:, 0].tolist()],
            "confidence": [None if x != x else x for x in scores.tolist()]}


def pose(group):
    is_object(group, "ndx-pose", "PoseEstimation")
    optional = {"description", "original_videos", "labeled_videos", "dimensions", "scorer", "source_software", "device"}
    skeletons = [n for n in group if isinstance(group.get(n, getlink=True), h5py.SoftLink) and n != "device"]
    assert len(skeletons) == 1
    skeleton = link(group, skeletons[0], "Skeleton")
    link(group, "device", "Device")
    own = [n for n in group if n not in optional and n not in skeletons]
    if "dimensions" in group:
        assert group["dimensions"].shape == (1, 2) and group["dimensions"].dtype.kind == "u"
    assert isinstance(group["source_software"].attrs["version"], str)
    assert len(own) == len(skeleton["nodes"])
    return {"description": scalar_text(group["description"]), "scorer": scalar_text(group["scorer"]), "videos": texts(group["original_videos"]),
            "skeleton": skeletons[0], "dimensions": group["dimensions"][()].tolist() if "dimensions" in group else None, "series": {n: series(group[n]) for n in own}}


def main(path):
    with h5py.File(path, "r") as f:
        is_object(f, "core", "NWBFile")
        assert f.attrs["nwb_version"].startswith("2.")
        for name in ("acquisition", "analysis", "general", "processing", "stimulus/presentation", "stimulus/templates"):
            assert isinstance(f[name], h5py.Group), name
        times = [scalar_text(f["session_start_time"]), scalar_text(f["timestamps_reference_time"]), *texts(f["file_create_date"])]
        assert all(datetime.datetime.fromisoformat(t).tzinfo for t in times)
        module = f["processing/behavior"]
        is_object(module, "core", "ProcessingModule")
        is_object(f["general/devices/camera_0"], "core", "Device")
        is_object(module["Skeletons"], "ndx-pose", "Skeletons")
        text(module.attrs["description"])
        skeletons = {}
        for name, skeleton in module["Skeletons"].items():
            is_object(skeleton, "ndx-pose", "Skeleton")
            edges = skeleton["edges"]
            assert edges.ndim == 2 and edges.shape[1] == 2 and edges.dtype.kind == "u"
            skeletons[name] = {"nodes": texts(skeleton["nodes"]), "edges": edges[()].tolist()}
        poses = {n: pose(module[n]) for n in module if n != "Skeletons"}
        assert len(set(ids)) == len(ids)
        print(json.dumps({"identifier": scalar_text(f["identifier"]), "session": scalar_text(f["session_description"]), "skeletons": skeletons, "poses": poses}))


if __name__ == "__main__":
    main(sys.argv[1])
