"""Writes the reference values that the network tests compare against, into network/.

Pinned: Python 3.11, numpy 2.x, torch 2.15.0, torchvision 0.29.2, safetensors 0.8. Run as
    python make_network_fixtures.py [layers resnet loss optimizer recipe efficientnet autocast]

Weights and inputs come from `noise`, an integer hash that the tests compute to the same bits, so no
weights are stored. PyTorch runs in double precision on these float32 values: what a test sees is
its own rounding alone. Tensors are in PyTorch's layouts (NCHW, OIHW) and names. Large gradients are
stored as a `sketch`: every element takes part in it.
"""

import copy
import math
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from safetensors.numpy import load_file, save_file

FOLDER = Path(__file__).parent / "network"
LARGE = 300  # more elements than this are stored as a sketch
BINS, SAMPLES = 128, 64


# The formula ------------------------------------------------------------------------------------


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


# Layers -----------------------------------------------------------------------------------------

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


def differentiate(f, inputs, label):
    """Returns y = f(inputs) and the gradients of sum(y * noise) to each input."""
    y = f(*inputs)
    return y, torch.autograd.grad(
        (y * tensor(noise(label + ".dy", *y.shape))).sum(), inputs, allow_unused=True
    )


def leaf(array):
    return tensor(array).requires_grad_()


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


# Whole encoders ---------------------------------------------------------------------------------


def resnet(depth, stem, clear=False):
    net = getattr(torchvision.models, f"resnet{depth}")()
    if stem == "cifar":
        net.conv1 = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        net.maxpool = torch.nn.Identity()
    net.fc = torch.nn.Identity()
    return fill(net, clear=clear)


def tapered():
    """Blocks 2-2-2-1 of 32-64-128-512 channels behind a 3x3 convolution of stride 2, clear of kinks."""
    block = torchvision.models.resnet.BasicBlock
    net = torchvision.models.ResNet(block, [1, 1, 1, 1])
    net.conv1 = torch.nn.Conv2d(3, 32, 3, 2, 1, bias=False)
    net.bn1 = torch.nn.BatchNorm2d(32)
    net.maxpool = torch.nn.Identity()
    net.inplanes = 32
    for stage, (width, blocks) in enumerate([(32, 2), (64, 2), (128, 2), (512, 1)]):
        layer = net._make_layer(block, width, blocks, stride=2 if stage else 1)
        setattr(net, f"layer{stage + 1}", layer)
    net.fc = torch.nn.Identity()
    return fill(net, clear=True)


def run(net, x):
    """Features and all gradients of sum(features * noise)."""
    x = x.clone().requires_grad_()
    y = net(x)
    parameters = dict(net.named_parameters())
    dy = tensor(noise("dy", *y.shape)).to(y.dtype)
    gradients = torch.autograd.grad((y * dy).sum(), [x, *parameters.values()])
    return y, dict(zip(["x", *parameters], gradients))


def error(found, expected):
    """The largest deviation in units of the tests' tolerance, 1e-3 of the element or the r.m.s."""
    scale = np.maximum(np.abs(expected), np.sqrt(np.mean(expected**2)))
    return float((np.abs(found - expected) / (1e-5 + 1e-3 * scale)).max())


