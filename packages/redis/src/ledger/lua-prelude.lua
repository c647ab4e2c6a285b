-- What every ledger script begins with. KEYS[1] is the lane's own hash; all further keys are derived from it and share its hash tag, so
-- they live in the same slot. ARGV[1] is the time in milliseconds, or '' to ask Redis (tests pass it).
--
-- Entries live in a tree of hashes that grows by linear hashing over the key's leading bits: `d` bits, and one more for prefixes below
-- `s`. Node numbers are those of a heap (root 1, children 2n and 2n+1). A bucket stays below 128 fields, so that Redis keeps it as a
-- listpack under its default settings; walking by key order meets every entry once, however often buckets split meanwhile.

local base = KEYS[1]
local floor, byte, char, sub = math.floor, string.byte, string.char, string.sub
local call = redis.call

local M = {}
do
  local flat = call('HGETALL', base)
  for i = 1, #flat, 2 do M[flat[i]] = flat[i + 1] end
end
local function num(field) return tonumber(M[field]) or 0 end

local now = tonumber(ARGV[1])
if not now then
  local t = call('TIME')
  now = t[1] * 1000 + floor(t[2] / 1000)
end

local INTENDED, ARRIVED, REJECTED, FAILED = 0, 1, 2, 3
local STATE_FIELDS = { [0] = 'i', [1] = 'a', [2] = 'r', [3] = 'f' }

-- load: entries of a bucket on average. The last one to be split holds about twice as many: 88, and more than 128 once in 10^5.
local trees = {
  e = { n = num('en'), d = num('ed'), s = num('es'), load = 44 },
  x = { n = num('xn'), d = num('xd'), s = num('xs'), load = 44 },
}

local function position(key)
  local a, b, c, d = byte(key, 1, 4)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

-- The bucket that covers a position, and where the next one begins.
local function node_at(name, pos)
  local t = trees[name]
  local d = t.d
  local p = floor(pos / 2 ^ (32 - d))
  if p < t.s then
    d = d + 1
    p = floor(pos / 2 ^ (32 - d))
  end
  return base .. ':' .. name .. (2 ^ d + p), (p + 1) * 2 ^ (32 - d)
end

local function get(name, key) return call('HGET', (node_at(name, position(key))), key) end

local function split(name)
  local t = trees[name]
  local node = 2 ^ t.d + t.s
  local old = base .. ':' .. name .. node
  local flat = call('HGETALL', old)
  local halves = { {}, {} }
  local unit = 2 ^ (31 - t.d)
  for i = 1, #flat, 2 do
    local half = halves[floor(position(flat[i]) / unit) % 2 + 1]
    half[#half + 1] = flat[i]
    half[#half + 1] = flat[i + 1]
  end
  call('DEL', old)
  for i = 1, 2 do
    local key, half = base .. ':' .. name .. (2 * node + i - 1), halves[i]
    for from = 1, #half, 1000 do call('HSET', key, unpack(half, from, math.min(from + 999, #half))) end
  end
  t.s = t.s + 1
  if t.s == 2 ^ t.d then
    t.d = t.d + 1
    t.s = 0
  end
end

local function set(name, key, value)
  local t = trees[name]
  if call('HSET', (node_at(name, position(key))), key, value) == 1 then
    t.n = t.n + 1
    while t.n > t.load * (2 ^ t.d + t.s) do split(name) end
  end
end

local function drop(name, key)
  local t = trees[name]
  t.n = t.n - call('HDEL', (node_at(name, position(key))), key)
end

local function varint(n)
  local s = ''
  while n >= 128 do
    s = s .. char(n % 128 + 128)
    n = floor(n / 128)
  end
  return s .. char(n)
end

local function read_varint(s, at)
  local v, unit = 0, 1
  while true do
    local b = byte(s, at)
    at = at + 1
    if b < 128 then return v + b * unit, at end
    v = v + (b - 128) * unit
    unit = unit * 128
  end
end

-- An entry's value: flags, version (6), listing (varint), then the receipt if flag 8 is set: place (varint), locator (varint if flag 64,
-- else length and text), size (varint), hash (8, flag 16), memo (the rest, flag 32). Flags: 0-3 state, 4 gone, 128 arrived with losses,
-- which stand in `x` as everything does that has not arrived.
local function has(flags, bit) return floor(flags / bit) % 2 == 1 end

local function has_extra(flags) return flags % 4 ~= ARRIVED or has(flags, 128) end

local function listing_of(value) return read_varint(value, 8) end

local function after_locator(value, flags, at)
  local n
  n, at = read_varint(value, at)
  if has(flags, 64) then return at end
  return at + n
end

local function size_of(value, flags, at)
  if not has(flags, 8) then return 0 end
  local _
  _, at = read_varint(value, at)
  return (read_varint(value, after_locator(value, flags, at)))
end

-- Names of listings and places, given numbers once a lane.
local function number_of(kind, name)
  local known = call('HGET', base .. ':n', kind .. name)
  if known then return tonumber(known) end
  local n = num('n' .. kind)
  M['n' .. kind] = n + 1
  call('HSET', base .. ':n', kind .. name, n, kind .. '#' .. n, name)
  return n
end

-- Collects the names that an answer's entries speak of, so that the reader needs no memory of its own.
local used = { l = {}, p = {} }
local function mention(value, extra)
  local flags = byte(value, 1)
  local l, at = listing_of(value)
  used.l[l] = true
  if has(flags, 8) then used.p[(read_varint(value, at))] = true end
  if extra then
    local p = read_varint(extra, 2)
    if p > 0 then used.p[p - 1] = true end
  end
end
local function mentioned()
  local out = {}
  for _, kind in ipairs({ 'l', 'p' }) do
    for n in pairs(used[kind]) do
      out[#out + 1] = kind .. n
      out[#out + 1] = call('HGET', base .. ':n', kind .. '#' .. n) or ''
    end
  end
  return out
end
