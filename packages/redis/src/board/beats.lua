-- KEYS[1]: the project. ARGV: time or '', milliseconds after which a worker is not heard of, and, to say something: worker, its beat.
-- The time of hearing is Redis's, so that a worker's wrong clock makes it neither dead nor immortal.
local key = KEYS[1] .. ':beats'
local now = tonumber(ARGV[1]) or tonumber(redis.call('TIME')[1]) * 1000
if ARGV[3] then redis.call('HSET', key, ARGV[3], string.format('%.0f', now) .. ' ' .. ARGV[4]) end
local out, flat = {}, redis.call('HGETALL', key)
for i = 1, #flat, 2 do
  local at, beat = string.match(flat[i + 1], '^(%d+) (.*)$')
  if tonumber(at) > now - ARGV[2] then out[#out + 1] = beat else redis.call('HDEL', key, flat[i]) end
end
return out
