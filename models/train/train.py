"""Trains a small Llama decoder to write a summary after a prompt.

One script for two machines: fp32 on a CPU, bf16 on a CUDA device. It can be
stopped at any time and goes on where its last checkpoint stands when it is
started again with the same --out. A line of JSON says how far it is every
--report seconds and goes to log.jsonl too. In --out stand:

  last.pt      the newest weights and all that is needed to go on
  best.pt      the weights with the least held-out loss
  log.jsonl    loss, held-out loss, samples per second
  run.json     the arguments, the machine, the data's sizes and hashes
"""

import argparse
import contextlib
import json
import math
import os
import time

import numpy as np
import torch

from dataset import Dataset, prefetch
from llama import Config, Llama, load
from muon import Muon


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with the arrays train.* and eval.*")
    p.add_argument("--out", required=True, help="folder for checkpoints, outside of any work tree")
    p.add_argument("--warm-start", help="begin with the weights of this ONNX graph, fp32 or 8-bit, or checkpoint")
    p.add_argument("--width", type=int, default=192)
    p.add_argument("--layers", type=int, default=4)
    p.add_argument("--ffn", type=int, default=0, help="width of the feed-forward layers (default: 8/3 of --width)")
    p.add_argument("--head-width", type=int, default=64)
    p.add_argument("--kv-heads", type=int, default=0, help="default: as many as heads")
    p.add_argument("--dropout", type=float, default=0.0)
    p.add_argument("--lm", type=float, default=0.0, help="weight of the loss on the prompt's own tokens")
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--weight-decay", type=float, default=0.05)
    p.add_argument("--warmup", type=float, default=0.02, help="share of the run in which the learning rate rises")
    p.add_argument("--decay", type=float, default=0.7, help="share of the run in which it falls to zero")
    p.add_argument("--minutes", type=float, default=1, help="length of the whole run, all calls together")
    p.add_argument("--until", type=float, default=0, help="Unix time at which the run ends, instead of --minutes")
    p.add_argument("--call-minutes", type=float, default=0, help="leave off after this time, to be resumed by the next call")
    p.add_argument("--report", type=float, default=120, help="seconds between reports")
    p.add_argument("--eval-pairs", type=int, default=1024, help="held-out pairs of each report; the last one takes all")
    p.add_argument("--threads", type=int, default=0, help="PyTorch's threads (default: its own choice)")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--compile", action="store_true", help="use torch.compile")
    p.add_argument("--evaluate", help="print the held-out loss of this graph or checkpoint, and train nothing")
    return p.parse_args()


