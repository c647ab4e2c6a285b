-- One exchange of one process about one gate: it says how many calls it has in flight and who waits, and is told how many may enter.
-- KEYS[1]: the gate's hash; its windows' counts stand beside it in `:w`. ARGV: time or '', process, calls in flight, milliseconds for which they hold
-- without another word, most calls in flight or '', number of windows, then length and amount of each, then weight and age of each waiter.
-- Answer: how many entered, why the gate is shut ('' when open), then milliseconds until it is worth asking again for each of the others.
--
-- A window is counted in 100 slots, and a slot counts until all of it is older than the window: never more than the quota in any window,
-- at the price of up to 1 % of it.

local floor, call = math.floor, redis.call
local SLOTS = 100
local POLL = 100
local counts = KEYS[1] .. ':w'

local G = {}
do
  local flat = call('HGETALL', KEYS[1])
  for i = 1, #flat, 2 do G[flat[i]] = flat[i + 1] end
end

local me, held, hold = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local concurrent = tonumber(ARGV[5])
local now = tonumber(ARGV[1])
if not now then
  local t = call('TIME')
  now = t[1] * 1000 + floor(t[2] / 1000)
end
local last = tonumber(G.t) or 0
-- A clock that was set back a little stands still; one that was set back far starts anew, and all that was counted counts as of now.
local back = now + 5000 < last
if not back then now = math.max(now, last) end
if back then call('DEL', counts) end

local put, gone = { 't', now }, {}
local function remember(field, value)
  put[#put + 1] = field
  put[#put + 1] = value
end

-- The others: calls in flight of processes that live, and whoever waits at the head of each.
local busy, others, rivals = 0, false, {}
for field, value in pairs(G) do
  local kind, who = string.sub(field, 1, 2), string.sub(field, 3)
  if (kind == 's:' or kind == 'q:') and who ~= me then
    local a, b, c = string.match(value, '^([^|]*)|([^|]*)|?(.*)$')
    if tonumber(b) <= now then
      gone[#gone + 1] = field
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

local windows, longest, at = {}, 0, 7
for _ = 1, tonumber(ARGV[6]) do
  local per, amount = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  at = at + 2
  local name = string.format('%.0f', per)
  local unit = math.max(1, math.ceil(per / SLOTS))
  local first = floor((now - per) / unit)
  local from, sum = tonumber(G['f:' .. name] or first), tonumber(G['u:' .. name] or 0)
  if back then
    from = first
    call('HSET', counts, name .. ':' .. string.format('%.0f', floor(now / unit)), sum)
  elseif from < first then
    local fields = {}
    for slot = from, math.min(first - 1, from + SLOTS + 2) do fields[#fields + 1] = name .. ':' .. string.format('%.0f', slot) end
    for _, count in ipairs(call('HMGET', counts, unpack(fields))) do sum = sum - (tonumber(count) or 0) end
    call('HDEL', counts, unpack(fields))
    from = first
  end
  windows[#windows + 1] = { name = name, per = per, amount = amount, unit = unit, from = from, sum = sum, taken = 0 }
  longest = math.max(longest, per)
end

-- Milliseconds until `over` of the window's permits are free again.
local function relief(w, over)
  local latest = floor(now / w.unit)
  for slot = w.from, latest do
    over = over - (tonumber(call('HGET', counts, w.name .. ':' .. string.format('%.0f', slot))) or 0)
    if slot == latest then over = over - w.taken end
    if over <= 0 then return (slot + 1) * w.unit + w.per - now end
  end
  return w.per
end

local shut = (tonumber(G.shut) or 0) - now
local granted, waits, queued, head = 0, {}, 0, nil
while at <= #ARGV do
  local weight, since = tonumber(ARGV[at]), now - tonumber(ARGV[at + 1])
  at = at + 2
  local wait, ahead, reserved, blocked = math.max(0, shut), 0, 0, false
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
    elseif over + reserved > 0 then
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

for _, w in ipairs(windows) do
  if w.taken > 0 then call('HINCRBYFLOAT', counts, w.name .. ':' .. string.format('%.0f', floor(now / w.unit)), w.taken) end
  remember('f:' .. w.name, string.format('%.0f', w.from))
  remember('u:' .. w.name, w.sum)
  remember('a:' .. w.name, w.amount)
end
if held + granted > 0 then remember('s:' .. me, (held + granted) .. '|' .. (now + hold)) else gone[#gone + 1] = 's:' .. me end
if head then
  remember('q:' .. me, string.format('%.0f|%.0f|%.17g', head.since, now + head.wait + 1000, head.weight))
else
  gone[#gone + 1] = 'q:' .. me
end
call('HSET', KEYS[1], unpack(put))
if #gone > 0 then call('HDEL', KEYS[1], unpack(gone)) end
local life = math.max(longest + longest / 50, shut, hold) + 60000
call('PEXPIRE', KEYS[1], math.ceil(life))
if longest > 0 then call('PEXPIRE', counts, math.ceil(life)) end

-- Others who wait hear of a place that this exchange has freed, or no longer keeps for itself.
if others and (held + granted < before or (waited and not head)) then call('PUBLISH', 'offramp:gate', KEYS[1]) end
return { granted, shut > 0 and (G.why or '') or '', unpack(waits) }
