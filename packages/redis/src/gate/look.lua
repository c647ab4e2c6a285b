-- KEYS[1]: the gate's hash. ARGV: time or ''. Answer: milliseconds for which it is shut, why, calls in flight, used share as text.
local flat, G = redis.call('HGETALL', KEYS[1]), {}
if #flat == 0 then return false end
for i = 1, #flat, 2 do G[flat[i]] = flat[i + 1] end
local now = tonumber(ARGV[1])
if not now then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local busy, used = 0, 0
for field, value in pairs(G) do
  local kind, name = string.sub(field, 1, 2), string.sub(field, 3)
  if kind == 's:' then
    local n, lapse = string.match(value, '^(%d+)|(%d+)')
    if tonumber(lapse) > now then busy = busy + tonumber(n) end
  elseif kind == 'u:' and now - (tonumber(G.t) or 0) < tonumber(name) then
    used = math.max(used, tonumber(value) / tonumber(G['a:' .. name]))
  end
end
return { math.max(0, (tonumber(G.shut) or 0) - now), G.why or '', busy, tostring(math.min(1, used)) }
