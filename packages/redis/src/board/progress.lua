-- KEYS[1]: the project. ARGV: time or '', lane, progress. Counts add up; everything else is the newest word. What arrives is also counted
-- in slots of five seconds, for the rate.
local base = KEYS[1]
local call = redis.call
if call('HEXISTS', base .. ':lanes', ARGV[2]) == 0 then return 0 end
local now = tonumber(ARGV[1]) or tonumber(call('TIME')[1]) * 1000
local old = call('HGET', base .. ':counts', ARGV[2])
local counts, more = old and cjson.decode(old) or {}, cjson.decode(ARGV[3])
for _, field in ipairs({ 'listed', 'unchanged', 'arrived', 'rejected', 'failed', 'bytes' }) do
  counts[field] = (counts[field] or 0) + (more[field] or 0)
  more[field] = nil
end
counts.waiting = nil
for field, value in pairs(more) do counts[field] = value end
call('HSET', base .. ':counts', ARGV[2], cjson.encode(counts))

local fresh = cjson.decode(ARGV[3])
if fresh.arrived > 0 or fresh.bytes > 0 then
  local slot = math.floor(now / 5000)
  call('HINCRBY', base .. ':rate', slot .. 'i', fresh.arrived)
  call('HINCRBY', base .. ':rate', slot .. 'b', fresh.bytes)
  call('EXPIRE', base .. ':rate', 120)
  if call('HLEN', base .. ':rate') > 40 then
    for _, field in ipairs(call('HKEYS', base .. ':rate')) do
      if tonumber(string.sub(field, 1, -2)) < slot - 12 then call('HDEL', base .. ':rate', field) end
    end
  end
end
return 1
