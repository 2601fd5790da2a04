-- :checkhealth gloss
local M = {}

---Runs a program and returns what it printed.
---@return boolean ok
---@return string output
local function run(cmd)
  local started, process = pcall(vim.system, cmd, { text = true })
  if not started then
    return false, tostring(process)
  end
  local done = process:wait(60000)
  return done.code == 0, vim.trim((done.stdout or '') .. (done.stderr or ''))
end

local function check_configuration(config)
  vim.health.start('gloss: configuration')
  local problems = require('gloss.config').problems()
  for _, problem in ipairs(problems) do
    vim.health.error(problem, 'See :help gloss-config')
  end
  if #problems == 0 then
    vim.health.ok(('summaries are drawn as "%s"'):format(config.display))
  end
end

local function check_program(program)
  vim.health.start('gloss: program')
  if vim.fn.executable(program) == 0 then
    vim.health.error(('"%s" is not executable'):format(program), 'Put gloss on your PATH, or set vim.g.gloss.cmd to the command that starts it')
    return
  end
  local ok, version = run({ program, 'version' })
  if not ok then
    vim.health.error(('"%s version" failed: %s'):format(program, version), 'Is this the right program? See vim.g.gloss.cmd')
    return
  end
  vim.health.ok(('%s (%s)'):format(version, vim.fn.exepath(program)))
  local _, output = run({ program, 'doctor' })
  for line in vim.gsplit(output, '\n') do
    if vim.startswith(line, 'ok') then
      vim.health.ok((line:gsub('^ok%s+', '')))
    elseif vim.startswith(line, 'FAIL') then
      vim.health.error((line:gsub('^FAIL%s+', '')))
    elseif line ~= '' then
      vim.health.info(vim.trim(line))
    end
  end
end

local function check_clients()
  vim.health.start('gloss: servers')
  local clients = vim.lsp.get_clients({ name = 'gloss' })
  if #clients == 0 then
    vim.health.info('none is running; one starts with the first file of a language that gloss knows')
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_keys(client.attached_buffers)
    local status = buffers[1] and require('gloss').status(buffers[1]) or { state = 'idle' }
    local line = ('client %d, %d buffers, %s'):format(client.id, #buffers, status.state)
    if status.state == 'failed' then
      vim.health.error(line .. ': ' .. status.message)
    else
      vim.health.ok(line)
    end
  end
end

function M.check()
  local config = require('gloss.config').get()
  check_configuration(config)
  check_program(config.cmd[1])
  check_clients()
end

return M
