"""Trains a small Llama decoder to write a summary after a prompt.

A recipe (recipes/*.json) says the model's shape and how a run goes: phases, each
with its share of the run, the learning rate's course, the kinds of pairs that it
sees, dropout and the weight of the prompt's own loss; and at which shares of the
run the weights are kept.

bf16 on a CUDA device; fp32 without, for runs that only show that it works. A run
may take several calls: each goes on where the last one of the same --state left
off, and may bring more data. In --state stand:

  last.pt      the weights and all that is needed to go on
  keep.N.pt    the weights in half precision, kept as the recipe says
  log.jsonl    a line for each report: loss, held-out loss, tokens a second
  run.json     arguments, recipe, machine, the data's sizes and hashes
"""

import argparse
import contextlib
import json
import math
import os
import time

import torch
import torch.nn.functional as F

from dataset import KINDS, Dataset
from llama import Config, Llama, load
from muon import Muon

WARMUP = 0.01  # share of the run in which the rate rises


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with the arrays train.* and eval.*")
    p.add_argument("--state", help="folder for checkpoints, outside of any work tree")
    p.add_argument("--recipe", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "recipes", "steady.json"))
    p.add_argument("--total", type=float, help="seconds of training of the whole run, all calls together")
    p.add_argument("--call", type=float, default=math.inf, help="seconds after which this call leaves off, loading included")
    p.add_argument("--last", action="store_true", help="end the run with this call, should --total be more than it can give")
    p.add_argument("--report", type=float, default=30, help="seconds between reports")
    p.add_argument("--save", type=float, default=120, help="seconds between checkpoints")
    p.add_argument("--threads", type=int, default=0, help="PyTorch's threads on a CPU (default: its own choice)")
    p.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    p.add_argument("--evaluate", help="print the held-out loss of this graph or checkpoint, and train nothing")
    a = p.parse_args()
    if not a.evaluate and not (a.state and a.total):
        p.error("--state and --total are needed to train")
    return a


