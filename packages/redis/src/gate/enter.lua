-- One exchange of one process about one gate: it says how many calls it has in flight and who waits, and is told how many may enter.
-- KEYS[1]: the gate's hash; its windows' counts stand beside it in `:w`. KEYS[2..]: further gates of the same calls, of which only windows and
-- shutting count. ARGV: time or '', process, calls in flight, milliseconds for which they hold without another word, most calls in flight or '',
-- then for each gate the number of windows, and length and amount of each, then weight and age of each waiter.
-- Answer: how many entered, why the gate is shut ('' when open), then milliseconds until it is worth asking again for each of the others.
--
-- A window is counted in 100 slots, and a slot counts until all of it is older than the window: never more than the quota in any window,
-- at the price of up to 1 % of it.

local floor, call = math.floor, redis.call
local SLOTS = 100
local POLL = 100

local me, held, hold = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local concurrent = tonumber(ARGV[5])
local time = tonumber(ARGV[1])
if not time then
  local t = call('TIME')
  time = t[1] * 1000 + floor(t[2] / 1000)
end

local at = 6
local slot = function(w, number) return w.name .. ':' .. string.format('%.0f', number) end

-- A gate with its windows, from which what is too old has been taken.
local function open(key)
  local gate = { key = key, counts = key .. ':w', G = {}, put = {}, gone = {}, windows = {}, longest = 0 }
  local flat = call('HGETALL', key)
  for i = 1, #flat, 2 do gate.G[flat[i]] = flat[i + 1] end
  local last = tonumber(gate.G.t) or 0
  -- A clock that was set back a little stands still; one that was set back far starts anew, and all that was counted counts as of now.
  local back = time + 5000 < last
  local now = back and time or math.max(time, last)
  if back then call('DEL', gate.counts) end
  gate.now, gate.put = now, { 't', now }
  gate.shut = (tonumber(gate.G.shut) or 0) - now
  local number = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, number do
    local per, amount = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
    at = at + 2
    local w = { name = string.format('%.0f', per), per = per, amount = amount, taken = 0, gate = gate }
    w.unit = math.max(1, math.ceil(per / SLOTS))
    local first = floor((now - per) / w.unit)
    w.from, w.sum = tonumber(gate.G['f:' .. w.name] or first), tonumber(gate.G['u:' .. w.name] or 0)
    if back then
      w.from = first
      call('HSET', gate.counts, slot(w, floor(now / w.unit)), w.sum)
    elseif w.from < first then
      local fields = {}
      for old = w.from, math.min(first - 1, w.from + SLOTS + 2) do fields[#fields + 1] = slot(w, old) end
      for _, count in ipairs(call('HMGET', gate.counts, unpack(fields))) do w.sum = w.sum - (tonumber(count) or 0) end
      call('HDEL', gate.counts, unpack(fields))
      w.from = first
    end
    gate.windows[#gate.windows + 1] = w
    gate.longest = math.max(gate.longest, per)
  end
  return gate
end

local gates, windows = {}, {}
for i, key in ipairs(KEYS) do
  gates[i] = open(key)
  for _, w in ipairs(gates[i].windows) do windows[#windows + 1] = w end
end
local main = gates[1]
local now, G = main.now, main.G

local function remember(gate, field, value)
  gate.put[#gate.put + 1] = field
  gate.put[#gate.put + 1] = value
end

-- The others: calls in flight of processes that live, and whoever waits at the head of each.
local busy, others, rivals = 0, false, {}
for field, value in pairs(G) do
  local kind, who = string.sub(field, 1, 2), string.sub(field, 3)
  if (kind == 's:' or kind == 'q:') and who ~= me then
    local a, b, c = string.match(value, '^([^|]*)|([^|]*)|?(.*)$')
    if tonumber(b) <= now then
      main.gone[#main.gone + 1] = field
    elseif kind == 's:' then
      busy = busy + tonumber(a)
    else
      others = true
      rivals[#rivals + 1] = { since = tonumber(a), weight = tonumber(c) }
    end
  end
end
local before = tonumber(string.match(G['s:' .. me] or '0', '^%d+'))
local waited = G['q:' .. me] ~= nil

-- Milliseconds until `over` of the window's permits are free again.
local function relief(w, over)
  local latest = floor(w.gate.now / w.unit)
  for number = w.from, latest do
    over = over - (tonumber(call('HGET', w.gate.counts, slot(w, number))) or 0)
    if number == latest then over = over - w.taken end
    if over <= 0 then return (number + 1) * w.unit + w.per - w.gate.now end
  end
  return w.per
end

local shut, why = 0, ''
for _, gate in ipairs(gates) do
  if gate.shut > shut then shut, why = gate.shut, gate.G.why or '' end
end
local granted, waits, queued, head = 0, {}, 0, nil
while at <= #ARGV do
  local weight, since = tonumber(ARGV[at]), now - tonumber(ARGV[at + 1])
  at = at + 2
  local wait, ahead, reserved, blocked = shut, 0, 0, false
  for _, rival in ipairs(rivals) do
    if rival.since < since then
      ahead = ahead + 1
      reserved = reserved + rival.weight
    end
  end
  for _, w in ipairs(windows) do
    local over = w.sum + queued + weight - w.amount
    -- Counted out for the first few; those behind them wait no shorter.
    if over > 0 then
      wait = math.max(wait, #waits < 8 and relief(w, over) or waits[#waits])
    elseif w.gate == main and over + reserved > 0 then
      blocked = true
    end
  end
  if concurrent and busy + held + granted + ahead >= concurrent then blocked = true end
  if wait == 0 and not blocked and not head then
    granted = granted + 1
    for _, w in ipairs(windows) do
      w.sum = w.sum + weight
      w.taken = w.taken + weight
    end
  else
    queued = queued + weight
    head = head or { since = since, weight = weight, wait = math.max(wait, POLL) }
    waits[#waits + 1] = blocked and math.max(wait, POLL) or math.max(wait, 1)
  end
end

if held + granted > 0 then remember(main, 's:' .. me, (held + granted) .. '|' .. (now + hold)) else main.gone[#main.gone + 1] = 's:' .. me end
if head then
  remember(main, 'q:' .. me, string.format('%.0f|%.0f|%.17g', head.since, now + head.wait + 1000, head.weight))
else
  main.gone[#main.gone + 1] = 'q:' .. me
end
for _, gate in ipairs(gates) do
  for _, w in ipairs(gate.windows) do
    if w.taken > 0 then call('HINCRBYFLOAT', gate.counts, slot(w, floor(gate.now / w.unit)), w.taken) end
    remember(gate, 'f:' .. w.name, string.format('%.0f', w.from))
    remember(gate, 'u:' .. w.name, w.sum)
    remember(gate, 'a:' .. w.name, w.amount)
  end
  call('HSET', gate.key, unpack(gate.put))
  if #gate.gone > 0 then call('HDEL', gate.key, unpack(gate.gone)) end
  local life = math.max(gate.longest + gate.longest / 50, gate.shut, gate == main and hold or 0) + 60000
  call('PEXPIRE', gate.key, math.ceil(life))
  if gate.longest > 0 then call('PEXPIRE', gate.counts, math.ceil(life)) end
end

-- Others who wait hear of a place that this exchange has freed, or no longer keeps for itself.
if others and (held + granted < before or (waited and not head)) then call('PUBLISH', 'offramp:gate', KEYS[1]) end
return { granted, why, unpack(waits) }
