---@meta
-- The settings of the language server, for completion and checks while they are
-- written. Written by "gloss settings --format nvim" from lsp/settings.go.

---@class gloss.Settings
---@field enable? boolean Show summaries at all. Default: `true`.
---@field codeLens? boolean A code lens on every function. Default: `true`.
---@field hover? boolean The summary in the hover text of a function's name. Default: `true`.
---@field inlayHints? 'auto'|'on'|'off' Inlay hints at the end of a function's first line. "auto" gives them to clients that neither announce nor request code lenses. Default: `"auto"`.
---@field symbols? boolean Answer document symbols, with the summary as their detail. Off because most editors list the symbols of every server, so a language's own would appear twice. Must be in initializationOptions, as servers announce symbols at the start. Default: `false`.
---@field codeActions? boolean Code actions: insert the summary as a doc comment, regenerate it, copy it. Default: `true`.
---@field refresh? 'onType'|'onSave'|'manual' When functions without a known summary are summarized: while typing, only when a file is opened or saved, or only on a command. Default: `"onType"`.
---@field debounce? string|integer The pause in typing after which changed functions are summarized. Default: `"1s"`.
---@field hoverWait? string|integer How long a hover waits for a summary that is being written. Default: `"1.5s"`.
---@field minLines? integer Functions of fewer lines get no summary. Default: `3`.
---@field kinds? ('function'|'method'|'constructor'|'type'|'test')[] The definitions that get a summary. "test" is a test with a title and no name, such as it('adds', () => {}). Default: `["function","method","constructor"]`.
---@field languages? string[] The LSP language ids to serve; empty means all that gloss knows. Default: `[]`.
---@field exclude? string[] Globs of paths that get no summaries. ** matches any number of folders; a glob without a slash matches the file's name. At most 512, of 512 bytes each. Default: `[]`.
---@field preferDocComment? boolean Where a function has a doc comment, show its first sentence and run no inference. Default: `true`.
---@field minConfidence? number Summaries that are less likely than this to be good, as estimated for this model, are not shown: the sentence of the function's name is, or nothing. 0 shows all. docs/quality.md has the curve. Default: `0.3`.
---@field model? string The model: "default", which ships with gloss, an installed one (gloss model list), or the absolute path of a directory in Hugging Face layout (~/ is the home folder); empty is the one in use (gloss model use). Default: `""`.
---@field inference? gloss.Settings.inference
---@field cache? gloss.Settings.cache
---@field log? gloss.Settings.log

---@class gloss.Settings.inference
---@field library? string The absolute path of ONNX Runtime's shared library; empty searches for it. Default: `""`.
---@field threads? integer The threads of one step of the model; 0 chooses: one for a small model, for others one for each core, at most 4. Default: `0`.
---@field timeout? string|integer The longest time that one summary may take. Default: `"5s"`.
---@field maxInputTokens? integer The tokens of code in a prompt, at most what the model's description allows; 0 is all of that. Default: `0`.
---@field maxOutputTokens? integer The tokens of a summary, at most what the model's description allows; 0 is all of that. Default: `0`.
---@field sampling? gloss.Settings.inference.sampling

---@class gloss.Settings.inference.sampling
---@field temperature? number 0 always takes the likeliest token. Default: `0`.
---@field topP? number Sample from the likeliest tokens that together have this probability; 0 or 1 is off. Default: `0`.
---@field topK? integer Sample from this many of the likeliest tokens; 0 is off. Default: `0`.
---@field repetitionPenalty? number Above 1, tokens that were already written become less likely; 0 or 1 is off. Default: `0`.
---@field noRepeatNgramSize? integer Never write the same sequence of this many tokens twice; 0 is off. Default: `0`.
---@field numBeams? integer Search for the likeliest text with this many beams, at about that many times the time of each token; 0 or 1 is off. Goes with no temperature. Default: `0`.
---@field lengthPenalty? number For a beam search: 0 prefers short texts, 1 compares by the mean of a text's tokens, more prefers long texts. Default: `1`.

---@class gloss.Settings.cache
---@field dir? string The folder of the summary cache, an absolute path; empty is the user's cache folder. Default: `""`.
---@field maxSize? integer The largest size of the cache on disk, in MiB. Default: `256`.

---@class gloss.Settings.log
---@field level? 'debug'|'info'|'warn'|'error' The least severe messages that are logged. Default: `"info"`.
---@field file? string Append the log to this file, an absolute path; empty is stderr. Default: `""`.
