-- Decides whether a server that has crashed is started again. One that crashes
-- again and again is not; one that has crashed now and then over a day is.
local M = {}

local limit = 4 -- so many crashes are too many
local period = 3 * 60 -- within so many seconds

local times = {} ---@type integer[]

---Notes a crash and reports whether to start again.
---@param now integer In seconds.
---@return boolean
function M.crashed(now)
  times = vim.tbl_filter(function(t)
    return now - t < period
  end, times)
  times[#times + 1] = now
  return #times < limit
end

---Forgets everything, for when the user asks for a start.
function M.reset()
  times = {}
end

return M
