"""Exports a checkpoint as a model directory in Hugging Face layout.

  export.py --run RUN/keep.3.pt --out DIR --like FORM --prompts eval.jsonl --golden models/default/golden.jsonl

writes config.json, generation_config.json, tokenizer.json, tokenizer_config.json,
gloss.json, onnx/model.onnx (fp32), onnx/model_quantized.onnx (8-bit) and
golden.jsonl, and compares what both graphs write, run by gloss itself, with
what PyTorch finds likeliest. It fails if the fp32 graph differs anywhere. The
result of the comparison goes to check.json beside the checkpoint, for card.py.
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from llama import END, EOS, MATRICES, NORMS, START, load

BLOCK = 32  # weights that share one scale
BYTE_ZERO = 128  # the byte that stands for 0


class Graph:
    """Builds a decoder with ONNX Runtime's own operators, in fp32 or 8-bit."""

    def __init__(self, config, weights, quantized):
        self.c, self.weights, self.quantized = config, weights, quantized
        self.initializers, self.nodes = [], []

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, op, inputs, outputs, domain="", **attributes):
        outputs = outputs if isinstance(outputs, list) else [outputs]
        self.nodes.append(helper.make_node(op, inputs, outputs, domain=domain, **attributes))
        return outputs[0]

    def quantize(self, name, matrix):
        """Stores a matrix [N, K] as bytes, symmetric, with a scale for each block of a row."""
        rows, columns = matrix.shape
        blocks = matrix.reshape(rows, columns // BLOCK, BLOCK)
        scales = np.abs(blocks).max(-1, keepdims=True) / 127
        scales[scales == 0] = 1
        self.constant(f"{name}.q", np.clip(np.rint(blocks / scales) + BYTE_ZERO, 0, 255).astype(np.uint8))
        self.constant(f"{name}.s", scales[..., 0].astype(np.float32))

    def multiply(self, x, name, matrix):
        """Returns x times the transposed matrix [N, K]."""
        if not self.quantized:
            return self.node("MatMul", [x, self.constant(f"{name}.w", matrix.T)], f"{name}.o")
        self.quantize(name, matrix)
        return self.multiply_bytes(x, name, *matrix.shape)

    def multiply_bytes(self, x, name, rows, columns):
        return self.node(
            "MatMulNBits", [x, f"{name}.q", f"{name}.s"], f"{name}.o", "com.microsoft",
            K=columns, N=rows, bits=8, block_size=BLOCK, accuracy_level=4)

    def embed(self):
        """Looks the ids up. The 8-bit table is shared with the output layer."""
        table = self.weights["embed_tokens.weight"]
        if not self.quantized:
            return self.node("Gather", [self.constant("emb", table), "input_ids"], "x0")
        self.quantize("emb", table)
        codes = self.node("Cast", [self.node("Gather", ["emb.q", "input_ids"], "e0")], "e1", to=TensorProto.FLOAT)
        centred = self.node("Sub", [codes, self.constant("c128", np.array(BYTE_ZERO, np.float32))], "e2")
        scales = self.node("Gather", ["emb.s", "input_ids"], "es0")
        scales = self.node("Unsqueeze", [scales, self.constant("ax3", np.array([3], np.int64))], "es")
        blocks = self.node("Mul", [centred, scales], "e3")
        shape = self.constant("shp", np.array([0, 0, self.c.width], np.int64))
        return self.node("Reshape", [blocks, shape], "x0")

    def unembed(self, x):
        rows, columns = self.weights["embed_tokens.weight"].shape
        if self.quantized:
            return self.multiply_bytes(x, "emb", rows, columns)
        return self.node("MatMul", [x, self.node("Transpose", ["emb"], "embT", perm=[1, 0])], "emb.o")

    def norm(self, x, residual, name, weight):
        """Returns the norm of x plus the residual, and that sum."""
        gain = self.constant(f"{name}.g", weight)
        if residual is None:
            out = self.node("SimplifiedLayerNormalization", [x, gain], f"{name}.n", axis=-1, epsilon=self.c.epsilon, stash_type=1)
            return out, x
        outputs = [f"{name}.n", "", "", f"{name}.sum"]
        out = self.node("SkipSimplifiedLayerNormalization", [x, residual, gain], outputs, "com.microsoft", epsilon=self.c.epsilon)
        return out, f"{name}.sum"

    def lengths(self):
        """Computes what GroupQueryAttention wants to know of the lengths."""
        one = self.constant("one", np.array([1], np.int64))
        total = self.node("ReduceSum", ["attention_mask", one], "rs", keepdims=0)
        self.node("Cast", [self.node("Sub", [total, one], "rs1")], "seqlens_k", to=TensorProto.INT32)
        shape = self.node("Shape", ["attention_mask"], "ams")
        total = self.node("Gather", [shape, self.constant("i1", np.array(1, np.int64))], "tot", axis=0)
        self.node("Cast", [total], "total_len", to=TensorProto.INT32)

    def rotations(self):
        frequencies = self.c.theta ** (-np.arange(0, self.c.head_width, 2) / self.c.head_width)
        angles = np.outer(np.arange(self.c.context), frequencies)
        self.constant("cos", np.cos(angles).astype(np.float32))
        self.constant("sin", np.sin(angles).astype(np.float32))

    def matrix(self, layer, x, short):
        prefix = f"layers.{layer}."
        return self.multiply(x, prefix + short, self.weights[f"{prefix}{MATRICES[short]}.weight"])

    def layer(self, i, x, residual):
        p = f"layers.{i}."
        n, residual = self.norm(x, residual, p + NORMS[0], self.weights[f"{p}{NORMS[0]}.weight"])
        q, k, v = (self.matrix(i, n, f"{name}_proj") for name in "qkv")
        turn = dict(domain="com.microsoft", interleaved=0)
        q = self.node("RotaryEmbedding", [q, "position_ids", "cos", "sin"], p + "qr", **turn)
        k = self.node("RotaryEmbedding", [k, "position_ids", "cos", "sin"], p + "kr", **turn)
        past, present = ([f"{kind}.{i}.{part}" for part in ("key", "value")] for kind in ("past_key_values", "present"))
        a = self.node(
            "GroupQueryAttention", [q, k, v, *past, "seqlens_k", "total_len"], [p + "a", *present], "com.microsoft",
            num_heads=self.c.heads, kv_num_heads=self.c.kv_heads, do_rotary=0)
        n, residual = self.norm(self.matrix(i, a, "o_proj"), residual, p + NORMS[1], self.weights[f"{p}{NORMS[1]}.weight"])
        gate, up = self.matrix(i, n, "gate"), self.matrix(i, n, "up")
        silu = self.node("Mul", [gate, self.node("Sigmoid", [gate], p + "sg")], p + "si")
        return self.matrix(i, self.node("Mul", [silu, up], p + "gu"), "down"), residual

    def build(self):
        def tensor(name, kind, *shape):
            return helper.make_tensor_value_info(name, kind, list(shape))

        x, residual = self.embed(), None
        self.lengths()
        self.rotations()
        for i in range(self.c.layers):
            x, residual = self.layer(i, x, residual)
        x, _ = self.norm(x, residual, "norm", self.weights["norm.weight"])
        self.node("Identity", [self.unembed(x)], "logits")

        inputs = [
            tensor("input_ids", TensorProto.INT64, "batch_size", "sequence_length"),
            tensor("attention_mask", TensorProto.INT64, "batch_size", "total_sequence_length"),
            tensor("position_ids", TensorProto.INT64, "batch_size", "sequence_length"),
        ]
        outputs = [tensor("logits", TensorProto.FLOAT, "batch_size", "sequence_length", self.c.vocabulary)]
        for i in range(self.c.layers):
            for part in ("key", "value"):
                shape = "batch_size", self.c.kv_heads
                inputs.append(tensor(f"past_key_values.{i}.{part}", TensorProto.FLOAT, *shape, "past_sequence_length", self.c.head_width))
                outputs.append(tensor(f"present.{i}.{part}", TensorProto.FLOAT, *shape, "total_sequence_length", self.c.head_width))
        graph = helper.make_graph(self.nodes, "llama", inputs, outputs, self.initializers)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def config_json(c, description):
    return dict(
        architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=c.width, intermediate_size=c.ffn,
        num_hidden_layers=c.layers, num_attention_heads=c.heads, num_key_value_heads=c.kv_heads, head_dim=c.head_width,
        vocab_size=c.vocabulary, max_position_embeddings=c.context, rms_norm_eps=c.epsilon, rope_theta=c.theta,
        rope_scaling=None, rope_interleaved=False, hidden_act="silu", attention_bias=False, mlp_bias=False,
        tie_word_embeddings=True, bos_token_id=START, eos_token_id=EOS, pad_token_id=EOS, torch_dtype="float32",
        use_cache=True, max_code_tokens=description["maxInputTokens"])


def tokenizer_config_json(c):
    specials = {EOS: "<|endoftext|>", START: "<|im_start|>", END: "<|im_end|>"}
    flags = dict(lstrip=False, normalized=False, rstrip=False, single_word=False, special=True)
    return dict(
        tokenizer_class="PreTrainedTokenizerFast", add_prefix_space=False, bos_token=specials[START],
        eos_token=specials[EOS], pad_token=specials[EOS], unk_token=specials[EOS], model_max_length=c.context,
        clean_up_tokenization_spaces=False,
        prompt_format="<|im_start|>{lang}\\n{file}\\n{container}\\n{name}\\n{code}<|im_end|>{summary}<|endoftext|>",
        added_tokens_decoder={str(i): dict(content=s, **flags) for i, s in sorted(specials.items())})


def write_json(path, value):
    with open(path, "w") as f:
        json.dump(value, f, indent=2)
        f.write("\n")


def read_lines(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def generate(gloss, model, graph, prompts, most):
    """Lets gloss continue the prompts by one of a model directory's graphs."""
    with tempfile.TemporaryDirectory() as view:
        for name in ("config.json", "generation_config.json", "tokenizer.json", "onnx"):
            os.symlink(os.path.abspath(f"{model}/{name}"), f"{view}/{name}")
        with open(f"{model}/gloss.json") as f:
            description = json.load(f)
        write_json(f"{view}/gloss.json", dict(description, graph=graph))
        lines = "".join(json.dumps({"ids": ids}) + "\n" for ids in prompts)
        command = [gloss, "model", "generate", "--model", view, "--max-new-tokens", str(most)]
        out = subprocess.run(command, input=lines, capture_output=True, text=True)
        if out.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed: {out.stderr.strip()}")
    return [json.loads(line) for line in out.stdout.splitlines()]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", required=True, help="checkpoint of train.py, or a graph")
    p.add_argument("--out", required=True, help="the model directory to write")
    p.add_argument("--like", default="models/default", help="folder whose tokenizer.json and gloss.json are taken over")
    p.add_argument("--gloss", default="bin/gloss")
    p.add_argument("--pack", default="models/train/bin/pack", help="the command of models/train/pack")
    p.add_argument("--prompts", required=True, help="JSON lines of the corpus to compare the graphs on")
    p.add_argument("--count", type=int, default=200, help="so many of them")
    p.add_argument("--golden", required=True, help="functions for golden.jsonl")
    p.add_argument("--check", help="file for the result of the comparison (default: check.json beside --run)")
    a = p.parse_args()

    model = load(a.run).eval()
    weights = {name: w.numpy() for name, w in model.state_dict().items()}
    os.makedirs(f"{a.out}/onnx", exist_ok=True)
    for name in ("tokenizer.json", "gloss.json"):
        if os.path.abspath(a.like) != os.path.abspath(a.out):
            shutil.copyfile(f"{a.like}/{name}", f"{a.out}/{name}")
    with open(f"{a.out}/gloss.json") as f:
        description = json.load(f)
    most = description["maxOutputTokens"]
    write_json(f"{a.out}/config.json", config_json(model.c, description))
    write_json(f"{a.out}/generation_config.json", dict(
        bos_token_id=START, eos_token_id=EOS, pad_token_id=EOS, do_sample=False, max_new_tokens=most))
    write_json(f"{a.out}/tokenizer_config.json", tokenizer_config_json(model.c))
    graphs = {"fp32": "onnx/model.onnx", "8-bit": "onnx/model_quantized.onnx"}
    for kind, name in graphs.items():
        onnx.save(Graph(model.c, weights, kind == "8-bit").build(), f"{a.out}/{name}")

    def prompts(data):
        command = [a.pack, "-model", a.out, "-prompts", data]
        out = subprocess.run(command, capture_output=True, text=True)
        if out.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed: {out.stderr.strip()}")
        return [json.loads(line) for line in out.stdout.splitlines()]

    some = [prompt["prompt_ids"] for prompt in prompts(a.prompts)]
    some = some[:: max(1, len(some) // a.count)][: a.count]
    check = dict(prompts=len(some))
    for kind, name in graphs.items():
        got = generate(a.gloss, a.out, name, some, most)
        check[kind] = sum(model.writes(ids, g["ids"], most) for ids, g in zip(some, got))
        check[kind + "Bytes"] = os.path.getsize(f"{a.out}/{name}")
        print(f"{kind}: {check[kind]} of {len(some)} outputs are PyTorch's")
    write_json(a.check or os.path.join(os.path.dirname(a.run), "check.json"), check)

    rows, asked = read_lines(a.golden), prompts(a.golden)
    ids = [prompt["prompt_ids"] for prompt in asked]
    outputs = {kind: generate(a.gloss, a.out, name, ids, most) for kind, name in graphs.items()}
    with open(f"{a.out}/golden.jsonl", "w") as f:
        for row, prompt, full, small in zip(rows, asked, outputs["fp32"], outputs["8-bit"]):
            golden = {name: row[name] for name in ("language", "path", "container", "name", "code")}
            golden.update(prompt, output_ids=full["ids"], output=full["text"].strip(), output_8bit=small["text"].strip())
            f.write(json.dumps(golden) + "\n")
    if check["fp32"] != len(some):
        raise SystemExit("the fp32 graph does not write what PyTorch writes")


if __name__ == "__main__":
    main()