def make_encoder(name, build, batch, side, kinks=True):
    """Takes the first input at which no rectifier or pool sits so close to its kink that rounding
    flips it: neither PyTorch's own to float32 nor that of weights moved by some units in their last
    place. A network without kinks takes the first of all."""
    for attempt in range(40):
        x = noise(f"input{attempt}", batch, 3, side, side) * np.float32(0.5) + np.float32(0.5)
        net = build().train()
        y, gradients = run(net, tensor(x))
        worst = 0.0
        for trial in range(6 if kinks else 1):
            rounded = build().float().train()
            if trial > 0:
                with torch.no_grad():
                    for key, value in rounded.named_parameters():
                        shift = tensor(noise(f"{key}.{trial}", *value.shape)).float()
                        value.mul_(1 + 4e-7 * shift)
            _, single = run(rounded, tensor(x).float())
            worst = max(worst, *(error(single[k].numpy(), gradients[k].numpy()) for k in gradients))
            if worst >= 0.6:
                break
        if worst < 0.6 or not kinks:
            break
    else:
        raise SystemExit(f"{name}: every input has a kink too close, {worst:.3f} of the tolerance")
    print(f"{name}: input {attempt}, worst float32 deviation {worst:.3f} of the tolerance")
    out = Fixture()
    out.put("attempt", float(attempt))
    out.put("training", y)
    for key, gradient in gradients.items():
        out.put_gradient(f"gradient.{key}", gradient)
    for key, value in net.named_buffers():
        if "running" in key:
            out.put_gradient(f"buffer.{key}", value)
    if kinks:
        # EfficientNet with arbitrary running statistics blows up chaotically, in PyTorch as well.
        out.put("evaluated", build().eval()(tensor(x)))
    out.save(name)


def make_resnet():
    make_encoder("resnet18-imagenet", lambda: resnet(18, "imagenet", clear=True), 4, 64)
    make_encoder("resnet18-imagenet-32", lambda: resnet(18, "imagenet"), 24, 32)
    make_encoder("resnet18-cifar", lambda: resnet(18, "cifar"), 3, 16)
    make_encoder("resnet50-imagenet", lambda: resnet(50, "imagenet", clear=True), 4, 64)
    make_encoder("resnet50-cifar", lambda: resnet(50, "cifar", clear=True), 3, 16)
    make_encoder("resnet16-tapered-small", tapered, 4, 32)


# batch, channels, kernel, stride, height, width
DEPTHWISE = [(2, 3, 3, 1, 5, 4), (2, 70, 3, 2, 6, 7), (3, 5, 3, 1, 1, 1), (2, 4, 3, 2, 2, 2), (1, 3, 5, 2, 7, 9)]


