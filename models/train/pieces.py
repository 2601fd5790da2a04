"""Moves a checkpoint over a connection that takes small files only.

  pieces.py half  CHECKPOINT OUT       weights alone, in half precision
  pieces.py split FILE FOLDER [BYTES]  pieces of at most BYTES (default: 15 MiB)
  pieces.py join  FOLDER FILE          puts them together and checks the sum
"""

import hashlib
import os
import re
import sys

PIECE = 15 << 20


def half(checkpoint, out):
    import torch

    saved = torch.load(checkpoint, map_location="cpu")
    weights = {name: w.half() for name, w in saved["model"].items()}
    torch.save(dict(config=saved["config"], model=weights, held_out=saved["held_out"]), out)


def split(file, folder, size=PIECE):
    os.makedirs(folder, exist_ok=True)
    sum = hashlib.sha256()
    with open(file, "rb") as f:
        for number, piece in enumerate(iter(lambda: f.read(int(size)), b"")):
            sum.update(piece)
            with open(f"{folder}/piece.{number:03}", "wb") as p:
                p.write(piece)
    with open(f"{folder}/sha256", "w") as f:
        f.write(sum.hexdigest() + "\n")


def join(folder, file):
    sum = hashlib.sha256()
    names = sorted(name for name in os.listdir(folder) if re.fullmatch(r"piece\.\d{3}", name))
    with open(file + ".part", "wb") as f:
        for name in names:
            with open(f"{folder}/{name}", "rb") as p:
                piece = p.read()
            sum.update(piece)
            f.write(piece)
    with open(f"{folder}/sha256") as f:
        if f.read().strip() != sum.hexdigest():
            raise SystemExit(f"{len(names)} pieces in {folder} do not make the file that was split; one is missing or broken")
    os.replace(file + ".part", file)


if __name__ == "__main__":
    commands = {"half": half, "split": split, "join": join}
    if len(sys.argv) < 4 or sys.argv[1] not in commands:
        raise SystemExit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
