"""The arrays that models/train/pack writes, in batches that the device builds."""

import json

import numpy as np
import torch

KINDS = ("strict", "loose", "named", "hidden")  # by their numbers in the arrays
STEP = 32  # batches are as wide as a multiple of it


class Dataset:
    def __init__(self, path, device):
        with open(f"{path}.json") as f:
            self.header = json.load(f)
        ids, x, y, self.kinds = (np.load(f"{path}.{part}.npy") for part in ("ids", "x", "y", "kind"))
        self.x = x.astype(np.int64)
        self.lengths = self.x + y
        self.starts = np.cumsum(self.lengths) - self.lengths
        # All ids lie on the device, and a step sends it three numbers a pair:
        # what a host makes of pairs in Python is too slow for an accelerator.
        self.ids = torch.from_numpy(ids.astype(np.int32)).to(device)
        self.device = device

    def __len__(self):
        return len(self.x)

    def batch(self, chosen):
        """Returns ids, the tokens that are to follow each of them, and two
        masks: of the places where that is a token of the summary, its end
        included, and where it is one of the prompt."""
        width = int(wide(self.lengths[chosen].max()))
        numbers = torch.from_numpy(np.stack([self.starts[chosen], self.x[chosen], self.lengths[chosen]]))
        if self.device == "cuda":
            numbers = numbers.pin_memory().to(self.device, non_blocking=True)
        starts, x, lengths = numbers[..., None]
        place = torch.arange(width + 1, device=self.device)[None]
        ids = self.ids[(starts + place).clamp_(max=len(self.ids) - 1)].long()
        ids = torch.where(place < lengths, ids, torch.zeros_like(ids))  # 0 is the end, and fills up
        place = place[:, :-1]
        # The prompt's last token foretells the summary's first.
        return ids[:, :-1], ids[:, 1:], (place >= x - 1) & (place < lengths), place < x - 1

    def batches(self, tokens, kinds=KINDS, seed=None):
        """Returns the batches of one pass over the pairs of these kinds, each of
        about so many tokens in pairs of like length: in random order, the same
        for the same seed, or without a seed in the arrays' order."""
        order = np.flatnonzero(np.isin(self.kinds, [KINDS.index(kind) for kind in kinds]))
        random = np.random.default_rng(seed)
        if seed is not None:
            random.shuffle(order)
        widths = wide(self.lengths[order])
        batches = []
        for width in np.unique(widths):
            part = order[widths == width]
            size = max(1, tokens // int(width))
            batches += [part[i : i + size] for i in range(0, len(part), size)]
        if seed is not None:
            random.shuffle(batches)
        return batches


def wide(lengths):
    return -(-lengths // STEP) * STEP
