-- What every write begins with. ARGV[2]: the holder's token. ARGV[3]: number of the write within the lease, so that one that the client
-- sends again after a broken connection is not done twice. ARGV[4]: number of the last write that the holder knows to be done: a Redis
-- that came back without it (AOF `everysec` loses up to a second) has rolled the lane back under its holder, who must not go on.
--
-- The lease's end is a field and not a PX of its own key: the same HGETALL that every script needs answers whether it still holds.

local function lost()
  return M.Lt ~= ARGV[2] or num('Ld') <= now or num('q') < tonumber(ARGV[4]) or num('q') > tonumber(ARGV[3])
end

local function done()
  return M.q == ARGV[3]
end

local delta = { i = 0, a = 0, r = 0, f = 0, g = 0, b = 0 }

-- Takes an entry's share out of the tally, before it is written anew. Returns its flags and where its receipt begins.
local function uncount(old)
  local flags = byte(old, 1)
  local state = STATE_FIELDS[flags % 4]
  local _, at = listing_of(old)
  delta[state] = delta[state] - 1
  if has(flags, 4) then delta.g = delta.g - 1 end
  delta.b = delta.b - size_of(old, flags, at)
  return flags, at
end

local function count(value)
  local flags = byte(value, 1)
  local state = STATE_FIELDS[flags % 4]
  local _, at = listing_of(value)
  delta[state] = delta[state] + 1
  if has(flags, 4) then delta.g = delta.g + 1 end
  delta.b = delta.b + size_of(value, flags, at)
end

local function commit()
  local out = { 'q', ARGV[3] }
  for name, t in pairs(trees) do
    for _, f in ipairs({ 'n', 'd', 's' }) do
      if num(name .. f) ~= t[f] then
        out[#out + 1] = name .. f
        out[#out + 1] = t[f]
      end
    end
  end
  for field, by in pairs(delta) do
    if by ~= 0 then
      out[#out + 1] = field
      out[#out + 1] = string.format('%.0f', num(field) + by)
    end
  end
  for _, field in ipairs({ 'nl', 'np' }) do
    if M[field] then
      out[#out + 1] = field
      out[#out + 1] = M[field]
    end
  end
  call('HSET', base, unpack(out))
  return 'OK'
end

-- A packed batch: count of names, each a kind and a text; then records, which speak of names by their place in that list (from 1).
local names = {}
local function read_names(packed)
  local n, at = struct.unpack('>H', packed)
  for i = 1, n do
    local kind, name
    kind, name, at = struct.unpack('>c1Hc0', packed, at)
    names[i] = number_of(kind, name)
  end
  return at
end
