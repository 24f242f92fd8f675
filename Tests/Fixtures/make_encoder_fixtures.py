"""Writes the reference values that encoders are compared with, into network/.

Pinned: Python 3.11, numpy 2.x, torch 2.15.0, torchvision 0.29.2, safetensors 0.8. Run as
    python make_encoder_fixtures.py [resnet efficientnet autocast]
"""

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from safetensors.numpy import load_file

from network_formula import FOLDER, Fixture, differentiate, fill, hashed, leaf, make, noise, sketch, tensor

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


# name, what builds it, images and their side
RESNETS = [
    ("resnet18-imagenet", lambda: resnet(18, "imagenet", clear=True), 4, 64),
    ("resnet18-imagenet-32", lambda: resnet(18, "imagenet"), 24, 32),
    ("resnet18-cifar", lambda: resnet(18, "cifar"), 3, 16),
    ("resnet50-imagenet", lambda: resnet(50, "imagenet", clear=True), 4, 64),
    ("resnet50-cifar", lambda: resnet(50, "cifar", clear=True), 3, 16),
    ("resnet16-tapered-small", tapered, 4, 32),
]
EFFICIENTNET = ("efficientnet", lambda: efficientnet(None), 4, 64)


def make_resnet():
    for example in RESNETS:
        make_encoder(*example)


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
    make_encoder(*EFFICIENTNET, kinks=False)
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


def make_autocast():
    """How far bfloat16 autocast is from float64, for features and each gradient of the encoders: the
    norm of the difference as a share of the reference's, as the tests measure it. Of both memory
    formats, whose sums are of the same terms in another order: how much of it is chance."""
    out = Fixture()
    for name, build, batch, side in [*RESNETS, EFFICIENTNET]:
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


if __name__ == "__main__":
    make({"resnet": make_resnet, "efficientnet": make_efficientnet, "autocast": make_autocast})
