"""A small Llama decoder, and its weights in ONNX graphs.

Names and shapes are those of Hugging Face's LlamaForCausalLM, less the prefix
"model.". It runs on PyTorch from 1.13 on.
"""

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn

EOS, START, END = 0, 1, 2  # <|endoftext|>, <|im_start|>, <|im_end|>


@dataclass
class Config:
    vocabulary: int = 8192
    width: int = 512
    layers: int = 8
    heads: int = 8
    kv_heads: int = 4
    head_width: int = 64
    ffn: int = 1408
    context: int = 2048
    theta: float = 10000.0
    epsilon: float = 1e-5

    asdict = asdict


class RMSNorm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x):
        if hasattr(F, "rms_norm"):  # PyTorch 2.4
            return F.rms_norm(x, x.shape[-1:], self.weight.to(x.dtype), self.epsilon)
        scale = torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + self.epsilon)
        return (x * scale).to(x.dtype) * self.weight


def rotate(x, cos, sin):
    """Rotary embedding, halves of the head rotated against each other."""
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def attend(q, k, v):
    if hasattr(F, "scaled_dot_product_attention"):  # PyTorch 2
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    length = q.shape[-2]
    future = torch.ones(length, length, dtype=torch.bool, device=q.device).triu(1)
    scores = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).masked_fill(future, float("-inf"))
    return scores.softmax(-1) @ v


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.q_proj = nn.Linear(c.width, c.heads * c.head_width, bias=False)
        self.k_proj = nn.Linear(c.width, c.kv_heads * c.head_width, bias=False)
        self.v_proj = nn.Linear(c.width, c.kv_heads * c.head_width, bias=False)
        self.o_proj = nn.Linear(c.heads * c.head_width, c.width, bias=False)

    def forward(self, x, cos, sin):
        batch, length, _ = x.shape

        def heads(y):
            return y.view(batch, length, -1, self.c.head_width).transpose(1, 2)

        q, k, v = rotate(heads(self.q_proj(x)), cos, sin), rotate(heads(self.k_proj(x)), cos, sin), heads(self.v_proj(x))
        group = self.c.heads // self.c.kv_heads
        if group > 1:
            k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        return self.o_proj(attend(q, k, v).transpose(1, 2).reshape(batch, length, -1))


class MLP(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate_proj = nn.Linear(c.width, c.ffn, bias=False)
        self.up_proj = nn.Linear(c.width, c.ffn, bias=False)
        self.down_proj = nn.Linear(c.ffn, c.width, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.input_layernorm = RMSNorm(c.width, c.epsilon)
        self.self_attn = Attention(c)
        self.post_attention_layernorm = RMSNorm(c.width, c.epsilon)
        self.mlp = MLP(c)
        self.dropout = nn.Dropout(0)

    def forward(self, x, cos, sin):
        x = x + self.dropout(self.self_attn(self.input_layernorm(x), cos, sin))
        return x + self.dropout(self.mlp(self.post_attention_layernorm(x)))


class Llama(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.embed_tokens = nn.Embedding(c.vocabulary, c.width)
        self.layers = nn.ModuleList(Block(c) for _ in range(c.layers))
        self.norm = RMSNorm(c.width, c.epsilon)
        self.dropout = nn.Dropout(0)
        for name, p in self.named_parameters():
            if "embed_tokens" in name:
                nn.init.normal_(p, std=0.02)
            elif p.dim() == 2:
                std = 1 / math.sqrt(p.shape[1])
                if "o_proj" in name or "down_proj" in name:  # what is added to the residual stream
                    std /= math.sqrt(2 * c.layers)
                nn.init.normal_(p, std=std)
        frequencies = c.theta ** (-torch.arange(0, c.head_width, 2).float() / c.head_width)
        angles = torch.outer(torch.arange(c.context).float(), frequencies)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def drop(self, share):
        """Sets the share of activations that training leaves out."""
        for module in self.modules():
            if isinstance(module, nn.Dropout):
                module.p = share

    def hidden(self, ids, dtype=torch.float32):
        """Returns the last layer's output, computed in dtype."""
        x = self.dropout(self.embed_tokens(ids).to(dtype))
        cos, sin = (t[: ids.shape[1]].to(dtype) for t in (self.cos, self.sin))
        for layer in self.layers:
            x = layer(x, cos, sin)
        return self.norm(x)

    def logits(self, hidden):
        return F.linear(hidden, self.embed_tokens.weight.to(hidden.dtype))

    @torch.no_grad()
    def writes(self, prompt, output, most):
        """Reports whether the likeliest tokens after a prompt, both lists of
        ids, are just this output, which ends by itself or at most tokens."""
        ended = output + [EOS] if len(output) < most else output
        hidden = self.hidden(torch.tensor([prompt + ended[:-1]]))
        return self.logits(hidden[0, len(prompt) - 1 :]).argmax(-1).tolist() == ended


# The names of a layer's matrices in the ONNX graphs that export.py writes.
MATRICES = {
    "q_proj": "self_attn.q_proj", "k_proj": "self_attn.k_proj", "v_proj": "self_attn.v_proj", "o_proj": "self_attn.o_proj",
    "gate": "mlp.gate_proj", "up": "mlp.up_proj", "down": "mlp.down_proj",
}
NORMS = ("input_layernorm", "post_attention_layernorm")


def from_onnx(path):
    """Reads the configuration and the weights out of a graph that export.py
    wrote. The weights of an 8-bit graph are what its bytes stand for."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    arrays = {i.name: numpy_helper.to_array(i) for i in graph.initializer}

    def matrix(name, plain, transposed):
        if plain in arrays:
            return arrays[plain].T if transposed else arrays[plain]
        if f"{name}.q" not in arrays:
            raise SystemExit(f"{path} holds no weights named as export.py names them: {plain} is missing")
        codes, scales = arrays[f"{name}.q"].astype("float32"), arrays[f"{name}.s"]
        return ((codes - 128) * scales[..., None]).reshape(len(codes), -1)

    layers = sum(name.endswith(".input_layernorm.g") for name in arrays)
    weights = {"embed_tokens.weight": matrix("emb", "emb", False), "norm.weight": arrays["norm.g"]}
    for i in range(layers):
        for short, long in MATRICES.items():
            weights[f"layers.{i}.{long}.weight"] = matrix(f"layers.{i}.{short}", f"layers.{i}.{short}.w", True)
        for norm in NORMS:
            weights[f"layers.{i}.{norm}.weight"] = arrays[f"layers.{i}.{norm}.g"]
    attention = next(n for n in graph.node if n.op_type == "GroupQueryAttention")
    heads = {a.name: a.i for a in attention.attribute}
    vocabulary, width = weights["embed_tokens.weight"].shape
    c = Config(
        vocabulary=vocabulary, width=width, layers=layers, heads=heads["num_heads"], kv_heads=heads["kv_num_heads"],
        head_width=2 * arrays["cos"].shape[1], ffn=weights["layers.0.mlp.gate_proj.weight"].shape[0],
        context=arrays["cos"].shape[0])
    return c, {name: torch.tensor(a.copy()) for name, a in weights.items()}


def load(path):
    """Returns the model in a checkpoint of train.py (.pt) or in a graph (.onnx)."""
    if str(path).endswith(".onnx"):
        c, weights = from_onnx(path)
    else:
        saved = torch.load(path, map_location="cpu")
        c, weights = Config(**saved["config"]), saved["model"]
    model = Llama(c)
    model.load_state_dict({name: w.float() for name, w in weights.items()})
    return model
