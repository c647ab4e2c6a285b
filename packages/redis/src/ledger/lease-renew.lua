-- ARGV: time, token, number of the last write known to be done, ttl. A lease that has lapsed is not renewed, even where nobody has taken
-- it since; nor one whose lane was rolled back.
if M.Lt ~= ARGV[2] or num('Ld') <= now or num('q') < tonumber(ARGV[3]) then return 'LOST' end
call('HSET', base, 'Ld', now + ARGV[4])
return 'OK'
