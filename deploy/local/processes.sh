# shellcheck shell=bash
# Starts, watches and stops the processes of one data folder. data/run/NAME holds a process's number and what tells it from a later
# process with the same number, so that only what was started here is ever stopped.

read -r boot_id </proc/sys/kernel/random/boot_id

# Sets `identity` to boot and start time; fails when the process is gone or waits to be reaped. It runs several times a second: no forks.
identify() {
    local stat='' fields
    { read -r -d '' stat <"/proc/$1/stat" || [[ -n $stat ]]; } 2>/dev/null || return 1
    read -ra fields <<<"${stat##*) }" # the name in brackets may hold anything; the state follows, the start time is 19 fields on
    [[ ${fields[0]} != [ZX] ]] || return 1
    identity=$boot_id:${fields[19]}
}

# Whole or not at all: `down` may read at any moment.
record() {
    local identity=ended
    identify "$2" || true
    printf '%s %s\n' "$2" "$identity" >"$data/run/.new"
    mv "$data/run/.new" "$data/run/$1"
}

# Sets `recorded_pid` when NAME runs.
recorded_alive() {
    local identity recorded
    [[ -f $data/run/$1 ]] && read -r recorded_pid recorded <"$data/run/$1" && identify "$recorded_pid" && [[ $identity == "$recorded" ]]
}

running_where() {
    local port
    ! port=$(recall ports api) || printf ' (http://127.0.0.1:%s)' "$port"
}

# In the order of starting.
children=()
declare -A pid_of=() started_at=() failures=() restart_at=()

# Each child leads a session of its own: neither Ctrl-C nor a closed terminal reaches it before the ordered stop does.
start_child() {
    local name=$1
    [[ " ${children[*]} " == *" $name "* ]] || children+=("$name")
    case $name in
        postgres*) run_postgres "$name" 9>&- & ;;
        silo*) run_silo "$name" 9>&- & ;;
        api*) run_api "$name" 9>&- & ;;
        balancer) run_balancer 9>&- & ;;
    esac
    pid_of[$name]=$!
    started_at[$name]=$((${EPOCHREALTIME/[.,]/} / 1000))
    unset "restart_at[$name]"
    record "$name" "$!"
}

run_silo() {
    local name=$1
    export ConnectionStrings__mall Silo__Name=$name Silo__Port Silo__GatewayPort Silo__HealthPort Logs__File=$data/logs/$name.json
    ConnectionStrings__mall=$(connection_string mall_silo)
    export Checkpoints__KeyFile=$data/keys/checkpoint.pem
    Silo__Port=$(recall ports "$name")
    Silo__GatewayPort=$(recall ports "${name}_gateway")
    Silo__HealthPort=$(recall ports "${name}_health")
    export_metrics_port "$name"
    # For one silo: MALL_SILO1_SETTINGS has a NAME=VALUE a line.
    local further=MALL_${name^^}_SETTINGS setting
    while IFS= read -r setting; do
        [[ -z $setting ]] || export "${setting?}"
    done <<<"${!further:-}"
    run_dotnet "$name" "$silo_dll"
}

run_api() {
    local name=$1
    export ConnectionStrings__mall Urls RateLimits__Enabled=$rate_limits Auth__PublicKeyFile=$data/keys/public.pem
    export Logs__File=$data/logs/$name.json
    ConnectionStrings__mall=$(connection_string mall_api)
    Urls=http://127.0.0.1:$(http_port "$name")
    if ((apis == 1)); then
        export Edge__LeaveTime=00:00:00 # nobody else is there to turn to
    else
        export Edge__TrustedProxies__0=127.0.0.1
    fi
    export_replica
    export_metrics_port "$name"
    run_dotnet "$name" "$api_dll"
}

export_metrics_port() {
    [[ $metrics == yes ]] || return 0
    Metrics__Port=$(recall ports "$1_metrics")
    export Metrics__Port
}

run_dotnet() {
    cd "$(dirname "$2")"
    exec setsid dotnet "$2" run </dev/null >>"$data/logs/$1.log" 2>&1
}

choose_ports() {
    local silo name
    for name in $(api_names); do
        [[ $metrics == no || $name == balancer ]] || keep_port "${name}_metrics"
        [[ $name != api[0-9] ]] || keep_port "$name"
    done
    for ((silo = 1; silo <= silos; silo++)); do
        keep_silo_ports "$silo"
    done
}

keep_silo_ports() {
    [[ $metrics == no ]] || keep_port "silo$1_metrics"
    keep_port "silo$1"
    keep_port "silo$1_gateway"
    keep_port "silo$1_health"
}

make_keys() {
    [[ -f $data/keys/private.pem && -f $data/keys/public.pem ]] || dotnet "$api_dll" token keys "$data/keys" >&2
}

# What the silos sign checkpoints of the ledger with.
make_checkpoint_key() {
    [[ -f $data/keys/checkpoint.pem ]] || dotnet "$silo_dll" checkpoint-key "$data/keys/checkpoint.pem"
}

migrate() {
    if ! ConnectionStrings__owner=$(connection_string owner) MALL_SILO_PASSWORD=$(secret mall_silo) \
        MALL_API_PASSWORD=$(secret mall_api) interruptible dotnet "$silo_dll" migrate >>"$data/logs/migrate.log" 2>&1; then
        tail -n 20 "$data/logs/migrate.log" >&2
        fail "the database could not be migrated; see $data/logs/migrate.log"
    fi
}

