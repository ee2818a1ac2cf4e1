# shellcheck shell=bash
# The database of one data folder: a private PostgreSQL cluster, or one that `up --database` names.
#
# The private cluster listens on 127.0.0.1 only and has no unix socket (whose path would limit how deep the folder may be); everybody
# logs in by SCRAM with a generated password. Three roles: mall_owner owns the schema, mall_silo and mall_api have what they need.
# Its superuser has no password and therefore no login. PostgreSQL refuses to run as root: then the user postgres runs it.
# With standbys (standbys.sh) there are three servers; backups are in backup.sh.

cluster=
pg_bin=
as_postgres=()

choose_database() {
    if [[ -n $database_url ]]; then
        remember database kind external
        read_database_url "$database_url"
        return
    fi
    remember database kind private
    choose_cluster
    choose_servers
    find_postgres
    [[ -d $(folder_of "$(primary)") ]] || create_cluster
    remember database name mall
    remember database owner mall_owner
    remember passwords owner "$(secret mall_owner)"
    choose_backups
    prepare_servers
}

# Their ports, what their clients are told, and their settings.
prepare_servers() {
    local server
    for server in "${servers[@]}"; do keep_port "$server"; done
    remember database host "$(hosts)"
    remember database port "$(recall ports "$(primary)")"
    remember database options "$(host_options primary)"
    for server in "${servers[@]}"; do
        [[ ! -d $(folder_of "$server") ]] || write_settings "$server"
    done
}

start_database() {
    [[ $(recall database kind) == private ]] || return 0
    start_server "$(primary)" 60
    create_stanza
    start_standbys
}

# A killed server that nobody has reaped yet is no other server, which PostgreSQL takes it for. The lock of the data folder stays PostgreSQL's own
# business: it also guards against what is left of the dead one.
remove_dead_socket_lock() {
    local lock identity pid
    lock=$cluster/.s.PGSQL.$(recall ports "$1").lock
    if [[ -f $lock ]] && read -r pid <"$lock" && ! identify "$pid"; then
        rm -f "$lock"
    fi
}

start_server() {
    local name=$1 patience=$2 deadline
    remove_dead_socket_lock "$name"
    start_child "$name"
    deadline=$((SECONDS + patience))
    until server_accepts "$name"; do
        if ((SECONDS > deadline)) || ! recorded_alive "$name"; then
            tail -n 20 "$data/logs/$name.log" >&2
            fail "PostgreSQL has not started; see $data/logs/$name.log and $cluster/log"
        fi
        pause 0.02
    done
}

server_accepts() {
    local lines recorded_pid
    mapfile -t lines 2>/dev/null <"$(folder_of "$1")/postmaster.pid" || return 1
    recorded_alive "$1" && [[ ${lines[0]:-} == "$recorded_pid" && ${lines[7]:-} == ready* ]]
}

run_postgres() {
    cd /
    export_backup_places "$1"
    exec setsid "${as_postgres[@]}" "$pg_bin/postgres" -D "$(folder_of "$1")" </dev/null >>"$data/logs/$1.log" 2>&1
}

# For commands that need the database while no `up` runs: starts the private one until this process ends.
with_database() {
    recall database kind >/dev/null || fail "no mall has run in $data; start one with ./mall up"
    [[ $(recall database kind) == private ]] || return 0
    choose_cluster
    choose_servers
    find_postgres
    choose_backups
    ! recorded_alive "$(primary)" || return 0
    take_database || fail "a mall is starting or stopping in $data at this moment; try again"
    prepare_servers
    start_database
}

# What this process starts from here on ends with it.
take_database() {
    lock_data || return 1
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    trap stop_everything EXIT
}

# The folder must be reachable for whoever runs PostgreSQL; root's home, say, is not for the user postgres.
choose_cluster() {
    cluster=$data/postgres
    ((EUID == 0)) || return 0
    id postgres >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin postgres
    as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
    [[ ! -d $cluster/data ]] || return 0
    if cluster=$(recall cluster folder); then
        return
    fi
    cluster=$data/postgres
    "${as_postgres[@]}" test -x "$data" || {
        mkdir -p /var/lib/points-mall
        cluster=$(mktemp -d /var/lib/points-mall/XXXXXXXX)
        chmod 755 "$cluster"
        remember cluster folder "$cluster"
        note "the user postgres can't reach $data, so the database's files are in $cluster"
    }
}

# MALL_PG_BIN, Debian's folders, Red Hat's, PATH: the newest from 15 on, or the version that made the cluster.
find_postgres() {
    local made_by='' folder version major best=0
    version=$(folder_of "$(primary)")/PG_VERSION
    [[ ! -f $version ]] || read -r made_by <"$version"
    pg_bin=
    for folder in "${MALL_PG_BIN:-}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin "$(dirname "$(command -v initdb || echo /)")"; do
        [[ -x $folder/initdb && -x $folder/postgres ]] || continue
        major=$("$folder/postgres" --version)
        [[ $major =~ \)\ ([0-9]+) ]] || continue
        major=${BASH_REMATCH[1]}
        if [[ -n $made_by ]]; then
            ((major == made_by && best == 0)) || continue
        else
            ((major >= 15 && major > best)) || continue
        fi
        best=$major
        pg_bin=$folder
    done
    [[ -z $pg_bin ]] || return 0
    [[ -z $made_by ]] || fail "the data in $data were made by PostgreSQL $made_by, which is not installed: install postgresql-$made_by"
    [[ -z ${installed_postgres:-} ]] || fail 'the PostgreSQL package of this system is older than 15; install a newer one or use --database'
    install_postgres
    find_postgres
}

