-- Does in Neovim what a user does, and writes to $RESULT what was seen. Steps are named in $STEPS.

local PATIENCE = 300000

local function wait(what, condition)
  assert(vim.wait(PATIENCE, condition, 20), what .. " did not come")
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") .. "\n"
end

local seen = vim.empty_dict()

local steps = {}

function steps.diagnostics()
  wait(vim.env.FINDINGS .. " findings", function()
    return #vim.diagnostic.get(0) == tonumber(vim.env.FINDINGS)
  end)
  seen.diagnostics = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    table.insert(seen.diagnostics, { each.source, each.code, each.severity, each.lnum + 1, each.col, each.end_col })
  end
  table.sort(seen.diagnostics, function(a, b)
    return a[4] < b[4]
  end)
end

-- The mapping of the page is pressed on the print; a menu of our own chooses by title.
function steps.action()
  local before = text()
  vim.ui.select = function(items, options, choose)
    seen.titles = vim.tbl_map(options.format_item, items)
    for index, title in ipairs(seen.titles) do
      if title == vim.env.TITLE then
        choose(items[index], index)
      end
    end
  end
  vim.api.nvim_win_set_cursor(0, { 16, 20 })
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes("<Bslash>a", true, false, true), "x", false)
  wait("the quick fix", function()
    return text() ~= before
  end)
  seen.text = text()
end

function steps.save()
  vim.cmd("write")
end

-- The command of the page shows the log; $SAID is what must be found there.
function steps.log()
  wait(vim.env.SAID, function()
    vim.cmd(vim.env.COMMAND)
    return text():find(vim.env.SAID, 1, true)
  end)
end

local ok, fault = xpcall(function()
  for step in vim.gsplit(vim.env.STEPS, ",") do
    steps[step]()
  end
end, debug.traceback)

local result = assert(io.open(vim.env.RESULT, "w"))
result:write(vim.json.encode(seen))
result:close()
if not ok then
  io.stderr:write(fault .. "\n")
  vim.cmd("cquit!")
end
vim.cmd("qall!")
