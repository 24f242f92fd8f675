"""Writes the weight files that Tests/RelicNNTests/Formats read, with the programs that define them.

Made with Python 3.11, torch 2.15.0, torchvision 0.29.2, safetensors 0.8.0, numpy 2.4.6:
    python Tests/Fixtures/make_format_fixtures.py
Every array is a formula of its name and size, which the tests compute again: `pattern` below.
"""

import collections
import pathlib
import zlib

import torch
from safetensors.torch import save_file
from torch import nn
from torchvision.models.resnet import BasicBlock

FOLDER = pathlib.Path(__file__).parent / "formats"


def pattern(name, shape, dtype=torch.float32):
    """Small multiples of 1/16, exact in every floating-point type, that differ from name to name."""
    count = 1
    for extent in shape:
        count *= extent
    start = zlib.crc32(name.encode()) % 31
    values = (torch.arange(count) * 7 + start) % 31 - 15
    if dtype.is_floating_point:
        return (values / 16).to(dtype).reshape(shape)
    return values.remainder(2 if dtype == torch.bool else 100).to(dtype).reshape(shape)


def filled(module):
    """The module with every float given by `pattern` of its name and every counter 3."""
    with torch.no_grad():
        for name, value in module.state_dict().items():
            value.copy_(pattern(name, value.shape) if value.dtype.is_floating_point else 3)
    return module


def small_resnet():
    """ResNet-18's structure with 4 to 8 channels, as torchvision's children or its own names."""
    downsample = nn.Sequential(nn.Conv2d(4, 8, 1, stride=2, bias=False), nn.BatchNorm2d(8))
    return collections.OrderedDict(
        conv1=nn.Conv2d(3, 4, 7, stride=2, padding=3, bias=False),
        bn1=nn.BatchNorm2d(4),
        relu=nn.ReLU(),
        maxpool=nn.MaxPool2d(3, 2, 1),
        layer1=nn.Sequential(BasicBlock(4, 4), BasicBlock(4, 4)),
        layer2=nn.Sequential(BasicBlock(4, 8, 2, downsample), BasicBlock(8, 8)),
        avgpool=nn.AdaptiveAvgPool2d(1),
    )


class Named(nn.Module):
    """Modules under their own names."""

    def __init__(self, **children):
        super().__init__()
        for name, child in children.items():
            setattr(self, name, child)


class Relic(nn.Module):
    """The members of the reference's model that its state dict shows."""

    def __init__(self):
        super().__init__()

        def network():
            encoder = nn.Sequential(*small_resnet().values())
            head = Named(block=nn.Sequential(
                nn.Linear(8, 6, bias=False), nn.ReLU(), nn.Linear(6, 4, bias=False)))
            return nn.Sequential(encoder, head)

        self.tau = nn.Parameter(torch.tensor(0.0))
        self.b = nn.Parameter(torch.tensor(0.0))
        self.online_encoder = network()
        self.target_encoder = network()


def write_safetensors():
    def arrays(**shapes):
        return {name: pattern(name, *form) for name, form in shapes.items()}

    save_file(
        arrays(bias=((3,),), scalar=((),), weight=((2, 3, 1, 5),)) | {
            "count": torch.tensor(7), "negative": torch.tensor([-1, 2**62])},
        FOLDER / "plain.safetensors", metadata={"note": 'tab\t "quoted" \\ \u00e9 \U0001f600'})
    save_file(
        arrays(
            f64=((2, 3), torch.float64), f32=((5,), torch.float32), f16=((3,), torch.float16),
            bf16=((3,), torch.bfloat16), i64=((2,), torch.int64), i32=((3,), torch.int32),
            i16=((3,), torch.int16), i8=((3,), torch.int8), u8=((3,), torch.uint8),
            bool=((3,), torch.bool), empty=((0, 4),)),
        FOLDER / "types.safetensors")
    save_file({}, FOLDER / "empty.safetensors")
    save_file({"odd": torch.zeros(2, dtype=torch.float8_e4m3fn)}, FOLDER / "float8.safetensors")


def write_torch():
    encoder = filled(nn.Sequential(*small_resnet().values()))
    torch.save(encoder.state_dict(), FOLDER / "encoder.pth")
    torchvision_like = filled(Named(**small_resnet(), fc=nn.Linear(8, 10)))
    torch.save(torchvision_like.state_dict(), FOLDER / "torchvision.pth")
    torch.save(
        {"epoch": 3, "model": {f"module.{k}": v for k, v in encoder.state_dict().items()}},
        FOLDER / "parallel.pth")
    torch.save(filled(Relic()).state_dict(), FOLDER / "relic_model.pth")

    base = pattern("base", (4, 6))
    torch.save(
        {
            "shared": base, "transposed": base.t(), "column": base[:, 2], "tail": base[2:, 1:5:2],
            "parameter": nn.Parameter(pattern("parameter", (2, 2))),
            "half": pattern("half", (3,), torch.float16),
            "brain": pattern("brain", (3,), torch.bfloat16),
            "double": pattern("double", (3,), torch.float64),
            "long": pattern("long", (3,), torch.int64),
            "bool": pattern("bool", (3,), torch.bool),
            "scalar": torch.tensor(0.5), "empty": torch.zeros(0, 3),
        }, FOLDER / "views.pth")
    torch.save(
        encoder.state_dict(), FOLDER / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(nn.Linear(2, 2), FOLDER / "whole_module.pth")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    write_safetensors()
    write_torch()
