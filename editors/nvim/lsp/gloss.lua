-- What vim.lsp.enable('gloss') starts, in Neovim 0.11 and newer.
return require('gloss.config').client()
