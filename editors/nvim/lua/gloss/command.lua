-- :Gloss
local M = {}

local names = { 'copy', 'insert', 'log', 'refresh', 'regenerate', 'restart', 'toggle' }

---@param name string
function M.run(name)
  if not vim.tbl_contains(names, name) then
    vim.notify(('gloss: there is no :Gloss %s; there are %s'):format(name, table.concat(names, ', ')), vim.log.levels.ERROR)
    return
  end
  require('gloss')[name]()
end

---@param start string
---@return string[]
function M.complete(start)
  return vim.tbl_filter(function(name)
    return vim.startswith(name, start)
  end, names)
end

return M
