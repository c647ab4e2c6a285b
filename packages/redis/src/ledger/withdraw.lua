-- ARGV[5]: keys (10 each). Forgets entries that are nothing but a first intent.
if lost() then return 'LOST' end
if done() then return 'OK' end

for at = 1, #ARGV[5], 10 do
  local key = sub(ARGV[5], at, at + 9)
  local old = get('e', key)
  local flags = old and byte(old, 1)
  if old and flags % 4 == INTENDED and not has(flags, 8) then
    local extra = get('x', key)
    if extra and byte(extra, 1) == 1 then
      uncount(old)
      drop('e', key)
      drop('x', key)
    end
  end
end
return commit()
