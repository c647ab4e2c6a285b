-- ARGV: time, token, ttl. A lease that has lapsed is not renewed, even where nobody has taken it since.
if M.Lt ~= ARGV[2] or num('Ld') <= now then return 'LOST' end
call('HSET', base, 'Ld', now + ARGV[3])
return 'OK'
