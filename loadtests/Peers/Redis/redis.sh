#!/usr/bin/env bash
# A redis-server for a peer, with an append-only file that is flushed once a second or before every answer. Prints `ready: HOST:PORT` and
# stays until its standard input ends, or it is told to stop.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../.." && pwd)
# shellcheck source=deploy/local/common.sh
. "$root/deploy/local/common.sh"

(($# == 2)) && [[ $2 == everysec || $2 == always ]] || fail 'usage: redis.sh DIR everysec|always'
mkdir -p "$1/logs"
data=$(cd "$1" && pwd)
exec 9>"$data/lock"
flock -n 9 || fail "a redis-server already runs in $data"

if ! command -v redis-server >/dev/null; then
    advice='redis-server is needed: install it (Debian, Ubuntu: apt-get install redis-server)'
    ((EUID == 0)) && command -v apt-get >/dev/null || fail "$advice"
    note 'installing redis-server from the system'\''s packages'
    {
        apt-get -q update && env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q install -y --no-install-recommends redis-server
    } </dev/null >"$data/logs/install.log" 2>&1 || fail "$advice"
fi

keep_port redis
port=$(recall ports redis)
redis-server --bind 127.0.0.1 --port "$port" --dir "$data" --daemonize no --save '' --appendonly yes --appendfsync "$2" \
    </dev/null >>"$data/logs/redis.log" 2>&1 9>&- &
server=$!
trap 'kill -TERM "$server" 2>/dev/null; wait "$server" || true' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
# PING is refused while an earlier append-only file is read.
until [[ $(redis-cli -h 127.0.0.1 -p "$port" ping 2>/dev/null) == PONG ]]; do
    kill -0 "$server" 2>/dev/null || fail "redis-server has ended; see $data/logs/redis.log"
    pause 0.05
done
say "ready: 127.0.0.1:$port"
cat >/dev/null
