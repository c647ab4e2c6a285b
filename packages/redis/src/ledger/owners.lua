-- ARGV: time, position, budget, then place, decimal flag (64 or 0), locator as kept, of each receipt. Answer: next position (-1 at the
-- end), then number of the receipt (from 0), key of its owner, the owner's first byte, its size and hash and memo as kept, and 1 where
-- the owner is being written in that very place.
local pos, budget = tonumber(ARGV[2]), tonumber(ARGV[3])
local wanted, left = {}, 0
for i = 4, #ARGV, 3 do
  local place = call('HGET', base .. ':n', 'p' .. ARGV[i])
  if place then
    local id = ARGV[i + 1] .. varint(tonumber(place)) .. ARGV[i + 2]
    wanted[id] = wanted[id] or {}
    table.insert(wanted[id], (i - 4) / 3)
    left = left + 1
  end
end
if left == 0 then return { -1, {} } end

-- Where nothing is said of the place, it may be any.
local function is_writing(key, flags, place)
  if flags % 4 ~= INTENDED then return false end
  local extra = get('x', key)
  local meant = extra and read_varint(extra, 2) or 0
  return meant == 0 or meant - 1 == place
end

local out = {}
while pos < 2 ^ 32 and budget > 0 do
  local bucket
  bucket, pos = node_at('e', pos)
  local flat = call('HGETALL', bucket)
  for i = 1, #flat, 2 do
    local value = flat[i + 1]
    local flags = byte(value, 1)
    if has(flags, 8) then
      local _, from = listing_of(value)
      local at
      _, at = read_varint(value, from)
      at = after_locator(value, flags, at)
      local who = wanted[(has(flags, 64) and '64' or '0') .. sub(value, from, at - 1)]
      if who then
        for _, n in ipairs(who) do
          out[#out + 1] = n
          out[#out + 1] = flat[i]
          out[#out + 1] = flags
          out[#out + 1] = sub(value, at)
          out[#out + 1] = is_writing(flat[i], flags, read_varint(value, from)) and 1 or 0
        end
      end
    end
  end
  budget = budget - #flat / 2 - 1
end
return { pos < 2 ^ 32 and pos or -1, out }
