-- Redemptions with wrk: wrk -t2 -c128 -d20s --latency -s loadtests/wrk/redeem.lua URL -- DIR THREADS [noop]
-- DIR/tokens: one member's token a line; DIR/skus: one SKU id a line. Every request has a key of its own.
local threads = 0

function setup(thread)
    thread:set("id", threads)
    threads = threads + 1
end

local function lines(path)
    local found = {}
    for line in io.lines(path) do
        found[#found + 1] = line
    end
    return found
end

function init(args)
    local folder, count = args[1], tonumber(args[2])
    noop = args[3] == "noop"
    tokens, skus, step = lines(folder .. "/tokens"), lines(folder .. "/skus"), count
    turn = id
    run = string.format("%x-%d", os.time(), id)
end

function request()
    turn = turn + step
    local headers = {
        ["Authorization"] = "Bearer " .. tokens[turn % #tokens + 1],
        ["Content-Type"] = "application/json",
        ["Idempotency-Key"] = run .. "-" .. turn,
    }
    if noop then
        return wrk.format("POST", "/internal/noop", headers, "{}")
    end
    local body = '{"items":[{"skuId":"' .. skus[(turn * 7919) % #skus + 1] .. '","quantity":1}]}'
    return wrk.format("POST", "/v1/me/redemptions", headers, body)
end


function done(summary, latency)
    io.write(string.format("p50 %.1f ms, p99 %.1f ms, not 2xx: %d\n",
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.errors.status))
end
