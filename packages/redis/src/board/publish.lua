-- KEYS[1]: the project. ARGV: hash and pass of the plan that should stand there ('' for none), the new plan's pass, the new plan, then
-- each lane's name and plan. Answer: 1, or 0 when another plan stands there.
local base = KEYS[1]
local call = redis.call
local standing = call('GET', base .. ':plan')
local hash, pass = '', ''
if standing then
  local plan = cjson.decode(standing)
  hash, pass = plan.hash, tostring(plan.pass)
end
if hash ~= ARGV[1] or pass ~= ARGV[2] then return 0 end

local kept = {}
for i = 5, #ARGV, 2 do kept[ARGV[i]] = true end
if pass ~= ARGV[3] then call('DEL', base .. ':states', base .. ':counts') end
for _, lane in ipairs(call('HKEYS', base .. ':lanes')) do
  local state = call('HGET', base .. ':states', lane)
  if not kept[lane] then call('HDEL', base .. ':counts', lane) end
  if state and (not kept[lane] or cjson.decode(state).state == 'halted') then call('HDEL', base .. ':states', lane) end
end
call('DEL', base .. ':lanes', base .. ':held')
for i = 5, #ARGV, 2 do call('HSET', base .. ':lanes', ARGV[i], ARGV[i + 1]) end
call('SET', base .. ':plan', ARGV[4])
return 1
