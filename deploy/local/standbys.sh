# shellcheck shell=bash
# Two standbys of the private database, and what makes one of them the primary. The three servers are alike: `postgres`, `postgres2` and
# `postgres3`, the first being the primary until a failover. A commit is acknowledged when any one of the others has flushed it too.
#
# Failover is an order, never automatic: a script that watches from the same machine can't tell a dead primary from one that it can't reach.

servers=(postgres)
standby=no

# From the first `up --standby` on, every start of the data folder has them.
choose_servers() {
    [[ $standby == no ]] || remember database standbys 2
    if recall database standbys >/dev/null; then
        servers=(postgres postgres2 postgres3)
        need_roles
    fi
}

# Clusters that were made before backups and standbys have no roles for them.
need_roles() {
    local folder
    folder=$(folder_of "$(primary)")
    [[ ! -d $folder ]] || grep -qs '^mall ' "$folder/pg_ident.conf" ||
        fail "the database in $data was made by a version without backups and standbys; use them with a new data folder"
}

primary() { recall database primary || printf postgres; }

folder_of() {
    if [[ $1 == postgres ]]; then
        printf '%s/data' "$cluster"
    else
        printf '%s/%s' "$cluster" "$1"
    fi
}

# For connection strings. With several servers each carries its port, and clients look for the one that is the primary.
hosts() {
    local server list=
    ((${#servers[@]} > 1)) || {
        printf 127.0.0.1
        return
    }
    for server in "${servers[@]}"; do
        list+=,127.0.0.1:$(recall ports "$server")
    done
    printf '%s' "${list#,}"
}

host_options() {
    ((${#servers[@]} == 1)) || printf ';Target Session Attributes=%s;Host Recheck Seconds=1' "$1"
}

# Lists and searches of the API.
export_replica() {
    ((${#servers[@]} > 1)) || return 0
    export ConnectionStrings__replica=${ConnectionStrings__mall/Attributes=primary/Attributes=prefer-standby}
}

# Which server a server follows, when it is a standby; nobody when none is named.
write_replication() {
    local name=$1 leader=$2 file conninfo=
    file=$(folder_of "$name")/replication.conf
    if ((${#servers[@]} == 1)); then
        rm -f "$file"
        return
    fi
    [[ -z $leader || $leader == "$name" ]] || conninfo="host=127.0.0.1 port=$(recall ports "$leader") user=mall_replication \
password=$(secret mall_replication) application_name=$name connect_timeout=3"
    cat >"$file.new" <<CONF
# Written by ./mall.
cluster_name = '$name'
primary_conninfo = '$conninfo'
primary_slot_name = '$name'

# One of the others must have a commit before it is acknowledged; nobody is in this list for itself. Alike on all three, so that a promoted
# one waits for the rest at once.
synchronous_standby_names = 'ANY 1 ($(printf '%s, ' "${servers[@]:0:2}")${servers[2]})'

# A standby that stays away longer than this is built anew: the log that is kept for it must not fill the primary's disk.
max_slot_wal_keep_size = 4GB
wal_keep_size = 512MB
wal_retrieve_retry_interval = 500ms
CONF
    mv "$file.new" "$file"
}

start_standbys() {
    local server
    for server in "${servers[@]}"; do
        [[ $server != "$(primary)" ]] || continue
        [[ -d $(folder_of "$server") ]] || build_standby "$server"
        start_server "$server" 60
    done
}

# A copy of the primary as it is now. Made aside and moved into place when it is complete.
build_standby() {
    local name=$1 folder log=$data/logs/standbys.log
    folder=$(folder_of "$name")
    keep_slot "$name"
    rm -rf "$folder.new"
    (
        cd /
        PGPASSWORD=$(secret mall_replication) "${as_postgres[@]}" "$pg_bin/pg_basebackup" --host=127.0.0.1 --username=mall_replication \
            --port="$(recall ports "$(primary)")" --pgdata="$folder.new" --checkpoint=fast --wal-method=stream --slot="$name"
    ) >>"$log" 2>&1 || {
        tail -n 5 "$log" >&2
        fail "the standby $name could not be built; see $log"
    }
    : >"$folder.new/standby.signal"
    rm -rf "$folder.fenced"
    mv "$folder.new" "$folder"
    write_settings "$name"
}

# The primary keeps the log that a standby has not got yet.
keep_slot() {
    local said
    said=$(PGPASSWORD=$(secret mall_replication) "$pg_bin/psql" -XAt \
        "host=127.0.0.1 port=$(recall ports "$(primary)") user=mall_replication dbname=postgres replication=true" \
        -c "CREATE_REPLICATION_SLOT $1 PHYSICAL RESERVE_WAL" 2>&1) || [[ $said == *'already exists'* ]] ||
        fail "the primary keeps no log for $1: $said"
}

# Asks one server, as the owner.
ask() {
    PGPASSWORD=$(secret owner) PGCONNECT_TIMEOUT=3 "$pg_bin/psql" -XAt -h 127.0.0.1 -p "$(recall ports "$1")" -U mall_owner -d mall -c "$2"
}

failover() {
    parse '--data' "$@"
    recorded_alive up || fail "no mall runs in $data; start it with: ./mall up --data ${data@Q}"
    choose_cluster
    choose_servers
    ((${#servers[@]} > 1)) || fail 'this mall has no standby; start it with ./mall up --standby'
    find_postgres
    local lost server others=() best most=-1 flushed
    lost=$(primary)
    for server in "${servers[@]}"; do
        [[ $server != "$lost" ]] || continue
        # One of them has every acknowledged commit, and only both together tell which.
        server_accepts "$server" || fail "$server is not there; without it nobody knows whether the other one has every acknowledged commit. Bring it back, then try again"
        others+=("$server")
    done
    wish drop "$lost" >/dev/null
    fence "$lost"
    for server in "${others[@]}"; do follow "$server" ''; done
    for server in "${others[@]}"; do
        until [[ $(ask "$server" 'select count(*) from pg_stat_wal_receiver') == 0 ]]; do pause 0.02; done
        flushed=$(ask "$server" "select coalesce(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0') - '0/0'")
        ((flushed <= most)) || { most=$flushed best=$server; }
    done
    "${as_postgres[@]}" "$pg_bin/pg_ctl" promote -D "$(folder_of "$best")" -s -t 60 || fail "$best could not be promoted; see $data/logs/$best.log"
    remember database primary "$best"
    remember database port "$(recall ports "$best")"
    for server in "${others[@]}"; do
        [[ $server != "$best" ]] || continue
        keep_slot "$server"
        follow "$server" "$best"
    done
    say "$best is the primary now; $lost is fenced, and ./mall rejoin builds it anew as a standby"
}

# Nothing of it may run or be started again as a primary: whoever it would still answer would be told what the others do not know.
fence() {
    local folder process left
    folder=$(realpath "$(folder_of "$1")")
    stop_processes KILL 5 "$1"
    # Its children, among them those that send log to standbys, may outlive it for a moment. They run in its folder.
    while :; do
        left=()
        for process in /proc/[0-9]*; do
            [[ ! $process/cwd -ef $folder ]] || left+=("${process#/proc/}")
        done
        ((${#left[@]} > 0)) || break
        kill -KILL "${left[@]}" 2>/dev/null || true
        pause 0.02
    done
    : >"$folder/standby.signal"
    rm -rf "$folder.fenced"
    mv "$folder" "$folder.fenced"
}

follow() {
    write_replication "$1" "$2"
    "${as_postgres[@]}" "$pg_bin/pg_ctl" reload -D "$(folder_of "$1")" -s
}

rejoin() {
    parse '--data' "$@"
    recorded_alive up || fail "no mall runs in $data; its standbys are built at the next ./mall up"
    choose_cluster
    choose_servers
    find_postgres
    choose_backups
    local server built=()
    for server in "${servers[@]}"; do
        [[ ! -d $(folder_of "$server") ]] || continue
        build_standby "$server"
        wish start "$server" >/dev/null
        until server_accepts "$server"; do
            recorded_alive "$server" || fail "$server has not started; see $data/logs/$server.log"
            pause 0.05
        done
        built+=("$server")
    done
    ((${#built[@]} > 0)) || fail 'no server is missing'
    say "${built[*]} follows $(primary)"
}
