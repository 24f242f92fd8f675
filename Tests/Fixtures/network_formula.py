"""What the scripts that write network/ have in common: values for weights and inputs, and files.

Weights and inputs come from `noise`, an integer hash that the tests compute to the same bits, so no
weights are stored. PyTorch runs in double precision on these float32 values: what a test sees is
its own rounding alone. Tensors are in PyTorch's layouts (NCHW, OIHW) and names. Large gradients are
stored as a `sketch`: every element takes part in it.
"""

import math
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

FOLDER = Path(__file__).parent / "network"
LARGE = 300  # more elements than this are stored as a sketch
BINS, SAMPLES = 128, 64


def hashed(name, count):
    """32 random bits for each index: a multiplicative hash of the index, keyed by FNV-1a(name)."""
    key = 0x811C9DC5
    for byte in name.encode():
        key = (key ^ byte) * 0x01000193 & 0xFFFFFFFF
    x = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(key)
    x = (x ^ x >> np.uint32(16)) * np.uint32(0x7FEB352D)
    x = (x ^ x >> np.uint32(15)) * np.uint32(0x846CA68B)
    return x ^ x >> np.uint32(16)


def noise(name, *shape):
    """Multiples of 2^-23 in [-1, 1)."""
    bits = hashed(name, math.prod(shape)) >> np.uint32(8)
    return (bits.astype(np.float32) * np.float32(2**-23) - np.float32(1)).reshape(shape)


def tensor(array):
    return torch.from_numpy(np.asarray(array)).double()


def parameter_value(name, shape, clear=False):
    """The value of a parameter or buffer, by its last name and rank.

    `clear` moves biases by 4: three channels in four stay open through a rectifier, one stays
    shut, and few elements sit where rounding decides.
    """
    u = noise(name, *shape)
    if len(shape) > 1:
        return u * np.float32(math.sqrt(6 / math.prod(shape[1:])))
    if name.endswith("running_var"):
        return u * np.float32(0.5) + np.float32(1)
    if name.endswith("weight"):
        return u * np.float32(0.25) + np.float32(1)
    if clear:
        return u * np.float32(0.125) + np.where(u < -0.5, np.float32(-4), np.float32(4))
    return u * np.float32(0.125)


def fill(module, prefix="", clear=False):
    """Sets every parameter and floating-point buffer of `module` by the formula."""
    with torch.no_grad():
        for name, value in module.state_dict().items():
            if value.is_floating_point():
                value.copy_(tensor(parameter_value(prefix + name, tuple(value.shape), clear)))
    return module.double()


def sketch(array):
    """[norm, BINS signed sums, SAMPLES elements]: each element is in one signed sum."""
    flat = np.asarray(array, dtype=np.float64).ravel()
    bits = hashed("sketch", flat.size)
    signs = np.where(bits >> np.uint32(31), -1.0, 1.0)
    sums = np.bincount(bits % BINS, weights=signs * flat, minlength=BINS)
    sample = flat[np.arange(SAMPLES) * flat.size // SAMPLES]
    return np.concatenate([[np.linalg.norm(flat)], sums, sample])


class Fixture(dict):
    def put(self, name, value):
        array = value.detach().numpy() if torch.is_tensor(value) else np.asarray(value)
        self[name] = np.ascontiguousarray(array, dtype=np.float32)

    def put_gradient(self, name, value):
        array = value.detach().numpy()
        self.put(name, array) if array.size <= LARGE else self.put(name + "~", sketch(array))

    def save(self, name):
        FOLDER.mkdir(exist_ok=True)
        path = FOLDER / f"{name}.safetensors"
        save_file(dict(self), path)
        print(f"{path.name}: {len(self)} tensors, {path.stat().st_size:,} bytes")


def differentiate(f, inputs, label):
    """Returns y = f(inputs) and the gradients of sum(y * noise) to each input."""
    y = f(*inputs)
    return y, torch.autograd.grad(
        (y * tensor(noise(label + ".dy", *y.shape))).sum(), inputs, allow_unused=True
    )


def leaf(array):
    return tensor(array).requires_grad_()


def make(parts):
    """Calls the functions that are named on the command line, or all."""
    torch.set_num_threads(2)
    for part in sys.argv[1:] or parts:
        parts[part]()
