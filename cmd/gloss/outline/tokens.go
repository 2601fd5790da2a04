package outline

// bytesPerToken is what tokenizers of large models make of outlines, or less.
const bytesPerToken = 3

// Tokens estimates how many tokens a text has for a large model. Each has a
// tokenizer of its own; docs/agents.md says how far the estimate was from one.
func Tokens(text string) int { return (len(text) + bytesPerToken - 1) / bytesPerToken }
