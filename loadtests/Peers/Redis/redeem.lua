-- A redemption on redis: all of it or nothing, as no other command runs meanwhile. What must be there later goes to a stream, from which
-- somebody else would write orders and a ledger into a database.
-- KEYS: the idempotency record, the member, the stream, one a SKU.
-- ARGV: order id, Unix milliseconds, fingerprint, member id, idempotency key, then SKU id and quantity, a pair a SKU.
-- Answers { refusal } or { '', replayed, available, earned, spent, order id, milliseconds, total, then product, name, points a SKU }.
local remembered_seconds = 30 * 24 * 60 * 60

local function answer(replayed, order)
    local member = redis.call('HMGET', KEYS[2], 'available', 'earned', 'spent')
    return { '', replayed, member[1], member[2], member[3], unpack(order, 2) }
end

local earlier = redis.call('GET', KEYS[1])
if earlier then
    local order = cmsgpack.unpack(earlier)
    if order[1] ~= ARGV[3] then
        return { 'idempotency_key_reused' }
    end
    return answer('1', order)
end

local total = 0
local order = { ARGV[3], ARGV[1], ARGV[2], '0' }
for i = 4, #KEYS do
    local sku = redis.call('HMGET', KEYS[i], 'stock', 'points', 'product', 'name')
    local quantity = tonumber(ARGV[2 * i - 1])
    if not sku[1] then
        return { 'sku_not_found' }
    end
    if tonumber(sku[1]) < quantity then
        return { 'out_of_stock' }
    end
    total = total + quantity * tonumber(sku[2])
    order[#order + 1] = sku[3]
    order[#order + 1] = sku[4]
    order[#order + 1] = sku[2]
end
order[4] = string.format('%.0f', total)

local available = redis.call('HGET', KEYS[2], 'available')
if not available then
    return { 'member_not_found' }
end
if tonumber(available) < total then
    return { 'insufficient_points' }
end

redis.call('HINCRBY', KEYS[2], 'available', '-' .. order[4])
redis.call('HINCRBY', KEYS[2], 'spent', order[4])
for i = 4, #KEYS do
    redis.call('HINCRBY', KEYS[i], 'stock', '-' .. ARGV[2 * i - 1])
end
redis.call('SET', KEYS[1], cmsgpack.pack(order), 'EX', remembered_seconds)
redis.call('XADD', KEYS[3], '*', 'order', ARGV[1], 'member', ARGV[4], 'key', ARGV[5], 'lines', table.concat(ARGV, ' ', 6))
return answer('0', order)
