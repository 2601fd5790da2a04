"""A token bucket per client, as a small HTTP service might use it."""

import json
import time
from collections import OrderedDict


class Limiter:
    def __init__(self, rate, burst, clock=time.monotonic):
        self.rate = rate
        self.burst = burst
        self.clock = clock
        self.buckets = OrderedDict()

    def allow(self, client, cost=1):
        """Takes tokens from the client's bucket if it holds enough."""
        tokens = self.refill(client)
        if tokens < cost:
            return False
        self.buckets[client] = (tokens - cost, self.clock())
        return True

    def refill(self, client):
        tokens, updated = self.buckets.get(client, (self.burst, self.clock()))
        elapsed = self.clock() - updated
        return min(self.burst, tokens + elapsed * self.rate)

    def evict_idle(self, max_age):
        now = self.clock()
        idle = [c for c, (_, updated) in self.buckets.items() if now - updated > max_age]
        for client in idle:
            del self.buckets[client]
        return len(idle)

    def save(self, path):
        state = {client: tokens for client, (tokens, _) in self.buckets.items()}
        with open(path, "w", encoding="utf-8") as f:
            json.dump(state, f)


def parse_rate(text):
    amount, _, unit = text.partition("/")
    seconds = {"s": 1, "m": 60, "h": 3600}
    if unit not in seconds:
        raise ValueError(f"unknown unit {unit!r} in rate {text!r}")
    return float(amount) / seconds[unit]


def client_address(headers, peer):
    forwarded = headers.get("X-Forwarded-For", "")
    first = forwarded.split(",")[0].strip()
    return first or peer


def load_config(path):
    with open(path, encoding="utf-8") as f:
        config = json.load(f)
    return Limiter(parse_rate(config["rate"]), int(config["burst"]))
