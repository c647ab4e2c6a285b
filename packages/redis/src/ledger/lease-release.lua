-- ARGV: time, token.
if M.Lt == ARGV[2] then call('HDEL', base, 'Lt', 'Lh', 'Ld') end
return 'OK'
