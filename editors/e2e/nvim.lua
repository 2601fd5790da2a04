-- Runs inside of Neovim, started by nvim.test.mjs with the plugin and a file.
local want = vim.json.decode(table.concat(vim.fn.readfile(vim.env.GLOSS_E2E_WANT)))
local gloss = require('gloss')
local buffer = vim.api.nvim_get_current_buf()
local patience = want.patience

local function fail(...)
  io.stdout:write('FAIL ' .. table.concat(vim.tbl_map(vim.inspect, { ... }), ' ') .. '\n' .. vim.fn.execute('messages') .. '\n')
  vim.cmd('cquit')
end

local function say(text)
  io.stdout:write('ok   ' .. text .. '\n')
end

-- What is drawn, by line: the text and the extmark.
local function drawn()
  local found = {}
  for name, ns in pairs(vim.api.nvim_get_namespaces()) do
    if name == 'gloss' or name:find('codelens') then
      for _, m in ipairs(vim.api.nvim_buf_get_extmarks(buffer, ns, 0, -1, { details = true })) do
        local text, indent = '', nil
        for _, chunk in ipairs(m[4].virt_text or {}) do
          text = text .. chunk[1]
        end
        for _, line in ipairs(m[4].virt_lines or {}) do
          for _, chunk in ipairs(line) do
            text = text .. chunk[1]
          end
          indent = #text:match('^ *')
        end
        found[m[2]] = { text = vim.trim(text), id = m[1], indent = indent }
      end
    end
  end
  return found
end

local function until_(what, check)
  local ok = vim.wait(patience, function()
    vim.cmd('redraw!') -- Neovim 0.12 draws its own lenses only then
    return check()
  end, 20)
  if not ok then
    fail('waited in vain for ' .. what, drawn())
  end
  say(what)
end

-- Are these, and no others, drawn?
local function shows(list)
  local found = drawn()
  for _, f in ipairs(list) do
    if not found[f.row] or found[f.row].text ~= f.text then
      return false
    end
  end
  return vim.tbl_count(found) == #list
end

local function row_of(list, name)
  for _, f in ipairs(list) do
    if f.name == name then
      return f.row, f.text
    end
  end
  fail('no function ' .. name)
end

local function to(row)
  vim.api.nvim_win_set_cursor(0, { row + 1, 10 })
end

vim.o.lines = 100
until_('the server to attach', function()
  return #vim.lsp.get_clients({ name = 'gloss', bufnr = buffer }) == 1
end)
until_('a summary for every function, on its line', function()
  return shows(want.before)
end)

local above = want.display == 'lines' or want.display == 'native' and vim.fn.has('nvim-0.12') == 1
local function indented()
  for row, lens in pairs(drawn()) do
    if lens.indent and lens.indent ~= vim.fn.indent(row + 1) then
      return false
    end
  end
  return true
end
if above then
  until_('lenses indented as their lines are', indented)
end
if want.display == 'native' and not above then
  -- Neovim leaves a refresh out while one is under way.
  local sent = 0
  local counting = vim.api.nvim_create_autocmd('LspRequest', {
    callback = function(event)
      local request = event.data.request
      if request.method == 'textDocument/codeLens' and request.type == 'pending' then
        sent = sent + 1
      end
    end,
  })
  vim.lsp.codelens.refresh({ bufnr = buffer })
  require('gloss.lenses').refresh(vim.uri_from_bufnr(buffer))
  if sent ~= 2 then
    fail('the server was asked so often, and not twice', sent)
  end
  vim.api.nvim_del_autocmd(counting)
  say('a refresh while one is under way')
