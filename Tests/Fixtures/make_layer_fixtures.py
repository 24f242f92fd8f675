"""Writes the reference values that layers are compared with, into network/.

Pinned: Python 3.11, numpy 2.x, torch 2.15.0, torchvision 0.29.2, safetensors 0.8. Run as
    python make_layer_fixtures.py [layers]
"""

import numpy as np
import torch
import torch.nn.functional as F

from network_formula import Fixture, differentiate, fill, leaf, make, noise

# batch, in, out, kernel, stride, padding, height, width
CONVOLUTIONS = [
    (2, 3, 4, 1, 1, 0, 5, 4),
    (2, 5, 3, 1, 2, 0, 5, 6),
    (3, 16, 8, 1, 1, 0, 1, 1),
    (2, 4, 5, 1, 2, 0, 1, 1),
    (2, 3, 4, 3, 1, 1, 1, 1),
    (2, 17, 6, 3, 1, 1, 2, 2),
    (2, 3, 4, 3, 1, 1, 4, 4),
    (2, 3, 4, 3, 1, 1, 7, 5),
    (1, 2, 3, 3, 1, 0, 5, 3),
    (2, 3, 4, 3, 2, 1, 1, 1),
    (2, 3, 4, 3, 2, 1, 2, 2),
    (2, 8, 4, 3, 2, 1, 4, 4),
    (2, 3, 4, 3, 2, 1, 7, 6),
    (2, 3, 4, 7, 2, 3, 1, 1),
    (2, 3, 4, 7, 2, 3, 4, 4),
    (2, 3, 5, 7, 2, 3, 9, 11),
    (1, 2, 3, 5, 3, 2, 8, 7),
    (1, 3, 2, 2, 2, 0, 5, 4),
]

# batch, channels, height, width
NORMALIZED = [(4, 5, 3, 3), (8, 3, 1, 1), (2, 17, 4, 5)]

# batch, channels, kernel, stride, padding, height, width; quantised inputs have ties
POOLS = [(2, 3, 3, 2, 1, 6, 6), (2, 17, 3, 2, 1, 7, 5), (1, 4, 3, 2, 1, 1, 1), (2, 2, 3, 2, 1, 2, 2)]


def make_layers():
    out = Fixture()
    for n, i, o, k, s, p, h, w in CONVOLUTIONS:
        label = f"conv_n{n}i{i}o{o}k{k}s{s}p{p}h{h}w{w}"
        x, weight = leaf(noise(label + ".x", n, i, h, w)), leaf(noise(label + ".weight", o, i, k, k))
        y, (dx, dw) = differentiate(
            lambda x, weight: F.conv2d(x, weight, stride=s, padding=p), [x, weight], label
        )
        out.put(label + ".y", y)
        out.put(label + ".dx", dx)
        out.put(label + ".dweight", dw)
    for n, c, h, w in NORMALIZED:
        for follows in ["identity", "relu", "add_relu", "offset"]:
            make_norm(out, (n, c, h, w), follows)
    for n, c, k, s, p, h, w in POOLS:
        label = f"pool_n{n}c{c}k{k}s{s}p{p}h{h}w{w}"
        x = leaf(np.maximum(np.floor(noise(label + ".x", n, c, h, w) * 4), 0))
        y, (dx,) = differentiate(lambda x: F.max_pool2d(x, k, s, p), [x], label)
        out.put(label + ".y", y)
        out.put(label + ".dx", dx)
    label = "average"
    y, (dx,) = differentiate(
        lambda x: x.mean((2, 3)), [leaf(noise(label + ".x", 3, 17, 3, 5))], label
    )
    out.put("average.y", y)
    out.put("average.dx", dx)
    for n, i, o in [(1, 1, 1), (5, 7, 3), (4, 33, 18)]:
        label = f"linear_n{n}i{i}o{o}"
        inputs = [leaf(noise(label + ".x", n, i)), leaf(noise(label + ".weight", o, i))]
        y, (dx, dw) = differentiate(F.linear, inputs, label)
        out.put(label + ".y", y)
        out.put(label + ".dx", dx)
        out.put(label + ".dweight", dw)
    label = "head"
    names = ["head.x", "head.block.0.weight", "head.block.2.weight"]
    inputs = [leaf(noise(m, *s)) for m, s in zip(names, [(6, 9), (11, 9), (5, 11)])]
    y, gradients = differentiate(lambda x, a, b: F.linear(F.relu(F.linear(x, a)), b), inputs, label)
    out.put("head.y", y)
    for m, gradient in zip(["head.dx", "head.block.0.dweight", "head.block.2.dweight"], gradients):
        out.put(m, gradient)
    out.save("layers")


def make_norm(out, shape, follows):
    """Two training steps, then evaluation; the gradients are those of the second step."""
    n, c, h, w = shape
    label = f"norm_{follows}_n{n}c{c}h{h}w{w}"
    layer = fill(torch.nn.BatchNorm2d(c), label + ".")
    residual = leaf(noise(label + ".residual", *shape))

    def f(x, weight, bias, residual):
        state = {"weight": weight, "bias": bias}
        y = torch.func.functional_call(layer, state, (x,))
        if follows == "add_relu":
            y = y + residual
        return F.relu(y) if follows.endswith("relu") else y

    for step in range(2):
        x = noise(f"{label}.x{step}", *shape)
        if follows == "offset":  # a mean far from zero, where E[x^2] - E[x]^2 would lose all digits
            x = x * np.float32(0.5) + np.float32(100)
        inputs = [leaf(x), layer.weight, layer.bias, residual]
        y, (dx, dw, db, dr) = differentiate(f, inputs, label)
    out.put(label + ".y", y)
    out.put(label + ".dx", dx)
    out.put(label + ".dweight", dw)
    out.put(label + ".dbias", db)
    if follows == "add_relu":
        out.put(label + ".dresidual", dr)
    out.put(label + ".running_mean", layer.running_mean)
    out.put(label + ".running_var", layer.running_var)
    layer.eval()
    out.put(label + ".evaluated", f(*inputs))


if __name__ == "__main__":
    make({"layers": make_layers})