class Run:
    def __init__(self, a):
        self.a = a
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.train, self.held_out = Dataset(f"{a.data}/train"), Dataset(f"{a.data}/eval")
        if self.train.header["tokenizerSHA256"] != self.held_out.header["tokenizerSHA256"]:
            raise SystemExit("train.* and eval.* were packed with different tokenizers")
        vocabulary = self.train.header["vocabulary"]
        if a.warm_start:
            model = load(a.warm_start)
            if model.c.vocabulary != vocabulary:
                raise SystemExit(f"{a.warm_start} has {model.c.vocabulary} tokens, the data {vocabulary}")
            model.c.dropout = a.dropout
            self.model = Llama(model.c)
            self.model.load_state_dict(model.state_dict())
        else:
            heads = a.width // a.head_width
            ffn = a.ffn or -(-a.width * 8 // 3 // 64) * 64
            self.model = Llama(Config(
                vocabulary=vocabulary, width=a.width, layers=a.layers, heads=heads, kv_heads=a.kv_heads or heads,
                head_width=a.head_width, ffn=ffn, dropout=a.dropout))
        self.model.to(self.device)
        matrices = [p for n, p in self.model.named_parameters() if p.dim() == 2 and "embed_tokens" not in n]
        others = [p for n, p in self.model.named_parameters() if p.dim() != 2 or "embed_tokens" in n]
        self.optimizers = [
            Muon(matrices, a.lr, weight_decay=a.weight_decay),
            torch.optim.AdamW(others, a.lr, betas=(0.9, 0.95), weight_decay=0.0),
        ]
        self.losses = torch.compile(self.model.losses, dynamic=True) if a.compile else self.model.losses
        self.seconds = 0.0  # trained before this call
        self.epoch = self.position = self.steps = self.seen = 0
        self.best = math.inf

    def resume(self):
        path = f"{self.a.out}/last.pt"
        if not os.path.exists(path):
            return False
        saved = torch.load(path, map_location=self.device)
        self.model.load_state_dict(saved["model"])
        for optimizer, state in zip(self.optimizers, saved["optimizers"]):
            optimizer.load_state_dict(state)
        for name, value in saved["progress"].items():
            setattr(self, name, value)
        return True

    def save(self, held_out, seconds):
        progress = {name: getattr(self, name) for name in ("epoch", "position", "steps", "seen")}
        progress.update(seconds=seconds, best=min(self.best, held_out))
        common = dict(config=self.model.c.asdict(), model=self.model.state_dict(), held_out=held_out)
        write(dict(common, optimizers=[o.state_dict() for o in self.optimizers], progress=progress), f"{self.a.out}/last.pt")
        if held_out < self.best:
            self.best = held_out
            write(common, f"{self.a.out}/best.pt")

    def autocast(self):
        return torch.autocast("cuda", torch.bfloat16) if self.device == "cuda" else contextlib.nullcontext()

    def evaluate(self, pairs=None):
        """Returns the mean loss of a held-out token, the end of the summary included."""
        chosen = np.arange(len(self.held_out))[:pairs]  # the arrays are shuffled
        chosen = chosen[np.argsort(self.held_out.lengths[chosen], kind="stable")]
        total = tokens = 0
        self.model.eval()
        with torch.no_grad(), self.autocast():
            for start in range(0, len(chosen), 128):
                ids, places, targets, _ = (t.to(self.device) for t in self.held_out.batch(chosen[start : start + 128]))
                total += float(self.model.losses(ids, places, targets).sum())
                tokens += len(targets)
        self.model.train()
        return total / tokens

    def batches(self):
        """Yields batches for ever, from where the run stands."""

        def make(chosen):
            batch = self.train.batch(chosen, self.a.lm)
            if self.device == "cuda":
                batch = tuple(t.pin_memory() for t in batch)  # so that copies to the device do not wait
            return chosen, batch

        while True:
            rest = self.train.epoch(self.a.batch, 1000 * self.a.seed + self.epoch)[self.position :]
            for chosen, batch in prefetch(make, rest):
                self.position += 1
                yield chosen, batch
            self.epoch, self.position = self.epoch + 1, 0

    def rate(self, done):
        """Returns the share of the learning rate after this share of the run."""
        rising = (done + 1e-3) / self.a.warmup if self.a.warmup > 0 else 1
        falling = (1 - done) / self.a.decay if self.a.decay > 0 else 1
        return max(0.0, min(1.0, rising, falling))

    def step(self, batch, rate):
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.a.lr * rate
        ids, places, targets, weights = (t.to(self.device, non_blocking=True) for t in batch)
        with self.autocast():
            loss = (self.losses(ids, places, targets) * weights).sum() / weights.sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        return loss.detach()


def write(value, path):
    torch.save(value, path + ".part")
    os.replace(path + ".part", path)


def main():
    a = arguments()
    torch.manual_seed(a.seed)
    if a.threads:
        torch.set_num_threads(a.threads)
    if torch.cuda.is_available():
        torch.set_float32_matmul_precision("high")
    if a.evaluate:
        a.warm_start = a.evaluate
        print(json.dumps({"model": a.evaluate, "heldOut": round(Run(a).evaluate(), 4)}))
        return
    os.makedirs(a.out, exist_ok=True)
    run = Run(a)
    resumed = run.resume()
    started = time.time()
    budget = run.seconds + a.until - started if a.until else a.minutes * 60
    if budget <= run.seconds:
        raise SystemExit("the run's time is over; give it more --minutes or a later --until")
    leave = started + a.call_minutes * 60 if a.call_minutes else math.inf
    parameters = sum(p.numel() for p in run.model.parameters())
    about = dict(
        arguments=vars(a), config=run.model.c.asdict(), parameters=parameters, device=run.device,
        deviceName=torch.cuda.get_device_name() if run.device == "cuda" else f"{os.cpu_count()} CPU cores",
        torch=torch.__version__, data=run.train.header, heldOut=run.held_out.header)
    with open(f"{a.out}/run.json", "w") as f:
        json.dump(about, f, indent=2)
    print(json.dumps(dict(resumed=resumed, **about)), flush=True)
    log = open(f"{a.out}/log.jsonl", "a")
    recent, reported, seen_before = [], started, run.seen

    def report(pairs, final=False):
        nonlocal recent
        now = time.time()
        held_out = run.evaluate(pairs)
        line = dict(
            minutes=round((run.seconds + now - started) / 60, 2), steps=run.steps, epoch=run.epoch, seen=run.seen,
            samplesPerSecond=round((run.seen - seen_before) / max(now - started, 1e-9), 1),
            loss=round(float(torch.stack(recent).mean()), 4) if recent else None, heldOut=round(held_out, 4))
        if final:
            line["final"] = True
        recent = []
        print(json.dumps(line), flush=True)
        log.write(json.dumps(line) + "\n")
        log.flush()
        return held_out

    if not resumed:
        report(a.eval_pairs)
    for chosen, batch in run.batches():
        now = time.time()
        done = (run.seconds + now - started) / budget
        if done >= 1 or now >= leave:
            break
        recent.append(run.step(batch, run.rate(done)))
        run.steps, run.seen = run.steps + 1, run.seen + len(chosen)
        if now - reported > a.report:
            held_out = report(a.eval_pairs)
            run.save(held_out, run.seconds + time.time() - started)
            reported = time.time()
    if done >= 1:
        run.save(report(a.eval_pairs), budget)
        report(None, final=True)
    else:
        run.save(report(a.eval_pairs), run.seconds + time.time() - started)


if __name__ == "__main__":
    main()