# A marker spares later starts the work; the seed's idempotency keys are what makes it happen once.
seed_once() {
    if [[ $seed == no || -f $data/seeded ]]; then
        return
    fi
    if ! Auth__PrivateKeyFile=$data/keys/private.pem Seed__Api=http://127.0.0.1:$api_port \
        interruptible dotnet "$api_dll" seed; then
        fail "the demo programme could not be filled in; see $data/logs"
    fi
    : >"$data/seeded"
}

# Waits for a command in such a way that a signal ends the wait, and the command with it.
interruptible() {
    "$@" 9>&- &
    waiting_for=$!
    local status=0
    wait "$waiting_for" || status=$?
    waiting_for=
    return "$status"
}
waiting_for=

wait_until_ready() {
    local name port recorded_pid deadline=$((SECONDS + 90))
    for name in "${children[@]}"; do
        case $name in
            silo*) port=$(recall ports "${name}_health") ;;
            api* | balancer) port=$(http_port "$name") ;;
            *) continue ;;
        esac
        until is_ready "$port" && recorded_alive "$name"; do
            if ((SECONDS > deadline)); then
                tail -n 20 "$data/logs/$name.log" >&2 || true
                fail "$name is not ready after 90 s; see $data/logs"
            fi
            restart_the_dead
            pause 0.05
        done
    done
}

# For ever; the functions that are named run in each turn.
watch_children() {
    local turn
    while :; do
        for turn in "$@"; do "$turn"; done
        restart_the_dead
        pause 0.25
    done
}

restart_the_dead() {
    local name now status delays=(1 2 4 8) delay
    now=$((${EPOCHREALTIME/[.,]/} / 1000))
    for name in "${children[@]}"; do
        if [[ -n ${restart_at[$name]:-} ]]; then
            ((now < restart_at[$name])) || start_child "$name"
        elif ! recorded_alive "$name"; then
            status=0
            wait "${pid_of[$name]}" 2>/dev/null || status=$?
            ((now - started_at[$name] < 60000)) || failures[$name]=0
            delay=${delays[${failures[$name]:-0}]}
            ((${failures[$name]:-0} == ${#delays[@]} - 1)) || failures[$name]=$((${failures[$name]:-0} + 1))
            restart_at[$name]=$((now + delay * 1000))
            note "$name ended with status $status; starting it again in $delay s (its log: $data/logs/$name.log)"
        fi
    done
}

# Signals the named processes and waits until they are gone; after PATIENCE seconds it says so and kills.
stop_processes() {
    local signal=$1 patience=$2 name deadline recorded_pid
    shift 2
    for name in "$@"; do
        ! recorded_alive "$name" || kill "-$signal" "$recorded_pid" 2>/dev/null || true
    done
    deadline=$((SECONDS + patience))
    for name in "$@"; do
        while recorded_alive "$name"; do
            if ((SECONDS >= deadline)); then
                note "$name has not stopped within $patience s; killing it"
                kill -KILL "$recorded_pid" 2>/dev/null || true
                deadline=$((SECONDS + 5))
            fi
            pause 0.05
        done
        rm -f "$data/run/$name"
    done
}

# Seconds, a few more than each takes at most by its own settings.
silo_patience=70
api_patience=30
balancer_patience=20

# Sets `recorded_names` to what runs, or has run, of a kind.
find_recorded() {
    local file
    recorded_names=()
    for file in "$data/run/$1"*; do
        [[ ! -f $file ]] || recorded_names+=("${file##*/}")
    done
}

# Whatever run/ names: balancer and APIs first, so that nothing new arrives; then all silos, which drain; then the database.
stop_recorded() {
    local recorded_names
    # Its gentle way: what runs is finished.
    stop_processes USR1 "$balancer_patience" balancer
    find_recorded api
    stop_processes TERM "$api_patience" "${recorded_names[@]}"
    find_recorded silo
    stop_processes TERM "$silo_patience" "${recorded_names[@]}"
    # SIGINT is PostgreSQL's fast shutdown: connections end, everything is written, no recovery at the next start. Standbys get the rest
    # of the primary's log before it ends.
    stop_processes INT 60 "$(primary)"
    find_recorded postgres
    stop_processes INT 60 "${recorded_names[@]}"
}

stop_leftovers() {
    local name recorded_names
    for name in balancer api silo postgres; do
        find_recorded "$name"
        if ((${#recorded_names[@]} > 0)); then
            note 'an earlier mall of this folder was not stopped in order; stopping what is left of it'
            stop_recorded
            return
        fi
    done
}

stop_everything() {
    local status=$?
    trap '' INT TERM HUP
    [[ -z $waiting_for ]] || kill -TERM "$waiting_for" 2>/dev/null || true
    [[ -z $is_up ]] || note 'stopping'
    stop_recorded
    rm -rf "$data/run/up" "$data/run/wishes"
    # Once everything runs, being asked to stop is no error.
    [[ -z $is_up || ($status != 130 && $status != 143) ]] || status=0
    exit "$status"
}
is_up=
