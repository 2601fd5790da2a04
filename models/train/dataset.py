"""The arrays that models/train/pack writes, in batches."""

import json
import queue
import threading

import numpy as np
import torch

from llama import EOS


class Dataset:
    def __init__(self, path):
        with open(f"{path}.json") as f:
            self.header = json.load(f)
        self.x, self.x_lengths, self.y, self.y_lengths = (np.load(f"{path}.{part}.npy") for part in ("x", "xl", "y", "yl"))
        self.x_starts = np.concatenate([[0], np.cumsum(self.x_lengths, dtype=np.int64)])
        self.y_starts = np.concatenate([[0], np.cumsum(self.y_lengths, dtype=np.int64)])
        self.lengths = self.x_lengths.astype(np.int64) + self.y_lengths

    def __len__(self):
        return len(self.x_lengths)

    def batch(self, chosen, lm_weight=0.0, multiple=8):
        """Returns ids, padded to a multiple of tokens, and places, targets and
        weights of the loss. Places count through the flattened ids, so that no
        step has to look for them on the device."""
        width = -(-(int(self.lengths[chosen].max())) // multiple) * multiple
        ids = np.full((len(chosen), width), EOS, np.int64)
        places, targets, weights = [], [], []
        for row, i in enumerate(chosen):
            x = self.x[self.x_starts[i] : self.x_starts[i + 1]].astype(np.int64)
            y = self.y[self.y_starts[i] : self.y_starts[i + 1]].astype(np.int64)
            whole = np.concatenate([x, y, [EOS]])
            ids[row, : len(whole) - 1] = whole[:-1]
            first = 0 if lm_weight > 0 else len(x) - 1  # the prompt's last token predicts the reference's first
            places.append(row * width + np.arange(first, len(whole) - 1))
            targets.append(whole[first + 1 :])
            weight = np.ones(len(whole) - 1 - first, np.float32)
            if lm_weight > 0:
                weight[: len(x) - 1] = lm_weight
            weights.append(weight)
        return tuple(torch.from_numpy(a) for a in (ids, np.concatenate(places), np.concatenate(targets), np.concatenate(weights)))

    def epoch(self, size, seed):
        """Returns the batches of one pass in random order, each of pairs of
        like length, the same ones for the same seed."""
        random = np.random.default_rng(seed)
        order = random.permutation(len(self))
        batches = []
        pool = size * 64
        for start in range(0, len(order), pool):
            part = order[start : start + pool]
            part = part[np.argsort(self.lengths[part], kind="stable")]
            batches += [part[i : i + size] for i in range(0, len(part), size)]
        random.shuffle(batches)
        return batches


def prefetch(make, items, ahead=8):
    """Yields make(item) for each item, made by another thread in advance."""
    ready = queue.Queue(ahead)
    stop = threading.Event()

    def work():
        for item in items:
            made = make(item)
            while not stop.is_set():
                try:
                    ready.put(made, timeout=1)
                    break
                except queue.Full:
                    continue
            if stop.is_set():
                return
        ready.put(None)

    threading.Thread(target=work, daemon=True).start()
    try:
        while (made := ready.get()) is not None:
            yield made
    finally:
        stop.set()
