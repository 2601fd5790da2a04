-- Draws the summaries as virtual text.
--
-- What is drawn moves with the text, because Neovim moves extmarks, and is only
-- touched where an answer of the server differs from it. So nothing flickers,
-- and nothing jumps while one types.
local call = require('gloss.client').call

local M = {}

local namespace = vim.api.nvim_create_namespace('gloss')

-- The pause in typing after which the server is asked, in milliseconds.
local pause = 150

---@class gloss.Buffer
---@field client integer The id of the client.
---@field timer uv.uv_timer_t
---@field drawn table<integer, string> What each extmark shows, by its id.
---@field asking boolean A request is under way.
---@field again boolean It will have to be repeated.

---@type table<integer, gloss.Buffer>
local buffers = {}
local shown = true

---@return vim.lsp.Client?
local function client_of(bufnr)
  local buffer = buffers[bufnr]
  local client = buffer and vim.lsp.get_client_by_id(buffer.client)
  return client and not call(client, 'is_stopped') and client or nil
end

---@param title string
---@return string
local function highlight(title)
  return vim.endswith(title, ' (outdated)') and 'GlossOutdated' or 'GlossSummary'
end

---The columns before the text of a line.
local function indent(bufnr, row)
  return vim.api.nvim_buf_call(bufnr, function()
    return vim.fn.indent(row + 1)
  end)
end

---Options of the extmark that shows title on a line.
local function mark(bufnr, row, title)
  local line = vim.api.nvim_buf_get_lines(bufnr, row, row + 1, false)[1] or ''
  local options = { end_row = row, end_col = #line, invalidate = true, undo_restore = false, hl_mode = 'combine' }
  -- Neovim does not show a virtual line above the first line of a buffer.
  if require('gloss.config').get().display == 'lines' and row > 0 then
    options.virt_lines = { { { (' '):rep(indent(bufnr, row)), 'Normal' }, { title, highlight(title) } } }
    options.virt_lines_above = true
  else
    options.virt_text = { { ' ' .. title, highlight(title) } }
    options.virt_text_pos = 'eol'
  end
  return options
end

---Makes what is drawn equal to what the server said.
---@param lenses { range: { start: { line: integer } }, command: { title: string } }[]
local function draw(bufnr, lenses)
  local buffer = buffers[bufnr]
  local before = {} ---@type table<integer, integer[]> extmarks by line
  for _, m in ipairs(vim.api.nvim_buf_get_extmarks(bufnr, namespace, 0, -1, { details = true })) do
    local id, row, details = m[1], m[2], m[4]
    if details.invalid then -- its line was deleted
      vim.api.nvim_buf_del_extmark(bufnr, namespace, id)
      buffer.drawn[id] = nil
    else
      before[row] = before[row] or {}
      table.insert(before[row], id)
    end
  end
  local last = vim.api.nvim_buf_line_count(bufnr) - 1
  for _, lens in ipairs(shown and lenses or {}) do
    local row, title = lens.range.start.line, lens.command.title
    if row <= last then
      local id = before[row] and table.remove(before[row], 1)
      local options = mark(bufnr, row, title)
      local looks = vim.inspect({ options.virt_text, options.virt_lines })
      if not id or buffer.drawn[id] ~= looks then
        options.id = id
        id = vim.api.nvim_buf_set_extmark(bufnr, namespace, row, 0, options)
        buffer.drawn[id] = looks
      end
    end
  end
  for _, ids in pairs(before) do
    for _, id in ipairs(ids) do
      vim.api.nvim_buf_del_extmark(bufnr, namespace, id)
      buffer.drawn[id] = nil
    end
  end
end

---Asks the server for the lenses of a buffer and draws them.
local function ask(bufnr)
  local buffer, client = buffers[bufnr], client_of(bufnr)
  if not client then
    return
  end
  if buffer.asking then
    buffer.again = true
    return
  end
  local tick = vim.api.nvim_buf_get_changedtick(bufnr)
  buffer.asking, buffer.again = true, false
  local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr) }
  local sent = call(client, 'request', 'textDocument/codeLens', params, function(err, result)
    if buffers[bufnr] ~= buffer or not vim.api.nvim_buf_is_valid(bufnr) then
      return
    end
    buffer.asking = false
    if vim.api.nvim_buf_get_changedtick(bufnr) ~= tick then
      M.schedule(bufnr) -- the answer is about a text that is gone
    elseif not err then
      draw(bufnr, result or {})
    end
    if buffer.again then
      M.schedule(bufnr)
    end
  end, bufnr)
  if not sent then
    buffer.asking = false
  end
