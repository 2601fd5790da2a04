-- What the user may configure, and the language client that follows from it.
local M = {}

---What vim.g.gloss may hold; every field may be left out.
---@class gloss.Config
---@field autostart? boolean Start the server for the filetypes below. Default: true.
---@field cmd? string[] The command that starts the server. Default: gloss lsp, with a log file.
---@field filetypes? string[] Default: every language that gloss knows.
---@field display? 'eol'|'lines'|'native' Where summaries are drawn: at the end of a function's first line, above it, or as Neovim itself draws code lenses. Default: 'eol'.
---@field settings? gloss.Settings

---The log of a server that is started with the default command.
---@return string
function M.log_file()
  return vim.fs.joinpath(vim.fn.stdpath('state'), 'gloss.log')
end

local filetypes = {
  'bash', 'c', 'cpp', 'cs', 'elixir', 'go', 'haskell', 'java', 'javascript', 'javascriptreact', 'kotlin', 'lua', 'ocaml',
  'php', 'python', 'ruby', 'rust', 'scala', 'sh', 'svelte', 'typescript', 'typescriptreact', 'vue', 'zig',
}

---The configuration in force.
---@return gloss.Config
function M.get()
  local user = vim.g.gloss or {}
  return vim.tbl_extend('force', {
    autostart = true,
    cmd = { 'gloss', 'lsp', '--log-file', M.log_file() },
    filetypes = filetypes,
    display = 'eol',
    settings = vim.empty_dict(),
  }, user)
end

---What is wrong with vim.g.gloss, one line each.
---@return string[]
function M.problems()
  local kinds = { autostart = 'boolean', cmd = 'table', filetypes = 'table', display = 'string', settings = 'table' }
  local problems = {}
  local user = vim.g.gloss or {}
  if type(user) ~= 'table' then
    return { ('vim.g.gloss is a %s; it must be a table'):format(type(user)) }
  end
  for name, value in pairs(user) do
    if not kinds[name] then
      problems[#problems + 1] = ('vim.g.gloss.%s is unknown; settings of the server belong into vim.g.gloss.settings'):format(name)
    elseif type(value) ~= kinds[name] then
      problems[#problems + 1] = ('vim.g.gloss.%s is a %s; it must be a %s'):format(name, type(value), kinds[name])
    elseif name == 'display' and not vim.tbl_contains({ 'eol', 'lines', 'native' }, value) then
      problems[#problems + 1] = ('vim.g.gloss.display is "%s"; it must be "eol", "lines" or "native"'):format(value)
    end
  end
  table.sort(problems)
  return problems
end

---@param native boolean
local function capabilities(native)
  local c = vim.lsp.protocol.make_client_capabilities()
  return vim.tbl_deep_extend('force', c, {
    experimental = { glossRefresh = true, glossStatus = true },
    textDocument = { codeLens = { dynamicRegistration = false } },
    -- Where this plugin draws the lenses, gloss/refresh says all it needs.
    workspace = { codeLens = { refreshSupport = native and vim.fn.has('nvim-0.12') == 1 } },
  })
end

---The language client, as vim.lsp.config and vim.lsp.start take it.
---@return table
function M.client()
  local config = M.get()
  local native = config.display == 'native'
  -- An empty Lua table would be sent as a JSON array.
  local settings = next(config.settings) and config.settings or vim.empty_dict()
  return {
    name = 'gloss',
    cmd = config.cmd,
    filetypes = config.filetypes,
    root_markers = { '.git' },
    capabilities = capabilities(native),
    -- Those that decide what runs on this machine count only here.
    init_options = { gloss = settings },
    settings = { gloss = settings },
    on_init = function(client)
      if not native then
        -- Neovim would draw them a second time.
        client.server_capabilities.codeLensProvider = nil
      elseif vim.fn.has('nvim-0.12') == 1 then
        require('gloss.lenses').indent(client)
      end
    end,
    on_exit = function(code, signal, client_id)
      require('gloss').exited(code, signal, client_id)
    end,
    handlers = {
      ['gloss/refresh'] = function(_, result)
        require('gloss.lenses').refresh(result.uri)
      end,
      ['gloss/status'] = function(_, result, context)
        require('gloss').set_status(context.client_id, result)
      end,
    },
  }
end

return M
