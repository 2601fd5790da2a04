"""Mixes checkpoints of one run: soup.py OUT CHECKPOINT SHARE [CHECKPOINT SHARE ...]

Each weight becomes the mean of the checkpoints' weights, by their shares.
"""

import sys

import torch

if len(sys.argv) < 4 or len(sys.argv) % 2:
    raise SystemExit(__doc__)
shares = [float(share) for share in sys.argv[3::2]]
parts = [torch.load(path, map_location="cpu") for path in sys.argv[2::2]]
if len({str(part["config"]) for part in parts}) > 1:
    raise SystemExit("these are checkpoints of models of different shapes")
mixed = {
    name: sum(share / sum(shares) * part["model"][name].float() for share, part in zip(shares, parts)).half()
    for name in parts[0]["model"]
}
torch.save(dict(config=parts[0]["config"], model=mixed, held_out=None), sys.argv[1])
