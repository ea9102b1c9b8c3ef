"""Writes HDF5 files of every layout with h5py, and what h5py reads from them.

make_hdf5.py FOLDER small       the files under tests/data/hdf5
make_hdf5.py FOLDER all SEED    more and larger ones, and random ones, for every version of the library's formats
make_hdf5.py FOLDER packed      only packed.h5: 1.6 MB that unpack to 1.5 GB

FOLDER/expected.json holds for each file what is in it. Numbers are given as 16 digits of the SHA-256 of the stored bytes and, where they
are few, as float64 in hexadecimal; texts and elements of variable length one by one.
"""

import ctypes
import hashlib
import json
import os
import random
import sys
import zlib

import h5py
import numpy as np
from h5py import h5d, h5f, h5p, h5s, h5t

LIBRARY = ctypes.CDLL([line.split()[-1] for line in open("/proc/self/maps") if "libhdf5_serial.so" in line
                       or "libhdf5-" in line or "/libhdf5.so" in line][0])
NUMBERS = ["i1", "u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8", ">i8", "<u8", "<f2", "<f4", ">f4", "<f8", ">f8"]


FEW_NUMBERS = [">i2", "<f8", "<u4", ">f4"]
OLD = ("earliest", "v108")


def values(dtype, shape, seed):
    generator = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        made = (generator.standard_normal(shape) * 100).astype(dtype)
        if made.ndim and made.size > 3:
            made.flat[2] = np.nan
        return made
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return generator.integers(limits.min, limits.max, shape, dtype=dtype.newbyteorder("=")).astype(dtype)
    if dtype.kind == "b":
        return generator.integers(0, 2, shape).astype(bool)
    if dtype.kind == "S":
        return np.array([b"a%d" % i for i in generator.integers(0, 999, int(np.prod(shape)))], dtype).reshape(shape)
    made = np.zeros(shape, dtype)
    for name in dtype.names:
        made[name] = values(dtype[name].base, made[name].shape, seed + 1)
    return made


def create(group, name, dtype, shape, maxshape=None, chunks=None, filters=(), fill=None, layout=None, early=False,
           plain_partial=False):
    """A dataset with all that h5py's own function does not offer."""
    settings = h5p.create(h5p.DATASET_CREATE)
    if chunks is not None:
        settings.set_chunk(tuple(chunks))
    elif layout is not None:
        settings.set_layout(layout)
    for kind in filters:
        {"gzip": lambda: settings.set_deflate(4), "shuffle": settings.set_shuffle,
         "fletcher32": settings.set_fletcher32,
         "lzf": lambda: settings.set_filter(h5py.h5z.FILTER_LZF, h5py.h5z.FLAG_OPTIONAL)}[kind]()
    if fill is not None:
        settings.set_fill_value(np.array(fill, dtype))
    if early:
        settings.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    if plain_partial:
        LIBRARY.H5Pset_chunk_opts.argtypes = [ctypes.c_int64, ctypes.c_uint]
        assert LIBRARY.H5Pset_chunk_opts(settings.id, 2) >= 0
    limits = None if maxshape is None else tuple(h5s.UNLIMITED if m is None else m for m in maxshape)
    space = h5s.create_simple(tuple(shape), limits) if shape != () else h5s.create(h5s.SCALAR)
    kind = dtype if isinstance(dtype, h5t.TypeID) else h5t.py_create(np.dtype(dtype), logical=True)
    return h5py.Dataset(h5d.create(group.id, name.encode(), kind, space, settings))


def fill_in(dataset, seed, part=1.0):
    made = values(dataset.dtype, dataset.shape, seed)
    if part >= 1 or dataset.ndim == 0:
        dataset[...] = made
    else:
        rows = max(1, int(dataset.shape[0] * part))
        dataset[:rows] = made[:rows]


