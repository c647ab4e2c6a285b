-- ARGV[5]: one name (the listing), then keys (10 each).
if lost() then return 'LOST' end
if done() then return 'OK' end

local packed = ARGV[5]
local at = read_names(packed)
while at <= #packed do
  local key = sub(packed, at, at + 9)
  at = at + 10
  local old = get('e', key)
  if old and listing_of(old) == names[1] then
    local flags = byte(old, 1)
    if not has(flags, 4) then
      set('e', key, char(flags + 4) .. sub(old, 2))
      delta.g = delta.g + 1
    end
  end
end
return commit()
