# shellcheck shell=bash
# Prometheus beside a mall of this machine that runs with --metrics, with the alert rules of deploy/prometheus.

prometheus_bin=

# MALL_PROMETHEUS_BIN, PATH, what was fetched before; else Debian's package is unpacked under artifacts/. Installed, it would start a service.
find_prometheus() {
    local folder
    for folder in "${MALL_PROMETHEUS_BIN:-}" "$(dirname "$(command -v prometheus || echo /)")" "$root/artifacts/prometheus/usr/bin"; do
        if [[ -x $folder/prometheus && -x $folder/promtool ]]; then
            prometheus_bin=$folder
            return
        fi
    done
    [[ -z ${fetched_prometheus:-} ]] || fail 'the Prometheus package of this system holds no prometheus and promtool; set MALL_PROMETHEUS_BIN to their folder'
    fetch_prometheus
    find_prometheus
}

fetch_prometheus() {
    local advice='Prometheus is needed: install it (Debian, Ubuntu: apt-get install prometheus), or set MALL_PROMETHEUS_BIN to the folder of prometheus and promtool'
    local folder=$root/artifacts/prometheus log
    command -v apt-get >/dev/null || fail "$advice"
    note 'fetching Prometheus from the system'\''s packages'
    mkdir -p "$root/artifacts"
    log=$(mktemp)
    rm -rf "$folder" "$folder.new"
    mkdir "$folder.new"
    if ! (
        cd "$folder.new" &&
            { apt-get -q download prometheus || { refresh_packages && apt-get -q download prometheus; }; } &&
            dpkg-deb --extract prometheus_*.deb . && rm prometheus_*.deb && mv "$folder.new" "$folder"
    ) </dev/null >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        fail "$advice"
    fi
    rm -f "$log"
    fetched_prometheus=yes
}

# A bare system knows no packages until it has asked for their list once.
refresh_packages() {
    if ((EUID == 0)); then
        apt-get -q update
    else
        sudo -n apt-get -q update
    fi
}

check_prometheus() {
    cd "$root/deploy/prometheus"
    "$prometheus_bin/promtool" check config prometheus.yml
    "$prometheus_bin/promtool" test rules alerts.test.yml
}

# In the foreground, in place of this shell.
run_prometheus() {
    local name jobs='' folder=$data/prometheus
    [[ -d $data/run ]] || fail "no mall has run in $data"
    data=$(cd "$data" && pwd)
    for name in "$data"/run/api* "$data"/run/silo*; do
        name=${name##*/}
        ! recorded_alive "$name" || jobs+=$(scrape "$name")$'\n'
    done
    [[ -n $jobs ]] || fail "no mall runs in $data; start one with ./mall up --metrics"
    port_is_free "$prometheus_port" || fail "port $prometheus_port is taken; choose another with --port"
    mkdir -p "$folder"
    cat >"$folder/prometheus.yml" <<YAML
# Written by ./mall prometheus at every start.
global:
  scrape_interval: 2s
  scrape_timeout: 2s
  evaluation_interval: 2s
rule_files: ['$(sql_literal "$root/deploy/prometheus/alerts.yml")']
scrape_configs:
$jobs
YAML
    say "prometheus: http://127.0.0.1:$prometheus_port"
    exec "$prometheus_bin/prometheus" --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/data" \
        --web.listen-address="127.0.0.1:$prometheus_port" --log.level=warn
}

# The jobs have the names that the rules and the dashboard know: silo, api. Job names are unique, so one job a process, renamed.
scrape() {
    local port
    port=$(recall ports "$1_metrics") && ! port_is_free "$port" || fail "$1 shows no metrics; start the mall with ./mall up --metrics"
    cat <<YAML
  - job_name: $1
    static_configs:
      - targets: ['127.0.0.1:$port']
        labels: { job: ${1%%[0-9]*}, instance: $1 }
YAML
}
