-- KEYS[1]: the project. ARGV: lane, progress. Counts add up; everything else is the newest word.
local base = KEYS[1]
local call = redis.call
if call('HEXISTS', base .. ':lanes', ARGV[1]) == 0 then return 0 end
local old = call('HGET', base .. ':counts', ARGV[1])
local counts, more = old and cjson.decode(old) or {}, cjson.decode(ARGV[2])
for _, field in ipairs({ 'listed', 'unchanged', 'arrived', 'rejected', 'failed', 'bytes' }) do
  counts[field] = (counts[field] or 0) + (more[field] or 0)
  more[field] = nil
end
counts.waiting = nil
for field, value in pairs(more) do counts[field] = value end
call('HSET', base .. ':counts', ARGV[1], cjson.encode(counts))
return 1
