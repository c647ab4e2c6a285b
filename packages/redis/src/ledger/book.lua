-- ARGV[5]: verb; then its arguments. The books are one hash: c<listing> cursor, d<listing> pass, l<listing> places
-- that were left (JSON), w<listing> one more whole walk is due, f<place> floor, s<place> suspect, h<collection> place,
-- m<collection> its date, with a sign before it: + its place bears it, - not yet; n<place> what is noted of it (JSON).
if lost() then return 'LOST' end
if done() then return 'OK' end

-- Marks are opaque, but where both are decimal (IMAP) they are numbers, of any length.
local function compare(a, b)
  if not (string.find(a, '^%d+$') and string.find(b, '^%d+$')) then return nil end
  a, b = string.gsub(a, '^0+', ''), string.gsub(b, '^0+', '')
  if #a ~= #b then return #a < #b and -1 or 1 end
  if a == b then return 0 end
  return a < b and -1 or 1
end

local books, verb = base .. ':b', ARGV[5]
if verb == 'advance' then
  call('HSET', books, 'c' .. ARGV[6], ARGV[7])
  if ARGV[8] ~= '' then
    call('HSET', books, 'd' .. ARGV[6], ARGV[8])
    call('HDEL', books, 'l' .. ARGV[6], 'w' .. ARGV[6])
  end
elseif verb == 'rewind' then
  call('HDEL', books, 'c' .. ARGV[6])
elseif verb == 'house' then
  -- How many homes; of each its collection, place, date or '', and '+', '-' or '' for whether the place bears it; then of each listing that
  -- is walked anew: its name, the places, and '>' for later, or a cursor after '=', or ''.
  local homes = tonumber(ARGV[6])
  for i = 7, 6 + 4 * homes, 4 do
    local name, place, date, sign = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
    local was = call('HGET', books, 'm' .. name)
    if date == '' and was then date = sub(was, 2) end
    if date ~= '' then
      if sign == '' then
        sign = was == '+' .. date and call('HGET', books, 'h' .. name) == place and '+' or '-'
      end
      if was ~= sign .. date then call('HSET', books, 'm' .. name, sign .. date) end
    end
    call('HSET', books, 'h' .. name, place)
  end
  for i = 7 + 4 * homes, #ARGV, 3 do
    local name, from = ARGV[i], ARGV[i + 2]
    call('HSET', books, 'l' .. name, ARGV[i + 1])
    if from == '>' then
      call('HSET', books, 'w' .. name, '1')
    else
      call('HDEL', books, 'w' .. name)
      if from ~= '' then call('HSET', books, 'c' .. name, sub(from, 2)) else call('HDEL', books, 'c' .. name) end
    end
  end
elseif verb == 'note' then
  for i = 6, #ARGV, 2 do
    if ARGV[i + 1] == '' then call('HDEL', books, 'n' .. ARGV[i]) else call('HSET', books, 'n' .. ARGV[i], ARGV[i + 1]) end
  end
elseif verb == 'raise' then
  for i = 6, #ARGV, 2 do
    local old = call('HGET', books, 'f' .. ARGV[i])
    if not old or compare(old, ARGV[i + 1]) ~= 1 then call('HSET', books, 'f' .. ARGV[i], ARGV[i + 1]) end
  end
elseif verb == 'suspect' then
  for i = 6, #ARGV, 2 do
    local old, new = call('HGET', books, 's' .. ARGV[i]), ARGV[i + 1]
    if not old or (old ~= '' and (new == '' or compare(new, old) == -1)) then call('HSET', books, 's' .. ARGV[i], new) end
  end
elseif verb == 'cleared' then
  for i = 6, #ARGV do call('HDEL', books, 's' .. ARGV[i]) end
end
return commit()
