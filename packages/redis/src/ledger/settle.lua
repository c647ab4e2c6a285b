-- ARGV[5]: names, then of each outcome: key (10), version (6), listing, state, and for `arrived`: place, receipt flags, receipt without
-- its place; else the exception's text as it is kept; then what an arrived one has lost, as it is kept, or ''.
if lost() then return 'LOST' end
if done() then return 'OK' end

local packed = ARGV[5]
local at = read_names(packed)
while at <= #packed do
  local key, version, l, state, p, rflags, rest, lost_parts
  key, version, l, state, p, rflags, rest, lost_parts, at = struct.unpack('>c10c6HBHBHc0Hc0', packed, at)
  local old, kept, receipt, tries = get('e', key), 0, '', 0
  if old then
    local flags, from = uncount(old)
    kept, receipt = flags - flags % 8, sub(old, from)
    if state == FAILED and flags % 4 ~= ARRIVED then
      local extra = get('x', key)
      if extra then tries = byte(extra, 1) end
    end
    if state == ARRIVED and #lost_parts == 0 and has_extra(flags) then drop('x', key) end
  end
  local value
  if state == ARRIVED then
    local more = #lost_parts > 0 and 128 or 0
    value = char(rflags + ARRIVED + more) .. version .. varint(names[l]) .. varint(names[p]) .. rest
    if more > 0 then set('x', key, '\0\0' .. lost_parts) end
  else
    value = char(kept + state) .. version .. varint(names[l]) .. receipt
    set('x', key, char(tries) .. '\0' .. rest)
  end
  set('e', key, value)
  count(value)
end
return commit()
