-- KEYS[1]: the gate's hash. ARGV: time or '', milliseconds from now, why. Never shortens.
local now = tonumber(ARGV[1])
if not now then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local until_ = now + tonumber(ARGV[2])
if until_ <= (tonumber(redis.call('HGET', KEYS[1], 'shut')) or 0) then return 0 end
redis.call('HSET', KEYS[1], 'shut', string.format('%.0f', until_), 'why', ARGV[3])
local life = math.ceil(tonumber(ARGV[2])) + 60000
if redis.call('PTTL', KEYS[1]) < life then redis.call('PEXPIRE', KEYS[1], life) end
return 1
