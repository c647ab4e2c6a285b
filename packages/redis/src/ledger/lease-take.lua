-- ARGV: time, token, holder, ttl. The fence is never below the time, so that it rises even after everything was wiped.
if M.Lt and M.Lt ~= ARGV[2] and num('Ld') > now then return false end
local fence = num('F')
if M.Lt ~= ARGV[2] then fence = math.max(fence + 1, now) end
call('HSET', base, 'Lt', ARGV[2], 'Lh', ARGV[3], 'Ld', now + ARGV[4], 'F', fence, 'q', '0')
return fence
