"""Moves files to and from a machine that takes and gives small ones only.

  pieces.py expand FILE.xz ... FOLDER  decompresses them, side by side
  pieces.py best   STATE N OUT         the N kept checkpoints of a run with the least
                                       held-out loss, in pieces, with its log and run.json
  pieces.py split  FILE FOLDER [BYTES] pieces of at most BYTES (default: 15 MiB)
  pieces.py join   FOLDER FILE         puts them together and checks the sum
"""

import glob
import hashlib
import lzma
import multiprocessing
import os
import re
import shutil
import sys

PIECE = 15 << 20


def expand_one(file, folder):
    out = os.path.join(folder, os.path.basename(file)[: -len(".xz")])
    with lzma.open(file) as i, open(out + ".part", "wb") as o:
        shutil.copyfileobj(i, o, 1 << 20)
    os.replace(out + ".part", out)


def expand(*args):
    *files, folder = args
    os.makedirs(folder, exist_ok=True)
    with multiprocessing.Pool() as pool:
        pool.starmap(expand_one, [(file, folder) for file in files])


def best(state, count, out):
    import torch

    kept = glob.glob(f"{glob.escape(state)}/keep.*.pt")
    if not kept:
        print("no checkpoint has been kept yet")
    kept.sort(key=lambda path: torch.load(path, map_location="cpu")["held_out"])
    for path in kept[: int(count)]:
        split(path, os.path.join(out, os.path.basename(path)[: -len(".pt")]))
    for name in ("log.jsonl", "run.json"):
        shutil.copy(os.path.join(state, name), out)


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
    commands = {"expand": expand, "best": best, "split": split, "join": join}
    if len(sys.argv) < 4 or sys.argv[1] not in commands:
        raise SystemExit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
