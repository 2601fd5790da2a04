// Renders conversations with a model's own chat template, the reference that
// gloss's prompts are compared with.
//
//	node template.mjs tokenizer_config.json < conversations.jsonl > texts.jsonl
//
// Each line of the input is {"messages": [{"role", "content"}, ...], "options":
// {...}}, each line of the output {"text": "..."}. Options are what a program may
// tell the template. A last message of the assistant is
// begun, not ended, as Hugging Face's continue_final_message has it; otherwise
// the assistant's turn is opened (add_generation_prompt).
import { readFileSync } from "node:fs";
import { argv, stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { Template } from "@huggingface/jinja";

const { chat_template, bos_token, eos_token } = JSON.parse(readFileSync(argv[2], "utf8"));
const template = new Template(chat_template);

for await (const line of createInterface({ input: stdin })) {
  const { messages, options } = JSON.parse(line);
  const last = messages.at(-1);
  const begun = last.role === "assistant";
  let text = template.render({ messages, bos_token, eos_token, add_generation_prompt: !begun, ...options });
  if (begun) text = text.slice(0, text.lastIndexOf(last.content) + last.content.length);
  stdout.write(JSON.stringify({ text }) + "\n");
}
