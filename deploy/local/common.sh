# shellcheck shell=bash
# Small things that every part of ./mall uses.

# Output never ends the script: the terminal may be gone while a mall is stopping.
say() { printf '%s\n' "$*" || true; }
note() { printf 'mall: %s\n' "$*" >&2 || true; }
fail() {
    note "$*"
    exit 1
}

whole_number() {
    local name=$1 value=$2 least=$3 most=$4
    [[ $value =~ ^[1-9][0-9]{0,5}$ ]] && ((value >= least && value <= most)) ||
        fail "$name must be a whole number from $least to $most"
    printf '%s' "$value"
}

# Sleeps without a process of its own; a signal's trap runs when it is over.
exec {never}<> <(:)
pause() { read -r -t "$1" -u "$never" || true; }

# Key=value files in the data folder that only their owner may read: ports, passwords, database.
remember() {
    local file=$data/$1 line
    (
        umask 077
        {
            if [[ -f $file ]]; then
                while IFS= read -r line; do
                    [[ $line == "$2="* ]] || printf '%s\n' "$line"
                done <"$file"
            fi
            printf '%s=%s\n' "$2" "$3"
        } >"$file.new"
        mv "$file.new" "$file"
    )
}

recall() {
    local line
    [[ -f $data/$1 ]] || return 1
    while IFS= read -r line; do
        if [[ $line == "$2="* ]]; then
            printf '%s' "${line#*=}"
            return 0
        fi
    done <"$data/$1"
    return 1
}

secret() {
    recall passwords "$1" && return
    local password
    password=$(od -An -tx1 -N24 /dev/urandom | tr -d ' \n')
    remember passwords "$1" "$password"
    printf '%s' "$password"
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Chosen once and kept, below the ports that the kernel gives to outgoing connections. A silo that comes back on its own port takes its
# predecessor's place at once; on another one Orleans first waits until that one is declared dead.
keep_port() {
    local name=$1 port
    if port=$(recall ports "$name"); then
        port_is_free "$port" && return
        note "port $port of $name is taken by another program; choosing a new one"
    fi
    port=$((20000 + RANDOM % 12000))
    while ! port_is_free "$port" || grep -qs "=$port\$" "$data/ports"; do
        port=$((20000 + RANDOM % 12000))
    done
    remember ports "$name" "$port"
}

# True when http://127.0.0.1:PORT/healthz/ready answers 200. A bare machine has no curl.
is_ready() {
    local status
    status=$(
        exec 2>/dev/null
        exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
        printf 'GET /healthz/ready HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
        read -r -t 5 line <&3 || exit 1
        printf '%s' "$line"
    ) || return 1
    [[ $status == HTTP/1.?' 200'* ]]
}

# Sets `as_root` to what makes a command root's.
as_root=()
need_root() {
    local advice=$1
    command -v apt-get >/dev/null || fail "$advice"
    ((EUID != 0)) || return 0
    command -v sudo >/dev/null || fail "$advice"
    as_root=(sudo)
    [[ -t 0 ]] || as_root+=(-n)
    "${as_root[@]}" true || fail "$advice"
}

# Installs one of the system's packages. Services that come with it are not started.
install_package() {
    local package=$1 name=$2 advice=$3 log policy=/usr/sbin/policy-rc.d status=0
    need_root "$advice"
    note "installing $name from the system's packages"
    log=$(mktemp)
    [[ ! -e $policy ]] || policy=
    if [[ -n $policy ]]; then
        "${as_root[@]}" tee "$policy" >/dev/null <<<$'#!/bin/sh\nexit 101'
        "${as_root[@]}" chmod +x "$policy"
    fi
    {
        "${as_root[@]}" apt-get -q update &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$package"
    } </dev/null >"$log" 2>&1 || status=$?
    [[ -z $policy ]] || "${as_root[@]}" rm -f "$policy"
    ((status == 0)) || tail -n 5 "$log" >&2
    rm -f "$log"
    ((status == 0)) || fail "$advice"
}