class Trainer:
    def __init__(self, a, recipe, started):
        self.a, self.recipe, self.started = a, recipe, started
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.dtype = torch.bfloat16 if self.device == "cuda" else torch.float32
        self.train, self.held_out = (Dataset(f"{a.data}/{name}", self.device) for name in ("train", "eval"))
        if self.train.header["tokenizerSHA256"] != self.held_out.header["tokenizerSHA256"]:
            raise SystemExit("train.* and eval.* were packed with different tokenizers")
        self.model = Llama(Config(
            vocabulary=self.train.header["vocabulary"], width=recipe["width"], layers=recipe["layers"], heads=recipe["heads"],
            kv_heads=recipe["kvHeads"], head_width=recipe["width"] // recipe["heads"], ffn=recipe["ffn"])).to(self.device)
        matrices = [p for n, p in self.model.named_parameters() if p.dim() == 2 and "embed_tokens" not in n]
        others = [p for n, p in self.model.named_parameters() if p.dim() != 2 or "embed_tokens" in n]
        fused = dict(fused=True) if self.device == "cuda" else {}
        self.optimizers = [
            Muon(matrices, recipe["rate"], weight_decay=0.05),
            torch.optim.AdamW(others, recipe["rate"], betas=(0.9, 0.95), weight_decay=0.0, **fused),
        ]
        # Where the run stands: seconds before this call, passes over the data,
        # batches of the pass that are done, kept checkpoints, and what the pass
        # goes over.
        self.progress = dict(seconds=0.0, steps=0, seen=0, tokens=0, passes=0, position=0, kept=0, over=None)

    def resume(self):
        path = f"{self.a.state}/last.pt"
        if not os.path.exists(path):
            return False
        saved = torch.load(path, map_location=self.device)
        self.model.load_state_dict(saved["model"])
        for optimizer, state in zip(self.optimizers, saved["optimizers"]):
            optimizer.load_state_dict(state)
        self.progress = saved["progress"]
        return True

    def compile(self):
        """Compiles one layer for batches of any shape, and with it all of them,
        which share its code."""
        if self.device != "cuda" or self.a.no_compile or not hasattr(torch, "compile"):
            return
        import torch._dynamo

        torch._dynamo.config.suppress_errors = True  # the minutes of a lent machine are too few to fail here
        torch._dynamo.config.cache_size_limit = 32
        for layer in self.model.layers:
            layer.compile(dynamic=True)

    def save(self, seconds):
        self.progress["seconds"] = seconds
        write(dict(
            config=self.model.c.asdict(), model=self.model.state_dict(),
            optimizers=[o.state_dict() for o in self.optimizers], progress=self.progress), f"{self.a.state}/last.pt")

    def keep(self, held_out):
        weights = {name: w.detach().half().cpu() for name, w in self.model.state_dict().items()}
        path = f"{self.a.state}/keep.{self.progress['kept']}.pt"
        write(dict(config=self.model.c.asdict(), model=weights, held_out=held_out), path)
        self.progress["kept"] += 1

    def autocast(self):
        return torch.autocast("cuda", self.dtype) if self.device == "cuda" else contextlib.nullcontext()

    def losses(self, ids, targets, places):
        """Returns the loss at each of the places."""
        hidden = self.model.hidden(ids, self.dtype)[places]
        return F.cross_entropy(self.model.logits(hidden).float(), targets[places], reduction="none")

    def evaluate(self):
        """Returns the mean loss of a held-out token, the end of the summary included."""
        self.model.eval()
        total = tokens = 0
        with torch.no_grad(), self.autocast():
            for chosen in self.held_out.batches(self.recipe["tokens"]):
                ids, targets, summary, _ = self.held_out.batch(chosen)
                losses = self.losses(ids, targets, summary)
                total, tokens = total + losses.sum(), tokens + len(losses)
        self.model.train()
        return float(total) / tokens

    def phase(self, done):
        """Returns the phase at this share of the run, with what it takes over
        from the recipe, and the learning rate's share there."""
        phases = self.recipe["phases"]
        at = done * sum(phase["share"] for phase in phases)
        for phase in phases:
            if at < phase["share"] or phase is phases[-1]:
                break
            at -= phase["share"]
        first, last = phase["rate"]
        rate = first + (last - first) * min(1, at / phase["share"])
        whole = dict(kinds=KINDS, promptLoss=self.recipe["promptLoss"], dropout=self.recipe["dropout"])
        return dict(whole, **phase), rate * min(1, 0.02 + done / WARMUP)

    def batches(self, kinds):
        """Yields batches for ever, pass after pass. Other kinds or more data
        begin a new pass."""
        p = self.progress
        over = [len(self.train), list(kinds)]
        if p["over"] != over:
            p.update(over=over, passes=p["passes"] + (p["position"] > 0), position=0)
        while True:
            for chosen in self.train.batches(self.recipe["tokens"], kinds, seed=p["passes"])[p["position"] :]:
                p["position"] += 1
                yield chosen
            p.update(passes=p["passes"] + 1, position=0)

    def step(self, chosen, rate, prompt_loss):
        """Learns from a batch and returns the summaries' loss."""
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.recipe["rate"] * rate
        ids, targets, summary, prompt = self.train.batch(chosen)
        with self.autocast():
            if prompt_loss > 0:
                places = summary | prompt
                losses, said = self.losses(ids, targets, places), summary[places]
                # Each a mean of its own: prompts have ten times as many tokens.
                loss = (losses * said).sum() / said.sum()
                total = loss + prompt_loss * (losses * ~said).sum() / (~said).sum()
            else:
                total = loss = self.losses(ids, targets, summary).mean()
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        p = self.progress
        p["steps"] += 1
        p["seen"] += len(chosen)
        p["tokens"] += ids.numel()
        if self.device == "cuda" and p["steps"] % 8 == 0:
            torch.cuda.synchronize()  # so that the clock is the device's
        return loss.detach()

    def run(self):
        self.model.train()
        begun, before = time.time(), self.progress["seconds"]
        total = min(self.a.total, before + self.a.call - (begun - self.started)) if self.a.last else self.a.total
        reported = saved = begun
        tokens, recent, phase = self.progress["tokens"], [], None
        keep = self.recipe["keep"]
        with open(f"{self.a.state}/log.jsonl", "a") as log:

            def report(seconds, **more):
                nonlocal reported, tokens, recent
                now = time.time()
                line = {name: self.progress[name] for name in ("steps", "seen", "tokens", "passes")}
                line.update(
                    seconds=round(seconds, 1), tokensPerSecond=round((self.progress["tokens"] - tokens) / max(now - reported, 1e-9)),
                    loss=round(float(torch.stack(recent).mean()), 4) if recent else None, heldOut=round(self.evaluate(), 4), **more)
                print(json.dumps(line), flush=True)
                log.write(json.dumps(line) + "\n")
                log.flush()
                if recent and not math.isfinite(line["loss"]):
                    raise SystemExit("the loss is no number any more; a lower rate in the recipe may help")
                reported, tokens, recent = time.time(), self.progress["tokens"], []
                return line["heldOut"]

            while True:
                now = time.time()
                seconds = before + now - begun
                done = seconds / total
                while self.progress["kept"] < len(keep) and done >= keep[self.progress["kept"]]:
                    self.keep(report(seconds, kept=keep[self.progress["kept"]]))
                    self.save(before + time.time() - begun)
                    saved = time.time()
                if done >= 1 or now - self.started >= self.a.call:
                    break
                if now - reported > self.a.report:
                    report(seconds)
                if now - saved > self.a.save:
                    self.save(before + time.time() - begun)
                    saved = time.time()
                settings, rate = self.phase(done)
                if phase is None or settings["kinds"] != phase["kinds"]:
                    batches = self.batches(settings["kinds"])
                phase = settings
                self.model.drop(phase["dropout"])
                recent.append(self.step(next(batches), rate, phase["promptLoss"]))
            if done < 1:
                report(seconds)
                self.save(before + time.time() - begun)


def write(value, path):
    torch.save(value, path + ".part")
    os.replace(path + ".part", path)


def main():
    started = time.time()
    a = arguments()
    torch.manual_seed(0)
    if a.threads:
        torch.set_num_threads(a.threads)
    if torch.cuda.is_available():
        torch.set_float32_matmul_precision("high")
    with open(a.recipe) as f:
        recipe = json.load(f)
    trainer = Trainer(a, recipe, started)
    if a.evaluate:
        trainer.model = load(a.evaluate).to(trainer.device)
        print(json.dumps({"model": a.evaluate, "heldOut": round(trainer.evaluate(), 4)}))
        return
    os.makedirs(a.state, exist_ok=True)
    resumed = trainer.resume()
    if trainer.progress["seconds"] >= a.total:
        raise SystemExit("the run's time is over; give it a longer --total or another --state")
    about = dict(
        arguments=vars(a), recipe=recipe, parameters=sum(p.numel() for p in trainer.model.parameters()), device=trainer.device,
        deviceName=torch.cuda.get_device_name() if trainer.device == "cuda" else f"{os.cpu_count()} CPU cores",
        torch=torch.__version__, data=trainer.train.header, heldOut=trainer.held_out.header)
    with open(f"{a.state}/run.json", "w") as f:
        json.dump(about, f, indent=2)
    print(json.dumps(dict(resumed=resumed, **about)), flush=True)
    trainer.compile()
    trainer.run()


if __name__ == "__main__":
    main()
