-- ARGV: time, position, budget (entries looked at), states as digits. Answer: next position (-1 at the end), names, then key, value, extra.
-- What has not arrived stands in `x` as well (beside what arrived with losses), so that exceptions are found without passing a million arrived ones.
local pos, budget, states = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local tree = string.find(states, '1', 1, true) and 'e' or 'x'
local out, buckets = {}, 0
while pos < 2 ^ 32 and budget > 0 and buckets < 2000 do
  local bucket
  bucket, pos = node_at(tree, pos)
  buckets = buckets + 1
  local flat = call('HGETALL', bucket)
  for i = 1, #flat, 2 do
    local key, value, extra = flat[i], flat[i + 1], false
    if tree == 'x' then
      extra = value
      value = get('e', key)
    end
    local state = value and byte(value, 1) % 4
    if value and string.find(states, state, 1, true) then
      if tree == 'e' and has_extra(byte(value, 1)) then extra = get('x', key) end
      mention(value, extra)
      out[#out + 1] = key
      out[#out + 1] = value
      out[#out + 1] = extra
    end
  end
  budget = budget - #flat / 2
end
return { pos < 2 ^ 32 and pos or -1, mentioned(), out }