def make_efficientnet():
    out = Fixture()
    for n, c, k, s, h, w in DEPTHWISE:
        label = f"depthwise_n{n}c{c}k{k}s{s}h{h}w{w}"
        x, weight = leaf(noise(label + ".x", n, c, h, w)), leaf(noise(label + ".weight", c, 1, k, k))
        y, (dx, dw) = differentiate(
            lambda x, weight: F.conv2d(x, weight, stride=s, padding=k // 2, groups=c),
            [x, weight],
            label,
        )
        out.put(label + ".y", y)
        out.put(label + ".dx", dx)
        out.put(label + ".dweight", dw)
    gate = torchvision.ops.SqueezeExcitation(9, 4, activation=torch.nn.SiLU)
    gate = fill(gate, "excitation.")
    x = leaf(noise("excitation.x", 3, 9, 4, 5))
    parameters = dict(gate.named_parameters())
    y, gradients = differentiate(lambda x, *_: gate(x), [x, *parameters.values()], "excitation")
    out.put("excitation.y", y)
    for key, gradient in zip(["x", *parameters], gradients):
        out.put(f"excitation.d.{key}", gradient)
    out.save("efficientnet-layers")
    make_encoder("efficientnet", lambda: efficientnet(None), 4, 64, kinks=False)
    net = efficientnet(4).train()
    y, gradients = run(net, tensor(noise("input0", 4, 3, 64, 64) * 0.5 + 0.5))
    out = Fixture()
    out.put("training", y)
    for key, gradient in gradients.items():
        # What a wrong mask anywhere would change.
        if key in ["features.0.0.weight", "features.3.1.block.1.1.bias", "features.6.14.block.3.1.bias"]:
            out.put_gradient(f"gradient.{key}", gradient)
    out.save("efficientnet-masks")


class Mask(torch.nn.Module):
    """Stochastic depth with given factors: half of the branches, by the formula, count 1 / (1 - p)."""

    def __init__(self, block, rows, probability):
        super().__init__()
        kept = hashed(f"mask{block}", rows) >> np.uint32(31)
        self.factors = torch.from_numpy(kept / (1 - probability)).reshape(-1, 1, 1, 1)

    def forward(self, x):
        return x * self.factors.to(x.dtype)


def efficientnet(rows):
    """EfficientNet-V2-S, without stochastic depth or with masks for a number of rows."""
    net = torchvision.models.efficientnet_v2_s()
    net.classifier = torch.nn.Identity()
    blocks = [block for stage in list(net.features)[1:-1] for block in stage]
    for index, block in enumerate(blocks):
        probability = block.stochastic_depth.p
        assert abs(probability - 0.2 * index / len(blocks)) < 1e-9
        block.stochastic_depth = Mask(index, rows, probability) if rows else torch.nn.Identity()
    return fill(net)


# Autocast ---------------------------------------------------------------------------------------

ENCODERS = [
    ("resnet18-imagenet", lambda: resnet(18, "imagenet", clear=True), 4, 64),
    ("resnet18-imagenet-32", lambda: resnet(18, "imagenet"), 24, 32),
    ("resnet18-cifar", lambda: resnet(18, "cifar"), 3, 16),
    ("resnet50-imagenet", lambda: resnet(50, "imagenet", clear=True), 4, 64),
    ("resnet50-cifar", lambda: resnet(50, "cifar", clear=True), 3, 16),
    ("resnet16-tapered-small", tapered, 4, 32),
    ("efficientnet", lambda: efficientnet(None), 4, 64),
]


def make_autocast():
    """How far bfloat16 autocast is from float64, for features and each gradient of the encoders: the
    norm of the difference as a share of the reference's, as the tests measure it. Of both memory
    formats, whose sums are of the same terms in another order: how much of it is chance."""
    out = Fixture()
    for name, build, batch, side in ENCODERS:
        kept = load_file(FOLDER / f"{name}.safetensors")
        attempt = int(kept["attempt"].item())
        x = noise(f"input{attempt}", batch, 3, side, side) * np.float32(0.5) + np.float32(0.5)
        found = [autocast(build(), x, layout) for layout in [torch.contiguous_format, torch.channels_last]]
        shares = {key: [share(one[key], key, kept) for one in found] for key in found[0]}
        for key, both in shares.items():
            out.put(f"{name}.{key}", both)
        medians = np.median([both for key, both in shares.items() if key != "training"], axis=0)
        print(f"{name}: features {shares['training']}, gradients {medians} (median)")
    out.save("autocast")


def autocast(net, x, layout):
    """Features and gradients of a training pass in bfloat16, by the fixtures' names."""
    net = net.float().train().to(memory_format=layout)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = net(tensor(x).float().to(memory_format=layout))
    parameters = dict(net.named_parameters())
    dy = torch.from_numpy(noise("dy", *y.shape))
    gradients = torch.autograd.grad((y.float() * dy).sum(), list(parameters.values()))
    return {"training": y.detach().float(), **{f"gradient.{k}": g for k, g in zip(parameters, gradients)}}


def share(value, key, kept):
    """The norm of a difference from what a fixture keeps, or has a sketch of, as a share of its norm."""
    value = value.numpy().astype(np.float64)
    expected = kept.get(key)
    if expected is None:
        value, expected = sketch(value)[1:], kept[key + "~"][1:]
    return float(np.linalg.norm(value - expected) / np.linalg.norm(expected))


# Loss -------------------------------------------------------------------------------------------


def pair_loss(x, target, tau, b, alpha, siglip, fixed=None):
    """One ordered pair of views, with a fixed temperature if there is one; returns the loss and its
    invariance term."""
    n = len(x)
    if fixed:
        logits = x @ target.T / fixed
    else:
        x, target = F.normalize(x, dim=-1), F.normalize(target, dim=-1)
        logits = x @ target.T * tau.exp().clamp(0, 15 if siglip else 5) + b
    if siglip:
        signs = 2 * torch.eye(n, dtype=logits.dtype) - 1
        instance = -F.logsigmoid(signs * logits).sum() / n
    else:
        instance = F.cross_entropy(logits, torch.arange(n))
    p1, p2 = F.log_softmax(logits, 1), F.softmax(logits, 0).T
    invariance = F.kl_div(p1, p2, reduction="batchmean")
    return instance + alpha * invariance, invariance


def views_loss(online, targets, tau, b, alpha, siglip, fixed=None):
    pairs = [
        pair_loss(x, t, tau, b, alpha, siglip, fixed)
        for i, t in enumerate(targets)
        for j, x in enumerate(online)
        if i != j
    ]
    return sum(p[0] for p in pairs) / len(pairs), sum(p[1] for p in pairs) / len(pairs)


# name: rows, columns, globals, locals, tau, b, alpha, siglip, and a fixed temperature if any
LOSSES = {
    "start": (6, 5, 2, 0, 0.0, 0.0, 1.0, False),
    "warm": (7, 16, 2, 0, 0.75, -0.25, 2.5, False),
    "clamped": (6, 5, 2, 0, 2.0, 0.5, 1.0, False),
    "no_penalty": (5, 8, 2, 0, 0.5, 0.0, 0.0, False),
    "multicrop": (5, 8, 3, 2, 0.5, 0.125, 1.0, False),
    "one_global_local": (4, 8, 1, 1, 0.5, 0.125, 1.0, False),
    "siglip": (6, 8, 2, 0, math.log(10), -10.0, 1.0, True),
    "siglip_clamped": (4, 8, 2, 0, 3.0, -4.0, 0.5, True),
    "siglip_multicrop": (5, 8, 3, 2, 1.0, -2.0, 1.0, True),
    "single": (1, 4, 2, 0, 0.0, 0.0, 1.0, False),
    "fixed": (6, 8, 2, 0, 0.0, 0.0, 0.6, False, 5.0),
    "fixed_multicrop": (5, 8, 3, 2, 0.0, 0.0, 1.0, False, 0.5),
}


def make_loss():
    out = Fixture()
    for label, (n, d, g, l, tau, b, alpha, siglip, *fixed) in LOSSES.items():
        # Views of one image resemble each other, as they do in training.
        base = noise(f"{label}.base", n, d)
        online = [leaf(base + noise(f"{label}.online{j}", n, d)) for j in range(g + l)]
        targets = [tensor(base + noise(f"{label}.target{i}", n, d)) for i in range(g)]
        tau, b = leaf(np.float32(tau)), leaf(np.float32(b))
        loss, invariance = views_loss(online, targets, tau, b, alpha, siglip, *fixed)
        *dx, dtau, db = torch.autograd.grad(loss, [*online, tau, b], allow_unused=True)
        if fixed:
            dtau, db = torch.zeros(()), torch.zeros(())
        out.put(f"{label}.loss", loss)
        out.put(f"{label}.invariance", invariance)
        out.put(f"{label}.dtau", dtau)
        out.put(f"{label}.db", db)
        for j, gradient in enumerate(dx):
            zero = torch.zeros(n, d)  # with one global view, it meets no target but its own
            out.put(f"{label}.dx{j}", zero if gradient is None else gradient)
    out.save("loss")


# Optimiser and schedule -------------------------------------------------------------------------


def gamma_at(k, total, start):
    """In single precision, unlike all else here: so the reference computes it."""
    cosine = torch.cos(math.pi * torch.tensor(k, dtype=torch.float32) / total)
    return (1 - (1 - start) * (cosine + 1) / 2).item()


def make_optimizer():
    out = Fixture()
    for label, rate, decay in [("adam", 3e-4, 1e-5), ("adam_strong", 0.125, 0.5)]:
        for size in [1, 7, 67]:
            p = torch.nn.Parameter(tensor(noise(f"{label}{size}", size)))
            adam = torch.optim.Adam([p], lr=rate, weight_decay=decay)
            for step in range(10):
                # One element in four has no gradient, one scale is tiny: eps must sit where it does.
                u = noise(f"{label}{size}.step{step}", size)
                u[::4] = 0
                p.grad = tensor(u * np.float32(2.0 ** (-20 if size == 7 else 0)))
                adam.step()
            out.put(f"{label}{size}", p)
    for start in [0.99, 0.995]:
        out.put(f"gamma{start}", [gamma_at(k, 1000, start) for k in range(0, 1001, 25)])
    out.save("optimizer")


# The recipe -------------------------------------------------------------------------------------


# name: stem, side of global and local views, their numbers, siglip, steps
RECIPES = {
    "recipe": ("imagenet", 32, 0, 2, 0, False, 10),
    "recipe-siglip": ("imagenet", 32, 0, 2, 0, True, 10),
    "recipe-multicrop": ("cifar", 16, 12, 3, 2, False, 3),
}


def make_recipe():
    for name, settings in RECIPES.items():
        single = make_run(name, torch.float32, *settings)
        double = make_run(name, torch.float64, *settings)
        worst = max(abs(a[0] / b[0] - 1) for a, b in zip(single, double))
        print(f"{name}: losses in float32 and float64 differ by {worst:.1e} at most")


def make_run(name, dtype, stem, side, local_side, globals_, locals_, siglip, steps):
    """Pretraining steps of batch 16, the same views at each: with new ones, rounding alone moves
    later losses by 1e-3 and more. gamma 0.9, a schedule of 15 steps."""
    hidden, outputs, batch, gamma0, steps_per_epoch, epochs, after = 64, 32, 16, 0.9, 4, 2, 1
    total = steps_per_epoch * (epochs + 2) - after
    head = torch.nn.Sequential(
        torch.nn.Linear(512, hidden, bias=False),
        torch.nn.ReLU(),
        torch.nn.Linear(hidden, outputs, bias=False),
    )
    online = torch.nn.Sequential(resnet(18, stem), fill(head, "head.block.")).to(dtype).train()
    target = copy.deepcopy(online).requires_grad_(False)
    tau = torch.nn.Parameter(torch.tensor(math.log(10 if siglip else 1), dtype=dtype))
    b = torch.nn.Parameter(torch.tensor(-10.0 if siglip else 0.0, dtype=dtype))
    adam = torch.optim.Adam([*online.parameters(), tau, b], lr=3e-4, weight_decay=1e-5)
    gamma, rows = gamma0, []
    sides = [side] * globals_ + [local_side] * locals_
    views = [tensor(view(f"recipe.view{v}", batch, s)).to(dtype) for v, s in enumerate(sides)]
    for step in range(steps):
        with torch.no_grad():
            targets = [target(v) for v in views[:globals_]]
        loss, invariance = views_loss([online(v) for v in views], targets, tau, b, 1.0, siglip)
        adam.zero_grad()
        loss.backward()
        adam.step()
        with torch.no_grad():
            pairs = list(zip(target.state_dict().values(), online.state_dict().values()))
            if step <= after:
                for t, o in pairs:
                    t.copy_(o)
            else:
                for t, o in pairs:
                    if t.is_floating_point():
                        t.lerp_(o, 1 - gamma)
                gamma = gamma_at(step, total, gamma0)
        rows.append([loss.item(), invariance.item(), tau.item(), b.item(), gamma])
    if dtype == torch.float64:
        out = Fixture()
        out.put("steps", rows)
        x = tensor(view("recipe.probe", 4, side))
        out.put("features", target[0].eval()(x))
        out.save(name)
    return rows


def view(name, batch, side):
    """Images of 4x4 patches of one colour each, the same for all names, under noise of their own."""
    blocks = noise("recipe.images", batch, 3, 4, 4).repeat(side // 4, 2).repeat(side // 4, 3)
    own = noise(name, batch, 3, side, side)
    return blocks * np.float32(0.25) + own * np.float32(0.125) + np.float32(0.5)


if __name__ == "__main__":
    torch.set_num_threads(2)
    for part in sys.argv[1:] or ["layers", "resnet", "efficientnet", "loss", "optimizer", "recipe", "autocast"]:
        globals()[f"make_{part}"]()
