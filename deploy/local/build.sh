# shellcheck shell=bash
# Building and testing.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false

silo_dll=$root/silo/bin/Release/net10.0/PointsMall.Silo.dll
api_dll=$root/api/bin/Release/net10.0/PointsMall.Api.dll
bench_dll=$root/loadtests/bin/Release/net10.0/PointsMall.LoadTests.dll

need_dotnet() {
    command -v dotnet >/dev/null || fail 'the .NET 10 SDK is needed: https://dotnet.microsoft.com/download'
    (cd "$root" && dotnet --version >/dev/null) || fail 'the .NET 10 SDK is needed: https://dotnet.microsoft.com/download'
}

# An up-to-date `dotnet build` costs seconds, so it is skipped when no source is newer than the last one. A folder is newer when a file in
# it was added or removed.
process_folders=(grain-interfaces grains silo api)
bench_folders=("${process_folders[@]}" loadtests)

build_if_needed() { build_unless_built built deploy/local/processes.slnf "${process_folders[@]}"; }
build_bench_if_needed() { build_unless_built 'built-bench built' deploy/local/bench.slnf "${bench_folders[@]}"; }

# Builds a solution filter of these folders unless the first stamp says that it was. It makes all stamps whose folders are among them.
build_unless_built() {
    local stamps filter=$2 log=$root/artifacts/build.log
    read -ra stamps <<<"$1"
    shift 2
    ! is_built "${stamps[0]}" "$@" || return 0
    need_dotnet
    mkdir -p "$root/artifacts"
    # Two malls of one checkout build one after the other.
    exec 8>"$root/artifacts/build.lock"
    flock 8
    if ! is_built "${stamps[0]}" "$@"; then
        say 'building'
        build_begins "${stamps[@]}"
        if ! interruptible dotnet build "$root/$filter" -c Release --disable-build-servers -v quiet >"$log" 2>&1; then
            grep -E 'error|warning' "$log" | sort -u | head -n 20 >&2 || tail -n 20 "$log" >&2
            fail "the build failed; see $log"
        fi
        build_succeeded "${stamps[@]}"
    fi
    exec 8>&-
}

# The hosts as a deployment has them: compiled ahead of time, so that a cold one reaches its full rate sooner. Takes most of a minute once.
publish_if_needed() {
    local host dll log=$root/artifacts/publish.log
    exec 8>"$root/artifacts/build.lock"
    flock 8
    for host in silo api; do
        dll=${host}_dll
        if [[ ! "$root/artifacts/published/$host/${!dll##*/}" -nt ${!dll} ]]; then
            say "publishing the $host"
            interruptible dotnet publish "$root/$host" -c Release -p:PublishReadyToRun=true --disable-build-servers -v quiet \
                -o "$root/artifacts/published/$host" >"$log" 2>&1 || fail "publishing failed; see $log"
            touch "$root/artifacts/published/$host/${!dll##*/}"
        fi
        printf -v "$dll" '%s' "$root/artifacts/published/$host/${!dll##*/}"
    done
    exec 8>&-
}

# A source that is edited during the build is newer than its beginning; the build's own new folders are not.
build_begins() {
    local folders=("${bench_folders[@]/#/$root/}")
    mkdir -p "$root/artifacts" "${folders[@]/%//bin}" "${folders[@]/%//obj}"
    local stamp
    for stamp in "$@"; do
        : >"$root/artifacts/$stamp.new"
    done
}
build_succeeded() {
    local stamp
    for stamp in "$@"; do
        mv "$root/artifacts/$stamp.new" "$root/artifacts/$stamp"
    done
}

is_built() {
    local stamp=$root/artifacts/$1
    shift
    [[ -f $stamp && -f $silo_dll && -f $api_dll ]] &&
        [[ -z $(find "${@/#/$root/}" "$root"/Directory.* "$root/global.json" \
            \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print -quit) ]]
}

# Everything that must hold before a change is merged. The last line is always `N passed, N failed`.
run_tests() {
    local filter=() status=0 passed=0 failed=0 log problems=()
    (($# < 2)) || fail 'test takes one filter: a behaviour (RED-1) or part of a test'\''s name'
    if [[ ${1:-} =~ ^[A-Z]+-[0-9]+$ ]]; then
        filter=(--filter-trait "Behaviour=$1")
    elif [[ -n ${1:-} ]]; then
        filter=(--filter-method "*$1*")
    fi
    # A project without a test that fits the filter is no failure; a run without any test is.
    ((${#filter[@]} == 0)) || filter+=(--ignore-exit-code 8)
    need_dotnet
    find_postgres
    export MALL_PG_BIN=$pg_bin
    mkdir -p "$root/artifacts"
    log=$root/artifacts/test.log
    cd "$root"

    dotnet tool restore >"$log" 2>&1 && dotnet csharpier check . || problems+=('the format differs: dotnet csharpier format .')
    if command -v shellcheck >/dev/null; then
        shellcheck -x mall .ci/run || problems+=('shellcheck has findings')
    fi
    build_begins built built-bench
    if dotnet build PointsMall.sln -c Release -warnaserror -v quiet; then
        build_succeeded built built-bench
        # One project after another: each starts servers of its own, and two of them starve each other's on two cores.
        dotnet test --solution PointsMall.sln -c Release --no-build --no-progress --no-ansi --max-parallel-test-modules 1 "${filter[@]}" 2>&1 | tee "$log" || status=$?
        passed=$(sum_of succeeded "$log")
        failed=$(sum_of failed "$log")
        ((status == 0)) || problems+=("the test run ended with status $status")
        ((passed + failed > 0)) || problems+=('no test ran')
    else
        problems+=('the build has errors or warnings')
    fi
    ((${#problems[@]} == 0)) || note "${problems[@]/%/;}"
    say "$passed passed, $failed failed"
    ((failed == 0 && ${#problems[@]} == 0))
}

sum_of() { awk -v name="  $1:" 'index($0, name) == 1 { sum += $2 } END { print sum + 0 }' "$2"; }
