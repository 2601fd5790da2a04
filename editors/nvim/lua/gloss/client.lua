-- What differs between versions of Neovim in the clients of language servers.
local M = {}

---Calls a method of a client, which was no method before Neovim 0.11.
---@param client vim.lsp.Client
---@param method string
function M.call(client, method, ...)
  if vim.fn.has('nvim-0.11') == 1 then
    return client[method](client, ...)
  end
  return client[method](...)
end

return M
