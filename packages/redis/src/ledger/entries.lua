-- ARGV[2]: keys (10 each). Answer: names, then value and extra of each key.
local out = {}
for at = 1, #ARGV[2], 10 do
  local key = sub(ARGV[2], at, at + 9)
  local value, extra = get('e', key), false
  if value then
    if has_extra(byte(value, 1)) then extra = get('x', key) end
    mention(value, extra)
  end
  out[#out + 1] = value
  out[#out + 1] = extra
end
return { mentioned(), out }
