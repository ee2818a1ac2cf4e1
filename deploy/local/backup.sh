# shellcheck shell=bash
# Backups of the private database by pgBackRest, and what is restored from them. The configuration is the one that deploy/backup has for a
# deployment; only the places are this mall's own.

# A unix socket's path has at most 107 bytes, and pgBackRest asks PostgreSQL through one.
longest_cluster=85

repository=
restore_to=

# From the first `up --backup` on, every start of the data folder archives.
choose_backups() {
    [[ -z $repository ]] || remember backup repository "$repository"
    repository=$(recall backup repository) || return 0
    need_roles
    command -v pgbackrest >/dev/null ||
        install_package pgbackrest pgBackRest 'pgBackRest 2.45 or later is needed: install it (Debian, Ubuntu: apt-get install pgbackrest)'
    ((${#cluster} <= longest_cluster)) ||
        fail "the path $cluster is too long for the socket that backups need; use a --data folder with a shorter one"
    if [[ ! -d $repository ]]; then
        mkdir -p "$repository"
        ((EUID != 0)) || chown postgres "$repository"
    fi
    mkdir -p "$cluster"/backup/{lock,log,spool,conf.d}
    cp "$root/deploy/backup/pgbackrest.conf" "$cluster/backup/"
    (
        umask 077
        printf '[global]\nrepo1-cipher-pass=%s\n' "$(secret backup_cipher)" >"$cluster/backup/conf.d/secret.conf"
    )
    ((EUID != 0)) || chown -R postgres "$cluster/backup"
    "${as_postgres[@]}" test -w "$repository" || fail "the user postgres can't write to $repository; name another folder with --backup"
    export PGBACKREST_CONFIG_PATH=$cluster/backup PGBACKREST_REPO1_PATH=$repository PGBACKREST_LOCK_PATH=$cluster/backup/lock \
        PGBACKREST_LOG_PATH=$cluster/backup/log PGBACKREST_SPOOL_PATH=$cluster/backup/spool PGBACKREST_PG1_SOCKET_PATH=$cluster
}

# For the server's archiver, and for what asks the server.
export_backup_places() {
    [[ -n $repository ]] || return 0
    export PGBACKREST_PG1_PATH PGBACKREST_PG1_PORT
    PGBACKREST_PG1_PATH=$(folder_of "$1")
    PGBACKREST_PG1_PORT=$(recall ports "$1")
}

backup_socket() { [[ -z $repository ]] || sql_literal "\"$cluster\""; }

archive_settings() {
    [[ -z $repository ]] || printf '%s\n' 'unix_socket_permissions = 0700' "$(<"$root/deploy/backup/postgresql.conf")"
}

run_pgbackrest() (
    export_backup_places "$1"
    shift
    cd /
    exec "${as_postgres[@]}" pgbackrest --stanza=mall "$@"
)

create_stanza() {
    [[ -n $repository ]] || return 0
    [[ -f $repository/archive/mall/archive.info ]] || run_pgbackrest "$(primary)" stanza-create ||
        fail "the repository $repository could not be begun"
}

backup() {
    parse '--data ...' "$@"
    local kind=${rest[0]:-incr}
    [[ ${#rest[@]} -le 1 && $kind =~ ^(full|diff|incr|list)$ ]] || fail 'say one of: backup, backup full, backup diff, backup list'
    with_database
    [[ -n $repository ]] || fail 'this mall keeps no backups; start it once with: ./mall up --backup DIR'
    if [[ $kind != list ]]; then
        run_pgbackrest "$(primary)" --type="$kind" backup || fail 'the backup failed; what was there before is as it was'
    fi
    run_pgbackrest "$(primary)" info
}

restore() {
    parse '--data --to' "$@"
    local moment target=() server folder
    if [[ -n $restore_to ]]; then
        moment=$(date --utc --date="$restore_to" '+%Y-%m-%d %H:%M:%S.%6N+00' 2>/dev/null) ||
            fail '--to takes a time like 2026-11-11T20:15:00Z'
        target=(--type=time --target="$moment" --target-action=promote)
    fi
    recall backup repository >/dev/null || fail "no backups are kept of the mall in $data"
    take_database || fail "a mall runs in $data; stop it first: ./mall down --data ${data@Q}"
    stop_leftovers
    choose_cluster
    choose_servers
    find_postgres
    choose_backups
    for server in "${servers[@]}"; do
        folder=$(folder_of "$server")
        [[ -d $folder ]] || continue
        rm -rf "$folder.before-restore"
        mv "$folder" "$folder.before-restore"
        note "what $server had is kept in $folder.before-restore; remove it when all is well"
    done
    # Standbys are built anew from what is restored.
    remember database primary postgres
    folder=$(folder_of postgres)
    mkdir -m 700 "$folder"
    ((EUID != 0)) || chown postgres "$folder"
    run_pgbackrest postgres restore "${target[@]}" || fail "nothing was restored; see $cluster/backup/log"
    keep_port postgres
    write_settings postgres
    # It reads the archive to the end, however long that takes, and is then a primary on a timeline of its own.
    start_server postgres 86400
    until [[ $(ask postgres 'select pg_is_in_recovery()') == f ]]; do
        recorded_alive postgres || fail "it could not be restored; see $cluster/log"
        pause 0.1
    done
    say "restored; the last commit is from $(ask postgres 'select max(at) from mall.command')"
}
