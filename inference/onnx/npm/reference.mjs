// Generates greedily with Transformers.js, the reference that gloss's own
// decoding is compared with.
//
//	node reference.mjs MODEL_DIRECTORY DTYPE THREADS < prompts.jsonl > outputs.jsonl
//
// DTYPE picks the file as Transformers.js names them: fp32 is onnx/model.onnx,
// q8 is onnx/model_quantized.onnx. Each line of the input is
// {"ids": [...], "maxNewTokens": n}, each line of the output
// {"ids": [...], "ms": t}: the new ids without the token that ended them, and
// the milliseconds that it took.
import { basename, dirname, resolve } from "node:path";
import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { AutoModelForCausalLM, Tensor, env } from "@huggingface/transformers";

const [directory, dtype, threads] = process.argv.slice(2);
const path = resolve(directory);
env.allowRemoteModels = false;
env.useFSCache = false;
env.localModelPath = dirname(path);

const model = await AutoModelForCausalLM.from_pretrained(basename(path), {
  dtype,
  device: "cpu",
  session_options: { intraOpNumThreads: Number(threads), interOpNumThreads: 1 },
});
const eos = [model.generation_config?.eos_token_id ?? []].flat();

for await (const line of createInterface({ input: stdin })) {
  const { ids, maxNewTokens } = JSON.parse(line);
  const shape = [1, ids.length];
  const began = performance.now();
  const output = await model.generate({
    input_ids: new Tensor("int64", BigInt64Array.from(ids, BigInt), shape),
    attention_mask: new Tensor("int64", new BigInt64Array(ids.length).fill(1n), shape),
    max_new_tokens: maxNewTokens,
    do_sample: false,
  });
  const ms = performance.now() - began;
  const fresh = Array.from(output.data, Number).slice(ids.length);
  if (eos.includes(fresh.at(-1))) fresh.pop();
  stdout.write(JSON.stringify({ ids: fresh, ms }) + "\n");
}