def chunk_kinds(group, side, is_new):
    """Every index of chunks; which one is used depends on the version."""
    indexes = {
        "single": dict(shape=(side, 7), chunks=(side, 7)),
        "fixed": dict(shape=(side, 7), chunks=(5, 3)),
        "fixed_max": dict(shape=(side, 7), chunks=(5, 3), maxshape=(side + 9, 20)),
        "implicit": dict(shape=(side, 7), chunks=(5, 3), early=True),
        "implicit_max": dict(shape=(side, 7), chunks=(5, 3), early=True, maxshape=(side + 9, 20)),
        "extensible": dict(shape=(side, 7), chunks=(5, 3), maxshape=(None, 9)),
        "extensible_columns": dict(shape=(side, 7), chunks=(5, 3), maxshape=(side + 1, None)),
        "extensible_middle": dict(shape=(side, 7, 4), chunks=(5, 3, 3), maxshape=(side + 6, None, 7)),
        "tree": dict(shape=(side, 7), chunks=(5, 3), maxshape=(None, None)),
    }
    for name, settings in indexes.items():
        for number, filters in enumerate([(), ("shuffle", "gzip", "fletcher32")]):
            if filters and "early" in settings:
                continue
            made = create(group, f"{name}{number}", "<f4", filters=filters, fill=np.nan, **settings)
            fill_in(made, number, 0.6 if name != "single" else 1)
    if is_new:
        made = create(group, "partial", "<i4", (side, 7), None, (5, 3), ("gzip",), plain_partial=True)
        fill_in(made, 1)
        made = create(group, "partial_single", "<i4", (4, 3), (5, 3), (5, 3), ("gzip",), plain_partial=True)
        fill_in(made, 1)
    for name, limits in [("shrunk", (None, 9)), ("shrunk_tree", (None, None))]:
        made = create(group, name, "<i2", (side, 7), limits, (5, 3), fill=-1)
        fill_in(made, 3)
        made.resize((side // 2, 4))
        made.resize((side - 2, 6))


def types(group, numbers):
    for number, dtype in enumerate(numbers + ["?", "S5"]):
        name = np.dtype(dtype).str.replace("<", "l").replace(">", "b").replace("|", "").replace("?", "b1")
        fill_in(create(group, f"{name}_plain", dtype, (11,)), number)
        fill_in(create(group, f"{name}_compact", dtype, (4, 3), layout=h5d.COMPACT), number)
        fill_in(create(group, f"{name}_chunked", dtype, (11,), chunks=(4,), filters=("shuffle", "gzip")), number)
        fill = {"S": None, "b": True}.get(np.dtype(dtype).kind, 7)
        create(group, f"{name}_never", dtype, (6,), fill=fill)
        create(group, f"{name}_never_chunked", dtype, (6,), chunks=(4,), fill=fill)
    row = np.dtype([("id", "<i8"), ("x", ">f8"), ("seen", "?"), ("name", "S3"), ("pair", "<f4", (2,))])
    fill_in(create(group, "rows", row, (9,)), 5)
    fill_in(create(group, "rows_chunked", row, (9,), (None,), (4,), ("gzip",)), 5)
    create(group, "never_zero", "<f8", (6,))
    create(group, "rows_never", row, (5,), fill=values(row, (), 8))
    group["scalar"] = 3.5
    group["scalar_text"] = "ein Text, äöü"
    group["empty"] = h5py.Empty("f4")
    group["none"] = np.zeros((0, 3), "f4")
    text = h5py.string_dtype()
    group.create_dataset("texts", data=["", "a", "äöü", "x" * 300], dtype=text)
    group.create_dataset("texts_chunked", data=["t%d" % i for i in range(40)], dtype=text, chunks=(7,), maxshape=(None,))
    group.create_dataset("texts_packed", data=["t%d" % i for i in range(40)], dtype=text, chunks=(7,), compression="gzip")
    group.create_dataset("texts_never", (3,), dtype=text)
    made = group.create_dataset("lists", (3,), dtype=h5py.vlen_dtype(np.dtype("<i2")))
    for i in range(3):
        made[i] = np.arange(i * 3)
    fill_in(group.create_dataset("lzf", (50, 9), "<i4", chunks=(20, 9), compression="lzf", shuffle=True), 2)
    made = group.create_dataset("lzf_runs", (500,), "<i4", chunks=(200,), compression="lzf")
    made[...] = np.arange(500) // 90
    # Numbers of one byte that have all bits set.
    fill_in(create(group, "chunks_of_255", "i1", (300,), (None,), (255,)), 1)
    fill_in(create(group, "n" * 255, np.dtype([("text", "S255"), ("x", "u1")]), (2,)), 1)
    group["named_type"] = np.dtype("<f8")
    create(group, "of_named_type", group["named_type"].id, (4,))[...] = [1, 2, 3, 4]
    group.attrs.create("of_named_type", 2.5, dtype=group["named_type"])


def header_sizes(file):
    """Headers of all sizes near 255, which is all bits of a byte."""
    for size in range(150):
        file.create_dataset(f"d{size}", data=np.int8(1)).attrs["x"] = np.bytes_(b"y" * (size + 1))


def links(file, members):
    for i in range(members):
        file.create_dataset(f"many/member{i:05d}", data=np.int32(i))
    file["many/soft"] = h5py.SoftLink("member00001")
    file["soft"] = h5py.SoftLink("/many/member00000")
    file["soft_group"] = h5py.SoftLink("many")
    file["soft_soft"] = h5py.SoftLink("./soft_group/soft")
    file["dangling"] = h5py.SoftLink("/nowhere/x")
    file["loop"] = h5py.SoftLink("loop2")
    file["loop2"] = h5py.SoftLink("/loop")
    file["outside"] = h5py.ExternalLink("other.h5", "/x")
    file["hard"] = file["many"]
    file["many/up"] = file["/"]


def attributes(group, many, large):
    for i in range(many):
        group.attrs[f"number{i}"] = np.float64(i + 0.5)
    group.attrs["text"] = "a text"
    group.attrs["texts"] = np.array(["one", "two"], h5py.string_dtype())
    group.attrs["fixed"] = np.bytes_(b"fixed")
    group.attrs["array"] = np.arange(12, dtype="<i4").reshape(3, 4)
    if large:
        group.attrs["large"] = np.arange(large, dtype="<i4")


def refused(file, expected):
    settings = h5p.create(h5p.DATASET_CREATE)
    settings.set_external(b"other.bin", 0, 40)
    h5d.create(file.id, b"external", h5t.IEEE_F32LE, h5s.create_simple((10,)), settings)
    expected["external"] = "in other files"
    file.create_dataset("scaled", data=np.arange(20), scaleoffset=0, chunks=(10,))
    expected["scaled"] = "h5repack"
    brain = h5t.IEEE_F32LE.copy()
    brain.set_fields(15, 7, 8, 0, 7)
    brain.set_size(2)
    h5d.create(file.id, b"bfloat", brain, h5s.create_simple((3,)))
    expected["bfloat"] = "IEEE 754"
    expected["outside"] = "other.h5:/x"
    expected["loop"] = "leads back"
    expected["many/up/loop2"] = "leads back"


def randoms(file, seed, is_new):
    choose = random.Random(seed)
    for number in range(30):
        rank = choose.choice([1, 1, 2, 2, 3, 4])
        shape = tuple(choose.randint(1, {1: 300, 2: 30, 3: 11, 4: 6}[rank]) for _ in range(rank))
        dtype = np.dtype(choose.choice(NUMBERS + ["?"]))
        settings = dict(dtype=dtype, shape=shape)
        if choose.random() < 0.8:
            limit = tuple(choose.choice([None, s, s + choose.randint(0, 20)]) for s in shape)
            settings["maxshape"] = limit if choose.random() < 0.7 else None
            settings["chunks"] = tuple(choose.randint(1, s) for s in shape)
            settings["filters"] = choose.choice([(), ("gzip",), ("shuffle", "gzip"), ("shuffle", "lzf"), ("fletcher32",),
                                                 ("shuffle", "gzip", "fletcher32")])
            settings["early"] = choose.random() < 0.3
            settings["plain_partial"] = is_new and choose.random() < 0.2
        if choose.random() < 0.6:
            settings["fill"] = choose.choice([1, 5, 100])
        made = create(file, f"random{number}", **settings)
        data = values(dtype, shape, seed + number)
        for _ in range(choose.randint(0, 5)):
            where = tuple(slice(a, choose.randint(a, s)) for s in shape for a in [choose.randrange(s)])
            made[where] = data[where]
        if "maxshape" in settings and settings["maxshape"] and choose.random() < 0.5:
            made.resize(tuple(choose.randint(1, s if m is None else m) for s, m in zip(shape, made.maxshape)))


def describe(path, refusals):
    found = {"datasets": {}, "attributes": [], "members": {}, "refused": refusals}
    digest = lambda data: hashlib.sha256(data.tobytes()).hexdigest()[:16]

    def value(data, dtype):
        if h5py.check_string_dtype(dtype) is not None and h5py.check_string_dtype(dtype).length is None:
            return {"texts": [t.decode() if isinstance(t, bytes) else t for t in np.atleast_1d(data).ravel()]}
        if h5py.check_vlen_dtype(dtype) is not None:
            return {"items": [np.asarray(i).tobytes().hex() for i in np.atleast_1d(data).ravel()]}
        data = np.asarray(data, dtype)
        told = {"sha256": digest(data)}
        if dtype.kind in "iufb" and data.size <= 400:
            told["numbers"] = [float(n).hex() for n in data.ravel()]
        if dtype.kind == "S":
            told["texts"] = [t.decode() for t in data.ravel()]
        return told

    def visit(group, name, depth):
        told = found["members"][name or "/"] = []
        for member in group:
            link = group.get(member, getlink=True)
            if not isinstance(link, h5py.HardLink):
                continue
            told.append(member)
            at = f"{name}/{member}"
            if at.strip("/") in refusals or depth > 3:
                continue
            child = group[member]
            if isinstance(child, h5py.Dataset):
                if child.shape is not None:
                    told_of = value(child[()], child.dtype)
                    found["datasets"][at] = {"shape": list(child.shape), **told_of}
            elif isinstance(child, h5py.Group) and child != group.file["/"]:
                visit(child, at, depth + 1)
            if isinstance(child, (h5py.Dataset, h5py.Group)):
                tell_attributes(child, at)
        told.sort()

    def tell_attributes(owner, at):
        for name in owner.attrs:
            data = owner.attrs[name]
            kind = owner.attrs.get_id(name).dtype
            found["attributes"].append({"owner": at or "/", "name": name, **value(data, kind)})

    with h5py.File(path, "r") as file:
        visit(file, "", 0)
        tell_attributes(file, "")
        for soft in ["soft", "soft_soft", "many/soft"]:
            if soft in file:
                found["datasets"][soft] = {"shape": list(file[soft].shape), **value(file[soft][()], file[soft].dtype)}
    return found


def versions():
    known = [("earliest", ("earliest", "v108")), ("v108", ("v108", "v108")), ("v110", ("v110", "v110")),
             ("v112", ("v112", "v112")), ("v114", ("v114", "v114")), ("latest", ("latest", "latest"))]
    for name, libver in known:
        try:
            access = h5p.create(h5p.FILE_ACCESS)
            access.set_libver_bounds(*(getattr(h5f, f"LIBVER_{v.upper().replace('V108', 'V18')}") for v in libver))
            yield name, libver
        except (AttributeError, ValueError):
            pass


def with_sizes(path, size):
    settings = h5p.create(h5p.FILE_CREATE)
    settings.set_sizes(size, size)
    return h5py.File(h5f.create(path.encode(), h5f.ACC_TRUNC, settings))


def shared_messages(path):
    """A file with parts of headers in a heap of shared messages: those that more than one object has."""
    settings = h5p.create(h5p.FILE_CREATE)
    LIBRARY.H5Pset_shared_mesg_nindexes.argtypes = [ctypes.c_int64, ctypes.c_uint]
    LIBRARY.H5Pset_shared_mesg_index.argtypes = [ctypes.c_int64, ctypes.c_uint, ctypes.c_uint, ctypes.c_uint]
    assert LIBRARY.H5Pset_shared_mesg_nindexes(settings.id, 1) >= 0
    assert LIBRARY.H5Pset_shared_mesg_index(settings.id, 0, 0x182A, 1) >= 0
    with h5py.File(h5f.create(path.encode(), h5f.ACC_TRUNC, settings)) as file:
        for i in range(3):
            file.create_dataset(f"d{i}", data=np.arange(300.0).reshape(30, 10))


def packed():
    with h5py.File("packed.h5", "w") as file:
        made = file.create_dataset("tracks", (1500 << 20,), "u1", chunks=(1 << 20,), compression="gzip")
        chunk = zlib.compress(bytes(1 << 20), 9)
        for number in range(1500):
            made.id.write_direct_chunk((number << 20,), chunk)


def main():
    folder, mode = sys.argv[1:3]
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    if mode == "packed":
        packed()
        return
    small = mode == "small"
    refusals = {}
    for name, libver in versions():
        if small and name not in ("earliest", "latest"):
            continue
        told = lambda kind: refusals.setdefault(f"{kind}-{name}.h5", {})
        for kind, write in {
            "types": lambda f, r: types(f, NUMBERS if not small else FEW_NUMBERS[:1] if name in OLD else FEW_NUMBERS),
            "chunks": lambda f, r: chunk_kinds(f, 11 if small else 61, name not in OLD),
            "links": lambda f, r: (links(f, 12 if small else 700), refused(f, r)),
            "headers": lambda f, r: header_sizes(f),
        }.items():
            if small and kind == "headers":
                continue
            if small and kind == "chunks" and name in OLD:
                continue
            with h5py.File(f"{kind}-{name}.h5", "w", libver=libver) as file:
                write(file, told(kind))
        with h5py.File(f"attributes-{name}.h5", "w", libver=libver, track_order=True) as file:
            told("attributes")
            attributes(file, 3, 0)
            large = 16400 if name not in ("earliest",) else 0
            attributes(file.create_group("b", track_order=True), 20, large)
            attributes(file.create_dataset("a", data=[1.0], track_order=True), 9, 0)
        if name not in OLD:
            with h5py.File(f"virtual-{name}.h5", "w", libver=libver) as file:
                file["part"] = np.arange(4)
                layout = h5py.VirtualLayout((4,), "i8")
                layout[:] = h5py.VirtualSource(file["part"])
                file.create_virtual_dataset("virtual", layout)
                told("virtual")["virtual"] = "virtual"
    for size in (4,) if small else (2, 4, 8):
        with with_sizes(f"sizes-{size}.h5", size) as file:
            if size == 2:
                file["x"] = np.arange(5)
            else:
                file["texts"] = np.array(["one", "", "three"] * 5, h5py.string_dtype())
                file["numbers"] = np.arange(5.0)
                attributes(file, 3, 0)
            refusals[f"sizes-{size}.h5"] = {}
    with h5py.File("userblock.h5", "w", userblock_size=1024, libver="latest") as file:
        attributes(file, 30, 0)
        fill_in(create(file, "x", "<f8", (40, 3), (None, 3), (3, 2), ("gzip",)), 1)
        refusals["userblock.h5"] = {}
    shared_messages("shared.h5")
    refusals["shared.h5"] = {f"d{i}": "shared messages" for i in (1, 2)}
    if not small:
        seed = int(sys.argv[3])
        for number, (name, libver) in enumerate(versions()):
            for i in range(4):
                with h5py.File(f"random{i}-{name}.h5", "w", libver=libver) as file:
                    randoms(file, seed * 1000 + number * 100 + i, name not in OLD)
                refusals[f"random{i}-{name}.h5"] = {}
        with h5py.File("paged.h5", "w", libver="latest") as file:
            fill_in(create(file, "fixed", "<i2", (5000,), (5003,), (2,), fill=9), 1, 0.5)
            fill_in(create(file, "fixed_packed", "<i2", (90, 50), None, (2, 1), ("gzip",), fill=9), 2, 0.4)
            made = create(file, "extensible", "i1", (400000,), (None,), (1,), fill=9)
            for low, high in [(0, 40), (5000, 5100), (131000, 134000), (262200, 263000), (399999, 400000)]:
                made[low:high] = np.arange(low, high) % 100
            fill_in(create(file, "extensible_packed", "<i2", (3000, 2), (None, 2), (2, 1), ("gzip",), fill=9), 3, 0.95)
            fill_in(create(file, "tree", "<i2", (150, 100), (None, None), (2, 1), fill=9), 4, 0.7)
            fill_in(create(file, "tree_packed", "<i2", (150, 100), (None, None), (2, 1), ("gzip",), fill=9), 4, 0.7)
        refusals["paged.h5"] = {}
    expected = {name: describe(name, refusal) for name, refusal in sorted(refusals.items())}
    if small:
        # Members of groups and sums of bytes say enough of what is not looked at one by one.
        for told in expected.values():
            for dataset in told["datasets"].values():
                if len(dataset.get("numbers", [])) > 12:
                    del dataset["numbers"]
    with open("expected.json", "w", encoding="utf-8") as file:
        json.dump(expected, file, separators=(",", ":"))


if __name__ == "__main__":
    main()