end

---Asks the server for the lenses of a buffer when the user pauses.
function M.schedule(bufnr)
  local buffer = buffers[bufnr]
  if buffer then
    buffer.timer:start(pause, 0, vim.schedule_wrap(function()
      if buffers[bufnr] == buffer then
        ask(bufnr)
      end
    end))
  end
end

---Neovim 0.12 drops workspace/codeLens/refresh where a request of its own is
---about to be sent (neovim#38801). Some versions take a timer that has fired for
---one that runs, and so drop every refresh after the first edit (neovim#40154).
---What is looked at here is no public interface, and may be gone.
local function unblock(bufnr)
  local _, capability = pcall(require, 'vim.lsp._capability')
  local provider = vim.tbl_get(type(capability) == 'table' and capability or {}, 'all', 'codelens', 'active', bufnr)
  local timer = type(provider) == 'table' and provider.timer
  if timer and timer:is_closing() then
    provider.timer = nil
  end
end

---Neovim 0.12 indents a lens by as many columns as there are characters before
---its range, which tabs make too few of. What is missing goes before the title.
---@param client vim.lsp.Client
function M.indent(client)
  local request = client.request
  client.request = function(self, method, params, handler, bufnr)
    local pass = handler
    if method == 'textDocument/codeLens' and pass then
      handler = function(err, lenses, context, ...)
        for _, lens in ipairs(vim.api.nvim_buf_is_valid(context.bufnr) and lenses or {}) do
          local start = lens.range.start
          lens.command.title = (' '):rep(indent(context.bufnr, start.line) - start.character) .. lens.command.title
        end
        return pass(err, lenses, context, ...)
      end
    end
    return request(self, method, params, handler, bufnr)
  end
end

---Asks for the lenses that Neovim before 0.12 draws. Its own refresh asks for
---nothing while an answer is awaited, which may be about what was known before.
local function ask_native(bufnr)
  local client = client_of(bufnr)
  if client then
    local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr) }
    call(client, 'request', 'textDocument/codeLens', params, vim.lsp.codelens.on_codelens, bufnr)
  end
end

---The server has other text than it gave before. For clients that can refresh
---lenses it asks for that too, after this.
---@param uri string
function M.refresh(uri)
  local bufnr = vim.uri_to_bufnr(uri)
  if require('gloss.config').get().display ~= 'native' then
    if buffers[bufnr] then
      ask(bufnr)
    end
  elseif vim.fn.has('nvim-0.12') == 1 then
    unblock(bufnr)
  elseif shown then
    ask_native(bufnr)
  end
end

---@param on boolean
local function native(bufnr, on)
  if vim.fn.has('nvim-0.12') == 1 then
    vim.lsp.codelens.enable(on, { bufnr = bufnr })
  elseif on then
    ask_native(bufnr)
  else
    vim.lsp.codelens.clear(nil, bufnr)
  end
end

---Shows or hides the summaries of every buffer.
---@param on boolean
function M.show(on)
  shown = on
  for bufnr in pairs(buffers) do
    if require('gloss.config').get().display == 'native' then
      native(bufnr, on)
    elseif on then
      ask(bufnr)
    else
      draw(bufnr, {})
    end
  end
end

---@return boolean
function M.shown()
  return shown
end

---Starts to draw the summaries of a buffer.
function M.attach(client_id, bufnr)
  if buffers[bufnr] then
    M.detach(bufnr)
  end
  local buffer = { client = client_id, timer = assert(vim.uv.new_timer()), drawn = {}, asking = false, again = false }
  buffers[bufnr] = buffer
  if require('gloss.config').get().display == 'native' then
    if shown then
      native(bufnr, true)
    end
    return
  end
  vim.api.nvim_buf_attach(bufnr, false, {
    on_lines = function()
      if buffers[bufnr] ~= buffer then
        return true -- detaches
      end
      M.schedule(bufnr)
    end,
    on_reload = function()
      M.schedule(bufnr)
    end,
    on_detach = function()
      if buffers[bufnr] == buffer then
        M.detach(bufnr)
      end
    end,
  })
  ask(bufnr)
end

---Stops to draw the summaries of a buffer, and takes them away.
function M.detach(bufnr)
  local buffer = buffers[bufnr]
  if not buffer then
    return
  end
  buffers[bufnr] = nil
  buffer.timer:stop()
  buffer.timer:close()
  if vim.api.nvim_buf_is_valid(bufnr) then
    vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  end
end

return M
