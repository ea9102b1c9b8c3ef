"""Reads a checkpoint that was written by this project as PyTorch does with weights_only=True: python3 check_ckpt.py FILE

A .ckpt is a zip with a pickle of values and one file for each tensor's numbers. Python's own unpickler reads the pickle, and only the names that PyTorch allows
with weights_only=True (torch/_weights_only_unpickler.py) are looked up. Prints one JSON object: type of the state dict, number of tensors and of numbers, sum of the absolute values.
"""

import collections
import json
import pickle
import sys
import zipfile

import numpy as np

NUMBERS = {"FloatStorage": np.float32, "DoubleStorage": np.float64, "LongStorage": np.int64, "IntStorage": np.int32}


def rebuild_tensor(storage, offset, size, stride, requires_grad, hooks):
    assert not hooks and isinstance(requires_grad, bool)
    item = storage.itemsize
    return np.lib.stride_tricks.as_strided(storage[offset:], size, [s * item for s in stride])


class WeightsOnly(pickle.Unpickler):
    def __init__(self, archive, root):
        super().__init__(archive.open(f"{root}/data.pkl"))
        self.archive, self.root = archive, root

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return rebuild_tensor
        if module == "torch" and name in NUMBERS:
            return NUMBERS[name]
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed with weights_only=True")

    def persistent_load(self, saved):
        kind, numbers, key, location, count = saved
        assert kind == "storage" and location == "cpu"
        storage = np.frombuffer(self.archive.read(f"{self.root}/data/{key}"), numbers)
        assert len(storage) == count, (key, len(storage), count)
        return storage


def main(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        roots = {name.split("/")[0] for name in archive.namelist()}
        assert len(roots) == 1, roots
        root = roots.pop()
        assert archive.read(f"{root}/version").strip() == b"3"
        state = WeightsOnly(archive, root).load()["state_dict"]
    print(json.dumps({
        "type": type(state).__name__,
        "tensors": len(state),
        "numbers": sum(tensor.size for tensor in state.values()),
        "sum": sum(float(np.abs(tensor.astype(np.float64)).sum()) for tensor in state.values()),
    }))


main(sys.argv[1])