install_postgres() {
    local advice='PostgreSQL 15 or later is needed: install it (Debian, Ubuntu: apt-get install postgresql), set MALL_PG_BIN to the folder of its initdb, or use --database URL'
    local no_cluster=/etc/postgresql-common/createcluster.d/points-mall.conf
    need_root "$advice"
    # The package would also create a cluster of its own, which nobody asked for.
    "${as_root[@]}" mkdir -p "${no_cluster%/*}"
    "${as_root[@]}" tee "$no_cluster" >/dev/null <<<'create_main_cluster = false'
    (install_package postgresql PostgreSQL "$advice") || {
        "${as_root[@]}" rm -f "$no_cluster"
        exit 1
    }
    "${as_root[@]}" rm -f "$no_cluster"
    installed_postgres=yes
}

# Made aside and moved into place when it is complete, so that an interrupted first start leaves nothing half done.
create_cluster() {
    local new=$cluster/data.new
    mkdir -p "$cluster/log"
    rm -rf "$new"
    ((EUID != 0)) || chown postgres "$cluster" "$cluster/log"
    (
        cd /
        "${as_postgres[@]}" "$pg_bin/initdb" --pgdata="$new" --username=postgres --auth=reject --encoding=UTF8 --locale=C.UTF-8 \
            --data-checksums
    ) >"$data/logs/postgres.log" 2>&1 || {
        tail -n 20 "$data/logs/postgres.log" >&2
        fail 'initdb failed'
    }
    # Nobody else logs in through the socket, and whoever replicates does nothing else.
    cat >"$new/pg_hba.conf" <<'HBA'
local postgres    mall_backup                   peer map=mall
host  replication mall_replication 127.0.0.1/32 scram-sha-256
host  all         mall_replication all          reject
host  all         all              127.0.0.1/32 scram-sha-256
HBA
    printf 'mall %s mall_backup\n' "$("${as_postgres[@]}" id -un)" >"$new/pg_ident.conf"
    printf '%s\n' "include_if_exists = 'mall.conf'" >>"$new/postgresql.conf"
    # A server for one user reads a statement a line; it needs neither a port nor a client.
    (
        cd /
        "${as_postgres[@]}" "$pg_bin/postgres" --single -D "$new" -j -c password_encryption=scram-sha-256 postgres
    ) >>"$data/logs/postgres.log" 2>&1 <<SQL
create role mall_owner login createrole password '$(secret mall_owner)';

grant pg_monitor to mall_owner;

create database mall owner mall_owner;

create role mall_replication login replication password '$(secret mall_replication)';

$(<"$root/deploy/backup/role.sql")

SQL
    mv "$new" "$cluster/data"
    ln -sfn "$cluster/log" "$data/logs/postgres"
}

