-- KEYS[1]: the project. ARGV: lane, state. A lane that is not planned has no state.
if redis.call('HEXISTS', KEYS[1] .. ':lanes', ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1] .. ':states', ARGV[1], ARGV[2])
return 1
