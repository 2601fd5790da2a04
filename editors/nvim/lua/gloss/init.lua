-- What can be done with gloss, besides what Neovim does with every language
-- server. There is no setup(): vim.g.gloss is read when it is needed.
local call = require('gloss.client').call
local lenses = require('gloss.lenses')

local M = {}

---@class gloss.Status
---@field state 'loading'|'busy'|'idle'|'failed'
---@field message? string What is wrong, and what helps.
---@field pending integer The functions that wait for a summary.

---@type table<integer, gloss.Status>
local statuses = {}

---@param client_id integer
---@param status gloss.Status
function M.set_status(client_id, status)
  statuses[client_id] = status
  vim.api.nvim_exec_autocmds('User', { pattern = 'GlossStatus', modeline = false, data = status })
end

---The clients of a buffer, or of all.
---@param bufnr? integer
---@return vim.lsp.Client[]
local function clients(bufnr)
  return vim.lsp.get_clients({ name = 'gloss', bufnr = bufnr })
end

---What the server of a buffer does at the moment; nil where there is none.
---@param bufnr? integer Default: the current buffer.
---@return gloss.Status?
function M.status(bufnr)
  local client = clients(bufnr or 0)[1]
  return client and (statuses[client.id] or { state = 'idle', pending = 0 })
end

---The status as a few characters for a status line; '' where all is quiet.
---@return string
function M.statusline()
  local status = M.status()
  if not status or status.state == 'idle' then
    return ''
  elseif status.state == 'busy' then
    return ('gloss %d'):format(status.pending)
  end
  return 'gloss ' .. status.state
end

local function complain(message)
  vim.notify('gloss: ' .. message, vim.log.levels.WARN)
end

---Has the server run a command for the function at the cursor.
---@param command string
---@param done fun(result: any)
local function execute(command, done)
  local client = clients(0)[1]
  if not client then
    return complain('no server is attached to this buffer; :checkhealth gloss says why')
  end
  local params = { command = command, arguments = { vim.lsp.util.make_position_params(0, client.offset_encoding) } }
  call(client, 'request', 'workspace/executeCommand', params, function(err, result)
    if err then
      return complain(err.message)
    end
    done(result)
  end, vim.api.nvim_get_current_buf())
end

---Shows the summaries, or hides them, in every buffer.
function M.toggle()
  lenses.show(not lenses.shown())
end

---Has every function of the buffer summarized that has no summary.
function M.refresh()
  execute('gloss.refreshFile', function() end)
end

---Has the summary of the function at the cursor written anew.
function M.regenerate()
  execute('gloss.regenerate', function(text)
    vim.notify(text)
  end)
end

---Inserts the summary of the function at the cursor as its doc comment.
function M.insert()
  execute('gloss.insertDoc', function() end)
end

---Puts the summary of the function at the cursor into the register that 'clipboard'
---makes the default.
function M.copy()
  local register = vim.v.register
  execute('gloss.copySummary', function(text)
    vim.fn.setreg(register, text)
    vim.notify('gloss: copied: ' .. text)
  end)
end

---Opens the server's log.
function M.log()
  local file = require('gloss.config').log_file()
  local cmd = require('gloss.config').get().cmd
  if not vim.tbl_contains(cmd, file) then
    -- A command of the user's own: what it writes to stderr goes here.
    file = vim.lsp.log and vim.lsp.log.get_filename and vim.lsp.log.get_filename() or vim.lsp.get_log_path()
  end
  vim.cmd.tabedit(vim.fn.fnameescape(file))
  vim.bo.readonly, vim.bo.modifiable, vim.bo.autoread = true, false, true
  vim.cmd.normal({ 'G', bang = true })
end

---Starts the server for a buffer.
---@param bufnr integer
function M.start(bufnr)
  if vim.lsp.config and vim.lsp.config.gloss then
    -- With what the user has set by vim.lsp.config.
    local config = vim.deepcopy(vim.lsp.config.gloss)
    config.root_dir = type(config.root_dir) ~= 'function' and config.root_dir or nil
    config.root_dir = config.root_dir or vim.fs.root(bufnr, config.root_markers or {})
    vim.lsp.start(config, { bufnr = bufnr })
    return
  end
  local config = require('gloss.config').client()
  config.root_dir = vim.fs.root(bufnr, config.root_markers)
  vim.lsp.start(config, { bufnr = bufnr })
end

---Starts the server for buffers as soon as clients that end are gone: until
---then, a new one would be taken for the old one.
---@param ending vim.lsp.Client[]
---@param bufs integer[]
---@param done? fun()
local function start_after(ending, bufs, done)
  local timer, rounds = assert(vim.uv.new_timer()), 0
  timer:start(0, 50, vim.schedule_wrap(function()
    local alive = vim.tbl_filter(function(client)
      return vim.lsp.get_client_by_id(client.id) ~= nil
    end, ending)
    rounds = rounds + 1
    if #alive > 0 and rounds < 200 then
      if rounds == 100 then
        for _, client in ipairs(alive) do
          call(client, 'stop', true)
        end
      end
      return
    end
    if timer:is_closing() then
      return -- a call that was under way when the timer ended
    end
    timer:close()
    if done then
      done()
    end
    for _, bufnr in ipairs(bufs) do
      if vim.api.nvim_buf_is_valid(bufnr) then
        M.start(bufnr)
      end
    end
  end))
end

local restarting = false

---Stops every server and starts it again for its buffers.
function M.restart()
  if restarting then
    return
  end
  require('gloss.crashes').reset()
  local stopping, bufs = clients(), {}
  for _, client in ipairs(stopping) do
    vim.list_extend(bufs, vim.tbl_keys(client.attached_buffers))
  end
  if #stopping == 0 then -- after a crash
    bufs = vim.tbl_filter(function(bufnr)
      return vim.api.nvim_buf_is_loaded(bufnr) and vim.tbl_contains(require('gloss.config').get().filetypes, vim.bo[bufnr].filetype)
    end, vim.api.nvim_list_bufs())
  end
  for _, client in ipairs(stopping) do
    call(client, 'stop')
  end
  restarting = true
  start_after(stopping, bufs, function()
    restarting = false
  end)
end

---Starts a server again that has crashed.
---@param code integer
---@param signal integer
---@param client_id integer
function M.exited(code, signal, client_id)
  statuses[client_id] = nil
  local client = vim.lsp.get_client_by_id(client_id)
  local asked = signal == 15 or (code == 0 and signal == 0)
  if not client or asked then
    return
  end
  local bufs = vim.tbl_keys(client.attached_buffers)
  vim.schedule(function()
    if vim.v.exiting ~= vim.NIL then
      return
    end
    if require('gloss.crashes').crashed(os.time()) then
      start_after({ client }, bufs)
    else
      local message = 'gloss: the server ended several times in a few minutes; :Gloss log may say why, :Gloss restart starts it again'
      vim.notify(message, vim.log.levels.ERROR)
    end
  end)
end

return M
