package outline

// bytesPerToken is less than what a tokenizer of large models makes of outlines,
// 3.5 to 4.3 (docs/agents.md).
const bytesPerToken = 3

// Tokens estimates how many tokens a text has for a large model, more rather than
// fewer: each has a tokenizer of its own.
func Tokens(text string) int { return (len(text) + bytesPerToken - 1) / bytesPerToken }
