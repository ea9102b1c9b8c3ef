"""Prints what is in an HDF5 file, as h5py reads it: python3 dump_h5.py FILE

One JSON object: of each object by its path its kind, and of a dataset type, shape, chunks and values. Texts are lists; other values are the MD5 sum of their
bytes, rows first. Attributes stand in the same form under "attributes".
"""

import hashlib
import json
import sys

import h5py
import numpy as np


def described(values, dtype):
    if isinstance(values, str):
        return {"type": "text", "texts": [values]}
    array = np.asarray(values)
    if array.dtype.hasobject:
        return {"type": "text", "texts": [v.decode() if isinstance(v, bytes) else v for v in array.ravel()]}
    enumeration = h5py.check_enum_dtype(dtype)
    name = "bool" if dtype == np.dtype(bool) else str(dtype.descr if dtype.names else dtype.str)
    return {"type": name if enumeration is None else str(enumeration), "md5": hashlib.md5(np.ascontiguousarray(array).tobytes()).hexdigest()}


def attributes(thing):
    return {name: {**described(value, thing.attrs.get_id(name).dtype), "shape": list(np.shape(value))} for name, value in thing.attrs.items()}


def main(path):
    found = {}
    with h5py.File(path, "r") as f:
        found["/"] = {"kind": "group", "attributes": attributes(f)}

        def visit(name, thing):
            if isinstance(thing, h5py.Dataset):
                found["/" + name] = {
                    "kind": "dataset", **described(thing[()], thing.dtype), "shape": list(thing.shape), "maxshape": list(thing.maxshape or []),
                    "chunks": list(thing.chunks or []), "gzip": thing.compression_opts if thing.compression == "gzip" else None,
                    "attributes": attributes(thing)}
            else:
                found["/" + name] = {"kind": "group", "members": list(thing), "attributes": attributes(thing)}

        f.visititems(visit)
    print(json.dumps(found))


main(sys.argv[1])
