"""Prints the soft links of an HDF5 file, as h5py reads them, the numbers that they lead to, and single texts: python3 links_h5.py FILE"""

import json
import sys

import h5py


def main(path):
    links, values, texts = {}, {}, {}

    def visit(group, at):
        for name in group:
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.SoftLink):
                links[at + name] = link.path
                target = group.get(name)
                if isinstance(target, h5py.Dataset):
                    values[at + name] = target[()].tolist()
            elif isinstance(group[name], h5py.Group):
                visit(group[name], at + name + "/")
            elif group[name].shape == () and h5py.check_string_dtype(group[name].dtype):
                assert tuple(h5py.check_string_dtype(group[name].dtype)) == ("utf-8", None)
                texts[at + name] = group[name].asstr()[()]

    with h5py.File(path, "r") as f:
        visit(f, "/")
    print(json.dumps({"links": links, "values": values, "texts": texts}))


main(sys.argv[1])
