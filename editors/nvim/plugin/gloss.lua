-- Read at every start of Neovim, so nothing else is until it is needed.
if vim.g.loaded_gloss then
  return
end
vim.g.loaded_gloss = true

if vim.fn.has('nvim-0.10') == 0 then
  vim.notify_once('gloss needs Neovim 0.10 or newer', vim.log.levels.WARN)
  return
end

vim.api.nvim_set_hl(0, 'GlossSummary', { link = 'LspCodeLens', default = true })
vim.api.nvim_set_hl(0, 'GlossOutdated', { link = 'GlossSummary', default = true })

vim.api.nvim_create_user_command('Gloss', function(args)
  require('gloss.command').run(args.args)
end, {
  nargs = 1,
  complete = function(start)
    return require('gloss.command').complete(start)
  end,
  desc = 'Summaries of functions: toggle, refresh, regenerate, insert, copy, log, restart',
})

local group = vim.api.nvim_create_augroup('gloss', {})

vim.api.nvim_create_autocmd('LspAttach', {
  group = group,
  callback = function(args)
    local client = vim.lsp.get_client_by_id(args.data.client_id)
    if client and client.name == 'gloss' then
      require('gloss.lenses').attach(client.id, args.buf)
    end
  end,
})

vim.api.nvim_create_autocmd('LspDetach', {
  group = group,
  callback = function(args)
    local client = vim.lsp.get_client_by_id(args.data.client_id)
    if client and client.name == 'gloss' then
      require('gloss.lenses').detach(args.buf)
    end
  end,
})

local user = vim.g.gloss or {}
if user.autostart == false then
  return
end

local program = user.cmd and user.cmd[1] or 'gloss'
if vim.fn.executable(program) == 0 then
  vim.schedule(function()
    vim.notify_once(('gloss: "%s" is not executable; see :checkhealth gloss'):format(program), vim.log.levels.WARN)
  end)
elseif vim.lsp.enable then
  vim.lsp.enable('gloss')
else -- Neovim 0.10
  local filetypes = require('gloss.config').get().filetypes
  local function start(bufnr)
    if vim.bo[bufnr].buftype == '' and vim.api.nvim_buf_get_name(bufnr) ~= '' then
      require('gloss').start(bufnr)
    end
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = filetypes,
    callback = function(args)
      start(args.buf)
    end,
  })
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do -- where the plugin is loaded late
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.tbl_contains(filetypes, vim.bo[bufnr].filetype) then
      start(bufnr)
    end
  end
end
