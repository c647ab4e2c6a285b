-- ARGV[5]: names, then of each intent: key (10), version (6), listing, place, id.
if lost() then return 'LOST' end
if done() then return 'OK' end

local packed = ARGV[5]
local at = read_names(packed)
while at <= #packed do
  local key, version, l, p, id
  key, version, l, p, id, at = struct.unpack('>c10c6HHHc0', packed, at)
  local old, tries, kept, receipt = get('e', key), 0, 0, ''
  if old then
    local flags, from = uncount(old)
    kept, receipt = flags - flags % 8, sub(old, from)
    if flags % 4 ~= ARRIVED then
      local extra = get('x', key)
      if extra then tries = byte(extra, 1) end
    end
  end
  local value = char(kept + INTENDED) .. version .. varint(names[l]) .. receipt
  set('e', key, value)
  count(value)
  -- no reason, no message, no label yet
  set('x', key, char(math.min(tries + 1, 255)) .. varint(names[p] + 1) .. varint(#id) .. id .. '\0\0\0')
end
return commit()
