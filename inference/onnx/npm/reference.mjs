// Generates greedily with Transformers.js, the reference that gloss's own
// decoding is compared with.
//
//	node reference.mjs MODEL_DIRECTORY DTYPE THREADS < prompts.jsonl > outputs.jsonl
//
// DTYPE picks the file as Transformers.js names them: fp32 is onnx/model.onnx,
// q8 is onnx/model_quantized.onnx. Each line of the input is
// {"ids": [...], "maxNewTokens": n, "prefixLen": p, "noRepeatNgramSize": g}, each
// line of the output {"ids": [...], "ms": t}: the new ids without the token that
// ended them, and the milliseconds that it took. The first p ids are read by
// themselves, and their keys and values are kept for the next line with the same
// ones. No run of g tokens comes twice, where g is above 0. A line with "model" and
// "dtype" is for that folder beside the directory, and so are those after it: to
// start Node.js for each of many small models takes longer than to run them.
import { basename, dirname, resolve } from "node:path";
import process, { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";

// Before ONNX Runtime is loaded: its releases from 1.29 on have telemetry.
process.env.ORT_DISABLE_TELEMETRY = "1";
const { AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, DynamicCache, Tensor, env } = await import(
  "@huggingface/transformers"
);

const [directory, dtype, threads] = process.argv.slice(2);
const path = resolve(directory);
env.allowRemoteModels = false;
env.useFSCache = false;
env.localModelPath = dirname(path);

async function load(name, dtype) {
  const { is_encoder_decoder: two } = await AutoConfig.from_pretrained(name);
  const kind = two ? AutoModelForSeq2SeqLM : AutoModelForCausalLM;
  const model = await kind.from_pretrained(name, {
    dtype,
    device: "cpu",
    session_options: { intraOpNumThreads: Number(threads), interOpNumThreads: 1 },
  });
  return { name, model, two, eos: [model.generation_config?.eos_token_id ?? []].flat() };
}
let loaded = await load(basename(path), dtype);

const inputs = (ids) => ({
  input_ids: new Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]),
  attention_mask: new Tensor("int64", new BigInt64Array(ids.length).fill(1n), [1, ids.length]),
});

let kept = { key: "", cache: {} };
async function prefixCache(ids) {
  if (kept.key !== ids.join()) {
    const { past_key_values } = await loaded.model.generate({
      ...inputs(ids),
      max_new_tokens: 1,
      do_sample: false,
      return_dict_in_generate: true,
    });
    kept = { key: ids.join(), cache: past_key_values };
  }
  return new DynamicCache({ ...kept.cache }); // generate writes to it
}

for await (const line of createInterface({ input: stdin })) {
  const { ids, maxNewTokens, prefixLen = 0, noRepeatNgramSize = 0, ...other } = JSON.parse(line);
  if (other.model && other.model !== loaded.name) {
    await loaded.model.dispose();
    loaded = await load(other.model, other.dtype);
    kept = { key: "", cache: {} };
  }
  const began = performance.now();
  const output = await loaded.model.generate({
    ...inputs(ids),
    max_new_tokens: maxNewTokens,
    do_sample: false,
    no_repeat_ngram_size: noRepeatNgramSize,
    ...(prefixLen > 0 && { past_key_values: await prefixCache(ids.slice(0, prefixLen)) }),
  });
  const ms = performance.now() - began;
  // An encoder-decoder writes after a token of its own, others after the prompt.
  const fresh = Array.from(output.data, Number).slice(loaded.two ? 1 : ids.length);
  if (loaded.eos.includes(fresh.at(-1))) fresh.pop();
  stdout.write(JSON.stringify({ ids: fresh, ms }) + "\n");
}
