# shellcheck shell=bash
# Adds, stops, kills and lists the silos of a mall that runs. `up` is the parent of all processes, so it starts and lets go of silos: these
# commands leave a wish in data/run/wishes, which `up` carries out and answers within a quarter of a second.

most_silos=16

silo() {
    parse '--data ...' "$@"
    local action=${rest[0]:-} name
    case $action:${#rest[@]} in
        add:1 | list:1) ;;
        stop:2 | kill:2)
            name=silo$(whole_number 'the number of a silo' "${rest[1]}" 1 "$most_silos")
            ;;
        *) fail 'say one of: silo add, silo stop N, silo kill N, silo list' ;;
    esac
    recorded_alive up || fail "no mall runs in $data; start it with: ./mall up --data ${data@Q}"
    case $action in
        add) add_silo ;;
        list) list_silos ;;
        stop) stop_silo "$name" ;;
        kill) kill_silo "$name" ;;
    esac
}

add_silo() {
    local name
    name=$(wish add)
    wait_for_silo "$name"
    say "$name is ready"
}

wait_for_silo() {
    local name=$1 port deadline=$((SECONDS + 120))
    port=$(recall ports "${name}_health")
    until is_ready "$port"; do
        ((SECONDS < deadline)) || fail "$name is not ready after 120 s; see $data/logs/$name.log"
        recorded_alive up || fail "the mall stopped while $name started"
        pause 0.1
    done
}

stop_silo() {
    local name=$1
    [[ -f $data/run/$name ]] || fail "there is no $name; see: ./mall silo list"
    wish stop "$name" >/dev/null
    stop_processes TERM "$silo_patience" "$name"
    say "$name has stopped"
}

kill_silo() {
    local name=$1
    recorded_alive "$name" || fail "$name does not run; see: ./mall silo list"
    local killed=$recorded_pid
    kill -KILL "$killed"
    while recorded_alive "$name" && ((recorded_pid == killed)); do pause 0.02; done
    say "$name (process $killed) is killed; it is started again in a second"
}

list_silos() {
    local number name state port row='%-8s %-10s %-9s %-7s %-9s %-8s %s\n'
    # shellcheck disable=SC2059
    printf "$row" silo state process port gateway health metrics
    for ((number = 1; number <= most_silos; number++)); do
        name=silo$number
        [[ -f $data/run/$name ]] || continue
        port=$(recall ports "${name}_health")
        state=down
        ! recorded_alive "$name" || state=starting
        ! is_ready "$port" || state=ready
        # shellcheck disable=SC2059
        printf "$row" "$name" "$state" "$recorded_pid" "$(recall ports "$name")" "$(recall ports "${name}_gateway")" "$port" \
            "$(recall ports "${name}_metrics" || printf -- -)"
    done
}

# Prints the answer of `up`, or fails with it. The wish appears whole or not at all.
wish() {
    local file=$data/run/wishes/$$ status text
    mkdir -p "$data/run/wishes"
    printf '%s\n' "$*" >"$file.new"
    mv "$file.new" "$file.wish"
    until [[ -f $file.answer ]]; do
        recorded_alive up || fail 'the mall has stopped'
        pause 0.05
    done
    read -r status text <"$file.answer"
    rm -f "$file.answer"
    [[ $status == done ]] || fail "$text"
    printf '%s' "$text"
}

# The side of `up`.
carry_out_wishes() {
    local file wish answer
    for file in "$data"/run/wishes/*.wish; do
        [[ -f $file ]] || continue
        read -ra wish <"$file" || true
        rm -f "$file"
        case ${wish[0]:-} in
            add) grant_add ;;
            stop) grant_stop "${wish[1]}" ;;
            start) grant_start "${wish[1]}" ;;
            drop) grant_drop "${wish[1]}" ;;
            *) answer="refused unknown wish" ;;
        esac
        printf '%s\n' "$answer" >"${file%.wish}.new"
        mv "${file%.wish}.new" "${file%.wish}.answer"
    done
}

# The lowest number that is free: its ports are those that it had before, so it takes the place of its predecessor at once.
grant_add() {
    local number
    for ((number = 1; number <= most_silos; number++)); do
        if [[ " ${children[*]} " != *" silo$number "* ]] && ! recorded_alive "silo$number"; then
            keep_silo_ports "$number"
            start_child "silo$number"
            answer="done silo$number"
            return
        fi
    done
    answer="refused there are $most_silos silos already"
}

grant_stop() {
    local name=$1 child others=()
    for child in "${children[@]}"; do
        [[ $child == "$name" ]] || others+=("$child")
    done
    if [[ " ${others[*]} " != *' silo'* ]]; then
        answer="refused $name is the only silo; add another first, or stop all with ./mall down"
        return
    fi
    grant_drop "$name"
}

grant_start() {
    start_child "$1"
    answer="done $1"
}

# It is not started again.
grant_drop() {
    local child others=()
    for child in "${children[@]}"; do
        [[ $child == "$1" ]] || others+=("$child")
    done
    children=("${others[@]}")
    unset "restart_at[$1]"
    answer="done $1"
}
