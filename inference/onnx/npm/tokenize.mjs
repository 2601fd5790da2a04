// Encodes texts with Hugging Face's tokenizers in JavaScript, the reference that
// gloss's own are compared with.
//
//	node tokenize.mjs tokenizer.json < texts.jsonl > ids.jsonl
//
// Each line of the input is {"text": "..."}, each line of the output {"text",
// "ids", "decoded", "decoded_skip_special"}: the ids with the strings of special
// tokens matched and none added, and what they are decoded to.
import { readFileSync } from "node:fs";
import { argv, stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { Tokenizer } from "@huggingface/tokenizers";

const tokenizer = new Tokenizer(JSON.parse(readFileSync(argv[2], "utf8")), {});
const decode = (ids, skip) =>
  ids.length ? tokenizer.decode(ids, { skip_special_tokens: skip, clean_up_tokenization_spaces: false }) : "";

for await (const line of createInterface({ input: stdin })) {
  const { text } = JSON.parse(line);
  const { ids } = tokenizer.encode(text, { add_special_tokens: false });
  stdout.write(
    JSON.stringify({ text, ids, decoded: decode(ids, false), decoded_skip_special: decode(ids, true) }) + "\n",
  );
}
