# shellcheck shell=bash
# Several APIs and HAProxy in front of them, for `up --apis N`: the balancer has the API's port, each API one of its own.

most_apis=8
haproxy=

# The processes that serve HTTP, in the order of starting.
api_names() {
    local api
    if ((apis == 1)); then
        printf 'api\n'
        return
    fi
    for ((api = 1; api <= apis; api++)); do printf 'api%s\n' "$api"; done
    printf 'balancer\n'
}

# Where NAME listens for HTTP.
http_port() {
    case $1 in
        api | balancer) printf '%s' "$api_port" ;;
        *) recall ports "$1" ;;
    esac
}

find_haproxy() {
    haproxy=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v haproxy) || {
        install_package haproxy HAProxy 'HAProxy is needed for more than one API: install it (Debian, Ubuntu: apt-get install haproxy)'
        haproxy=$(PATH=$PATH:/usr/sbin command -v haproxy) || fail 'the package of HAProxy holds no haproxy'
    }
}

# The sample for production, with the addresses of this mall.
configure_balancer() {
    local line name
    {
        while IFS= read -r line; do
            case $line in
                '    bind '*) printf '    bind 127.0.0.1:%s\n' "$api_port" ;;
                '    server '*) ;;
                *) printf '%s\n' "$line" ;;
            esac
        done <"$root/deploy/haproxy/haproxy.cfg"
        for name in $(api_names); do
            [[ $name == balancer ]] || printf '    server %s 127.0.0.1:%s\n' "$name" "$(http_port "$name")"
        done
    } >"$data/haproxy.cfg"
}

run_balancer() {
    exec setsid "$haproxy" -db -f "$data/haproxy.cfg" </dev/null >>"$data/logs/balancer.log" 2>&1
}