# Of one server, sized for this machine at every start. What an operator sets by `alter system` wins.
write_settings() {
    local name=$1 folder
    local memory_mb buffers_mb compression=lz4 further=${MALL_PG_SETTINGS:-}
    memory_mb=$(memory_mb)
    buffers_mb=$((memory_mb / 4))
    ((buffers_mb >= 128)) || buffers_mb=128
    ((buffers_mb <= 4096)) || buffers_mb=4096
    folder=$(folder_of "$name")
    (
        cd /
        "${as_postgres[@]}" "$pg_bin/postgres" -D "$folder" -C wal_compression -c wal_compression=lz4
    ) >/dev/null 2>&1 || compression=on
    write_replication "$name" "$(primary)"
    cat >"$folder/mall.conf" <<CONF
# Written by ./mall at every start.
listen_addresses = '127.0.0.1'
port = $(recall ports "$name")
unix_socket_directories = '$(backup_socket)'
password_encryption = scram-sha-256
max_connections = 200

# An acknowledged redemption survives a power cut.
fsync = on
synchronous_commit = on
full_page_writes = on

# Fewer and longer checkpoints: each makes the next change of every page cost a full page of WAL.
wal_compression = $compression
wal_buffers = 64MB
min_wal_size = 512MB
max_wal_size = 4GB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9

shared_buffers = ${buffers_mb}MB
effective_cache_size = $((memory_mb / 2))MB
work_mem = 16MB
maintenance_work_mem = 256MB
random_page_cost = 1.1
effective_io_concurrency = 200
jit = off

# Hot rows (stock, accounts) are updated thousands of times a second: clean up early and without long pauses.
autovacuum_naptime = 10s
autovacuum_vacuum_cost_limit = 2000

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
logging_collector = on
log_destination = 'jsonlog'
log_directory = '$(sql_literal "$cluster/log")'
log_filename = '${name/%postgres/postgresql}-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_checkpoints = on
log_lock_waits = on
log_min_duration_statement = 1s
# Details and parameters name members.
log_error_verbosity = terse
log_parameter_max_length = 0

# What a flush costs: two looks at the clock beside it.
track_wal_io_timing = on

include_if_exists = 'replication.conf'

$(archive_settings)

${further//;/$'\n'}
CONF
}

sql_literal() { printf '%s' "${1//\'/\'\'}"; }

# This machine's memory, or what its container may use.
memory_mb() {
    local name kilobytes rest limit
    read -r name kilobytes rest </proc/meminfo
    if [[ -r /sys/fs/cgroup/memory.max ]] && read -r limit </sys/fs/cgroup/memory.max && [[ $limit != max ]]; then
        ((limit / 1024 >= kilobytes)) || kilobytes=$((limit / 1024))
    fi
    printf '%s' $((kilobytes / 1024))
}

# Takes postgres://user:password@host:port/name?sslmode=... or a .NET connection string apart.
read_database_url() {
    local url=$1 name key value option host
    local -A part=([host]=127.0.0.1 [port]=5432 [name]=mall [owner]='' [password]='' [options]='')
    if [[ $url =~ ^postgres(ql)?://(([^:@/]*)(:([^@/]*))?@)?(\[[^]]*\]|[^:/?]*)(:([0-9]+))?(/([^?]*))?(\?(.*))?$ ]]; then
        part[owner]=$(percent_decoded "${BASH_REMATCH[3]}")
        part[password]=$(percent_decoded "${BASH_REMATCH[5]}")
        host=$(percent_decoded "${BASH_REMATCH[6]}")
        [[ -z $host ]] || part[host]=${host//[\[\]]/}
        part[port]=${BASH_REMATCH[8]:-5432}
        part[name]=$(percent_decoded "${BASH_REMATCH[10]}")
        url=${BASH_REMATCH[12]}
        while [[ -n $url ]]; do
            option=${url%%&*}
            [[ $url == *'&'* ]] && url=${url#*&} || url=
            value=$(percent_decoded "${option#*=}")
            case ${option%%=*} in
                sslmode) part[options]+=";SSL Mode=${value//-/}" ;;
                sslrootcert) part[options]+=";Root Certificate=$(quoted "$value")" ;;
                *) fail "--database: the URL's parameter ${option%%=*} is not known here; use a .NET connection string" ;;
            esac
        done
    elif [[ $url == *=* ]]; then
        while [[ $url =~ ^\;*([^=]+)=(\"(([^\"]|\"\")*)\"|\'(([^\']|\'\')*)\'|([^\;]*))(.*)$ ]]; do
            key=${BASH_REMATCH[1],,}
            value=${BASH_REMATCH[3]//\"\"/\"}${BASH_REMATCH[5]//\'\'/\'}${BASH_REMATCH[7]}
            url=${BASH_REMATCH[8]}
            case ${key// /} in
                host | server) part[host]=$value ;;
                port) part[port]=$value ;;
                database | db) part[name]=$value ;;
                username | userid | user | uid) part[owner]=$value ;;
                password | pwd | psw) part[password]=$value ;;
                *) part[options]+=";$key=$(quoted "$value")" ;;
            esac
        done
    else
        fail '--database takes postgres://owner:password@host:port/database or a .NET connection string'
    fi
    [[ -n ${part[owner]} && -n ${part[name]} ]] || fail '--database must name a user and a database'
    for name in host port name owner options; do
        remember database "$name" "${part[$name]}"
    done
    remember passwords owner "${part[password]}"
}

percent_decoded() {
    local text=${1//\\/\\\\}
    printf '%b' "${text//%/\\x}"
}

quoted() { printf '"%s"' "${1//\"/\"\"}"; }

connection_string() {
    local user=$1
    [[ $user != owner ]] || user=$(recall database owner)
    printf 'Host=%s;Port=%s;Database=%s;Username=%s;Password=%s%s' "$(quoted "$(recall database host)")" "$(recall database port)" \
        "$(quoted "$(recall database name)")" "$(quoted "$user")" "$(quoted "$(secret "$1")")" "$(recall database options)"
}

open_psql() {
    local psql=$pg_bin/psql options
    [[ -x $psql ]] || psql=$(command -v psql) || fail 'psql is not installed (Debian, Ubuntu: apt-get install postgresql-client)'
    options=$(recall database options)
    if [[ $options =~ 'SSL Mode='([A-Za-z]+) ]]; then
        local mode=${BASH_REMATCH[1],,}
        export PGSSLMODE=${mode/verify/verify-}
    fi
    export PGHOST PGPORT PGDATABASE PGUSER PGPASSWORD PGOPTIONS='-c search_path=mall,public'
    PGHOST=$(recall database host)
    ((${#servers[@]} == 1)) || PGHOST=127.0.0.1 # the port is the primary's
    PGPORT=$(recall database port)
    PGDATABASE=$(recall database name)
    PGUSER=$(recall database owner)
    PGPASSWORD=$(secret owner)
    "$psql" "$@"
}
