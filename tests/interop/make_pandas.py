"""Writes DataFrames of DeepLabCut as pandas lays them out in HDF5, with h5py, and the same as CSV.

python3 tests/interop/make_pandas.py tests/data/cases/dlc_fixed_h5
"""

import pickle
import sys

import h5py
import numpy as np


def text(owner, name, value):
    owner.attrs[name] = np.bytes_(value)


def flag(owner, name, value):
    """A flag as PyTables stores it: a byte of bits."""
    bits = h5py.h5t.STD_B8LE.copy()
    attribute = h5py.h5a.create(owner.id, name.encode(), bits, h5py.h5s.create(h5py.h5s.SCALAR))
    attribute.write(np.array(value, dtype=np.uint8), mtype=bits)


def array(group, name, values):
    """An array of numbers or of texts; one of objects is pickled into the row of a ragged one."""
    if values.dtype == object:
        kind = h5py.vlen_dtype(np.uint8)
        dataset = group.create_dataset(name, (1,), dtype=kind)
        dataset[0] = np.frombuffer(pickle.dumps(values, pickle.HIGHEST_PROTOCOL), dtype=np.uint8)
    elif values.size == 0:
        dataset = group.create_dataset(name, data=np.zeros((1,) * values.ndim))
        text(dataset, "value_type", str(values.dtype))
        text(dataset, "shape", pickle.dumps(values.shape, 0))
    else:
        dataset = group.create_dataset(name, data=values)
    return dataset


def texts(names):
    if all(isinstance(n, str) for n in names):
        return np.array([n.encode() for n in names], dtype=bytes)
    return np.array(names, dtype=object)


def axis(group, name, places):
    """Names of one level as they are; of several, the names of each level in their order and numbers of them."""
    if not isinstance(places[0], tuple):
        array(group, name, texts(places) if isinstance(places[0], str) else np.array(places))
        text(group, f"{name}_variety", "regular")
        return
    text(group, f"{name}_variety", "multi")
    group.attrs[f"{name}_nlevels"] = len(places[0])
    for level in range(len(places[0])):
        names = sorted({p[level] for p in places}, key=str)
        array(group, f"{name}_level{level}", texts(names))
        array(group, f"{name}_label{level}", np.array([names.index(p[level]) for p in places], dtype=np.int8))


def fixed(path, key, rows, columns, blocks):
    with h5py.File(path, "w") as file:
        group = file.create_group(key)
        text(group, "pandas_type", "frame")
        axis(group, "axis0", columns)
        axis(group, "axis1", rows)
        for number, (names, values) in enumerate(blocks):
            axis(group, f"block{number}_items", names)
            # Rows first, with a flag; what is empty as it is.
            dataset = array(group, f"block{number}_values", values.T if values.size else values)
            flag(dataset, "transposed", values.size > 0)


def table(path, key, rows, columns, blocks):
    fields = [("index", "S40")] + [
        (f"values_block_{b}", v.dtype, (len(n),)) for b, (n, v) in enumerate(blocks)
    ]
    data = np.zeros(len(rows), dtype=fields)
    data["index"] = [r.encode() for r in rows]
    with h5py.File(path, "w") as file:
        group = file.create_group(key)
        text(group, "pandas_type", "frame_table")
        text(group, "non_index_axes", pickle.dumps([(1, columns)], 0))
        for number, (_, values) in enumerate(blocks):
            data[f"values_block_{number}"] = values.T
        dataset = group.create_dataset("table", data=data)
        for number, (names, _) in enumerate(blocks):
            text(dataset, f"values_block_{number}_kind", pickle.dumps(names, 0))


def csv(path, rows, columns, values, individuals=False):
    levels = ["scorer", "individuals", "bodyparts", "coords"] if individuals else ["scorer", "bodyparts", "coords"]
    lines = [",".join([name] + [c[i] for c in columns]) for i, name in enumerate(levels)]
    for row, of in zip(rows, values):
        lines.append(",".join([row] + ["" if v is None or np.isnan(v) else repr(v) for v in of]))
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")


def main(folder):
    rows = ["labeled-data/v/img000.png", "labeled-data/v/img001.png", "labeled-data/v/img002.png"]
    columns = [("me", n, c) for n in ("wrist", "élbow", "a") for c in ("x", "y")]
    values = [[1, 2.5, 3, 4.5, 5, 6.5], [7, 8.5, 9, 10.5, None, None], [13, 14.5, 15, 16.5, 17, 18.5]]
    matrix = np.array([[np.nan if v is None else v for v in r] for r in values])

    def block(places, kind):
        return [columns[p] for p in places], matrix[:, places].T.astype(kind)

    csv(f"{folder}/blocks-fixed.csv", rows, columns, values)
    csv(f"{folder}/blocks-table.csv", rows, columns, values)
    blocks = [block([1, 3], np.float32), block([4, 5], np.float64), block([0, 2], np.int64)]
    parts = [tuple(r.split("/")) for r in rows]
    fixed(f"{folder}/blocks-fixed.h5", "mice", parts, columns, blocks)
    table(f"{folder}/blocks-table.h5", "keypoints", rows, columns, blocks)

    ma = [("me", i, n, c) for i in ("m2", "m1") for n in ("1", "2") for c in ("x", "y", "likelihood")]
    values = [[1, 2, 0.5, 3, 4, 0.25, None, None, None, 5, 6, 1], [None] * 6 + [7, 8, 0.75, 9, 10, 0.125]]
    objects = np.array(values, dtype=object)
    objects[1, 6] = np.float64(7)
    numbers = {"1": 1, "2": "2"}
    mixed = [(s, i, numbers[n], c) for s, i, n, c in ma]
    csv(f"{folder}/objects.csv", ["0", "12"], ma, values, individuals=True)
    fixed(f"{folder}/objects.h5", "df_with_missing", [0, 12], mixed, [(mixed, objects.T)])

    two = [("me", "c", "x"), ("me", "c", "y")]
    csv(f"{folder}/empty.csv", [], two, [])
    with h5py.File(f"{folder}/empty.h5", "w") as file:
        group = file.create_group("df_with_missing")
        axis(group, "axis0", two)
        axis(group, "block0_items", two)
        array(group, "axis1", np.zeros(0, dtype=np.int64))
        array(group, "block0_values", np.zeros((2, 0)))

    fixed(f"{folder}/strings.h5", "df", rows[:1], two, [(two, np.array([["fast"], [1]], dtype=object))])
    fixed(f"{folder}/no-points.h5", "df", rows[:1], [("a", "b")], [([("a", "b")], np.ones((1, 1)))])


main(sys.argv[1])
