#!/bin/sh
# Starts Redis with config/redis.conf and the password of the secret file. The configuration goes in through a pipe, so that the
# password stands in no argument list, environment or file of the container.
set -eu

secret="${REDIS_PASSWORD_FILE:-/run/secrets/redis-password}"
conf="${REDIS_CONF:-/etc/offramp/redis.conf}"

[ -s "$secret" ] || {
  echo "The file $secret is missing or empty. Make one: openssl rand -hex 24 > secrets/redis-password" >&2
  exit 1
}
password="$(cat "$secret")"
case "$password" in
*[!A-Za-z0-9._~+/=-]*)
  echo "The Redis password may hold letters, digits and ._~+/=- only. Make one: openssl rand -hex 24" >&2
  exit 1
  ;;
esac

# Further arguments are lines of configuration, for tests: "port 6390". A here-document is a pipe to sh; `exec` makes Redis the process
# that gets the container's signals, so that it writes its file to the end.
further="$(for line in "$@"; do printf '%s\n' "$line"; done)"
exec redis-server - <<END
$(cat "$conf")
dir "${REDIS_DATA:-/data}"
requirepass "$password"
$further
END