end
if want.display then
  -- What is drawn follows an edit, though its summary comes after the lenses
  -- have been asked for again.
  local line = vim.fn.search('\\V' .. want.edit.line, 'nw') - 1
  vim.api.nvim_buf_set_text(buffer, line, #want.edit.line - #want.edit.chop, line, #want.edit.line, { '' })
  if above then -- others ask for lenses when they are told to
    local edited = row_of(want.before, want.edit.name)
    until_('a summary that is outdated', function()
      return vim.endswith((drawn()[edited] or { text = '' }).text, ' (outdated)')
    end)
  end
  until_('the new summary after an edit', function()
    return shows(want.after)
  end)
  if above then
    vim.bo.expandtab, vim.bo.tabstop = false, 4
    vim.cmd('silent retab!')
    vim.bo.tabstop = 8
    until_('lenses indented by tabs as their lines are', function()
      return shows(want.after) and indented()
    end)
  end
  vim.cmd('quitall!')
end

-- Hover.
local row, text = row_of(want.before, 'save')
to(row)
vim.lsp.buf.hover()
until_('hover', function()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
      local found = table.concat(lines, '\n'):find(text, 1, true)
      vim.api.nvim_win_close(window, true)
      return found
    end
  end
end)

-- An edit changes the text of one function's lens, and no other lens is touched.
local before = drawn()
local edited = row_of(want.before, want.edit.name)
local line = vim.fn.search('\\V' .. want.edit.line, 'nw') - 1
vim.api.nvim_buf_set_text(buffer, line, #want.edit.line - #want.edit.chop, line, #want.edit.line, { '' })
until_('the new summary after an edit', function()
  for r, was in pairs(before) do
    local now = drawn()[r]
    if not now or now.id ~= was.id or (r ~= edited and now.text ~= was.text) then
      fail('a lens was touched', r, was, now)
    end
  end
  return shows(want.after)
end)
vim.cmd('silent write')
until_('the server to fall idle', function()
  return gloss.status().state == 'idle'
end)
assert(shows(want.after))

-- A line above moves them all.
vim.api.nvim_buf_set_lines(buffer, 0, 0, false, { '# a line' })
until_('lenses that moved with the text', function()
  return shows(vim.tbl_map(function(f)
    return { row = f.row + 1, text = f.text }
  end, want.after))
end)
vim.api.nvim_buf_set_lines(buffer, 0, 1, false, {})
until_('lenses that moved back', function()
  return shows(want.after)
end)

-- The commands.
vim.cmd('Gloss toggle')
until_(':Gloss toggle, off', function()
  return shows({})
end)
vim.cmd('Gloss toggle')
until_(':Gloss toggle, on', function()
  return shows(want.after)
end)
row, text = row_of(want.after, 'save')
to(row)
vim.cmd('Gloss copy')
until_(':Gloss copy', function()
  return vim.fn.getreg(vim.v.register) == text
end)
vim.cmd('Gloss refresh')
vim.cmd('Gloss regenerate')
until_(':Gloss regenerate', function() -- which finds another text, the same, or none that is good enough
  local messages = vim.fn.execute('messages')
  text = messages:find('no new summary', 1, true) and text or drawn()[row].text
  return messages:find('\n' .. text, 1, true) or messages:find('no new summary', 1, true)
end)
for _, f in ipairs(want.after) do
  f.text = f.row == row and text or f.text
end
vim.cmd('Gloss insert')
until_(':Gloss insert', function()
  return vim.api.nvim_buf_get_lines(buffer, row + 1, row + 2, false)[1] == ('        """%s"""'):format(text)
end)
vim.api.nvim_buf_set_lines(buffer, row + 1, row + 2, false, {})
until_('the summary of a function whose comment is gone', function()
  return shows(want.after)
end)

vim.cmd('Gloss log')
until_(':Gloss log', function()
  local log = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  return vim.fs.basename(vim.api.nvim_buf_get_name(0)) == 'gloss.log' and log:find('initialize', 1, true)
end)
vim.cmd('tabclose')

-- Another server than this one does the work.
local function succeeded(client)
  local now = vim.lsp.get_clients({ name = 'gloss', bufnr = buffer })[1]
  return now and now.id ~= client and shows(want.after)
end

local function client_id()
  return vim.lsp.get_clients({ name = 'gloss', bufnr = buffer })[1].id
end

local client = client_id()
vim.cmd('Gloss restart')
until_(':Gloss restart', function()
  return succeeded(client)
end)

-- A server that crashes is started again, but not for ever.
local function crash()
  for _, pid in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do
    vim.uv.kill(pid, 'sigkill')
  end
end
for i = 1, 3 do
  client = client_id()
  crash()
  until_('another server after crash ' .. i, function()
    return succeeded(client)
  end)
end
crash()
until_('the end of starting again', function()
  return vim.fn.execute('messages'):find('ended several times', 1, true) and #vim.lsp.get_clients({ name = 'gloss' }) == 0
end)
vim.cmd('Gloss restart')
until_(':Gloss restart after that', function()
  return succeeded(0)
end)
client = client_id()
crash()
until_('another server, as the user has asked for a start', function()
  return succeeded(client)
end)
local crashes = require('gloss.crashes')
crashes.reset()
for now = 0, 1000, 100 do
  assert(crashes.crashed(now), 'crashes that are long past do not count')
end

vim.cmd('checkhealth gloss')
local health = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
if not health:find('ONNX Runtime', 1, true) or health:find('ERROR', 1, true) or health:find('WARNING', 1, true) then
  fail(health)
end
say(':checkhealth')
vim.cmd('quitall!')
