#!/usr/bin/env bash
# A PostgreSQL for a peer: the private cluster of ./mall up with the same settings, and nothing beside it. Prints
# `ready: CONNECTION STRING` of the database's owner and stays until its standard input ends, or it is told to stop.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../.." && pwd)
# shellcheck source=deploy/local/common.sh
. "$root/deploy/local/common.sh"
# shellcheck source=deploy/local/database.sh
. "$root/deploy/local/database.sh"
# shellcheck source=deploy/local/standbys.sh
. "$root/deploy/local/standbys.sh"
# shellcheck source=deploy/local/backup.sh
. "$root/deploy/local/backup.sh"
# shellcheck source=deploy/local/processes.sh
. "$root/deploy/local/processes.sh"

(($# == 1)) || fail 'usage: postgres.sh DIR'
mkdir -p "$1/run" "$1/logs"
data=$(cd "$1" && pwd)
database_url=
exec 9>"$data/lock"
flock -n 9 || fail "a database already runs in $data"
trap 'exit 130' INT
trap 'exit 143' TERM
trap stop_everything EXIT
# Whoever started this holds the other end: a benchmark that is killed leaves no database behind.
exec 7<&0
(cat <&7 >/dev/null; kill -TERM $$) 9>&- &
stop_leftovers
choose_database
start_database
is_up=yes
say "ready: $(connection_string owner)"
watch_children
