-- ARGV[5]: keys (10 each). Tries of what is being written fall by one, not below 1.
if lost() then return 'LOST' end
if done() then return 'OK' end

for at = 1, #ARGV[5], 10 do
  local key = sub(ARGV[5], at, at + 9)
  local old = get('e', key)
  local extra = old and byte(old, 1) % 4 == INTENDED and get('x', key)
  if extra and byte(extra, 1) > 1 then set('x', key, char(byte(extra, 1) - 1) .. sub(extra, 2)) end
end
return commit()
