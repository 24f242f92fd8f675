"""Writes Tests/Fixtures/images: small JPEG and PNG files, and Pillow's RGB of each.

Needs Python 3.11, Pillow 13.0.0, numpy 2.4.6. expected.json says for each file where in
expected.bin its upright RGB begins; files absent from it are broken. reduced.json says the same of
reduced.bin, for files that are decoded at a half, a quarter or an eighth of their sides.
"""

import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

folder = pathlib.Path(__file__).parent / "images"
folder.mkdir(exist_ok=True)
width, height = 23, 17
y, x = np.mgrid[0:height, 0:width]
values = np.stack([x * 11, y * 15, (x * y) % 256], -1).astype(np.uint8)
rgb = Image.fromarray(values)
alpha = Image.fromarray((x * 9 % 256).astype(np.uint8))
files = []


def save(image, name, **options):
    image.save(folder / name, **options)
    files.append(name)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(
        ">I", zlib.crc32(kind + data))


def png(name, depth, color, rows, claimed=(width, height)):
    data = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", *claimed, depth, color, 0, 0, 0))
    data += chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
    (folder / name).write_bytes(data + chunk(b"IEND", b""))


save(rgb, "rgb.jpg", quality=85)
save(rgb, "progressive.JPEG", quality=60, progressive=True, subsampling=0)
save(rgb.convert("L"), "grey.jpg", quality=85)
save(rgb.convert("CMYK"), "inks.jpg", quality=95)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    save(rgb, f"turned{orientation}.jpg", quality=85, exif=exif)
turned = Image.Exif()
turned[0x0112] = 6
# Orientation as TIFF type LONG, big-endian.
tiff = b"MM\0*" + struct.pack(">IHHHIII", 8, 1, 0x0112, 4, 1, 6, 0)
save(rgb, "turned_long.jpg", quality=85, exif=b"Exif\0\0" + tiff)
packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description %s</rdf:RDF></x:xmpmeta>'
attribute = packet % b'tiff:Orientation="8"/>'
element = packet % b"><tiff:Orientation>3</tiff:Orientation></rdf:Description>"
save(rgb, "turned_xmp.jpg", quality=85, xmp=attribute)
save(rgb, "turned_xmp_element.jpg", quality=85, xmp=element)
save(rgb, "turned_exif_not_xmp.jpg", quality=85, exif=turned, xmp=element)
save(rgb, "rgb.png")
plain = (folder / "rgb.png").read_bytes()
end = plain.rindex(b"IEND") - 4


def insert(name, place, *chunks):
    (folder / name).write_bytes(plain[:place] + b"".join(chunks) + plain[place:])
    files.append(name)


insert("turned_after.png", end, chunk(b"eXIf", tiff))
hexadecimal = (b"Exif\0\0" + tiff).hex().encode()
profile = b"\nexif\n%8d\n" % (len(tiff) + 6) + hexadecimal[:72] + b"\n" + hexadecimal[72:] + b"\n"
insert("turned_profile.png", 33,
       chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(profile)))
insert("turned_xmp.png", 33, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + attribute))
(folder / "endless.png").write_bytes(plain[:end])
files.append("endless.png")
save(Image.merge("RGBA", [*rgb.split(), alpha]), "alpha.png")
save(Image.merge("LA", [rgb.convert("L"), alpha]), "grey_alpha.png")
save(rgb.convert("L"), "grey.png")
save(rgb.convert("1"), "bits.png")
save(rgb.quantize(11), "palette.png")
save(rgb.quantize(11), "palette_transparent.png", transparency=3)
save(Image.fromarray((x * 2500 + y * 13).astype(np.uint16)), "grey16.png")
wide = (values.astype(np.uint16) * 257 ^ 0x5a).astype(">u2")
png("rgb16.png", 16, 2, [row.tobytes() for row in wide])
files.append("rgb16.png")
inks = (folder / "inks.jpg").read_bytes()
adobe = inks.index(b"\xff\xee")
size = 2 + int.from_bytes(inks[adobe + 2:adobe + 4])
(folder / "unmarked_inks.jpg").write_bytes(inks[:adobe] + inks[adobe + size:])
files.append("unmarked_inks.jpg")

jpeg = (folder / "rgb.jpg").read_bytes()
scans = (folder / "progressive.JPEG").read_bytes()
last = scans.rindex(b"\xff\xda")
(folder / "scans.jpg").write_bytes(scans[:-2] + 100 * scans[last:-2] + scans[-2:])
(folder / "truncated.jpg").write_bytes(jpeg[: len(jpeg) * 3 // 4])
(folder / "truncated.png").write_bytes(plain[: len(plain) // 2])
(folder / "text.jpg").write_text("This is no picture.\n")
(folder / "empty.png").write_bytes(b"")
png("huge.png", 8, 2, [b"\0" * 3], claimed=(900_000, 900_000))

index, expected = [], b""
for name in files:
    image = Image.open(folder / name)
    if name == "grey16.png":  # Pillow clips 16-bit greys; the upper byte is meant
        image = Image.fromarray((np.array(image) >> 8).astype(np.uint8))
    image = ImageOps.exif_transpose(image).convert("RGB")
    index.append({"file": name, "width": image.width, "height": image.height,
                  "offset": len(expected)})
    expected += image.tobytes()
(folder / "expected.bin").write_bytes(expected)
(folder / "expected.json").write_text(json.dumps(index, indent=1) + "\n")

# At reduced scale: Pillow's draft alone, and resized to what an encoder takes.
y, x = np.mgrid[0:157, 0:203]
smooth = np.stack([x, 255 - y, 128 + 90 * np.sin(x / 9) * np.cos(y / 7)], -1).astype(np.uint8)
large = Image.fromarray(smooth)
large.save(folder / "large.jpg", quality=80)
large.save(folder / "large_turned.jpg", quality=80, exif=turned)
index, expected = [], b""
for name in ["large.jpg", "large_turned.jpg"]:
    for reduction, side in [(2, None), (4, None), (8, None), (0, 24)]:
        image = Image.open(folder / name)
        # What is left must be at least this large.
        wanted = (side, side) if side else (203 // reduction, 157 // reduction)
        image.draft("RGB", wanted)
        if not side:
            assert image.size == (-(-203 // reduction), -(-157 // reduction)), image.size
        image = ImageOps.exif_transpose(image)
        if side:
            image = image.resize(wanted, Image.BILINEAR)
        index.append({"file": name, "reduction": reduction, "width": image.width,
                      "height": image.height, "offset": len(expected)})
        expected += image.tobytes()
(folder / "reduced.bin").write_bytes(expected)
(folder / "reduced.json").write_text(json.dumps(index, indent=1) + "\n")
