/// The scripts that count in Redis, each one atomic, by the server's clock.
///
/// All keys begin with the first key given, which has a hash tag, so that a cluster keeps them in one place:
/// `$MEASURE:SCOPE:NAME`, or `$MEASURE:SCOPE@TENANT:NAME` (hash: `p` period, `s` spent with what is reserved, `o` reserved, `a` assumed, all in nano-USD),
/// `%…` (hash: `l` level, `t` its time in microseconds; a request or token is 60,000,000 of the level), `#…` (sorted set: attempts by the
/// end of their lease), `open` (sorted set: attempts by the end of their lease), `held` (hash: what of money they hold), `done:ID` (posts).
/// A tenant's account that there is not yet goes on from the one without a tenant, which all had before they were told apart: nobody knows
/// whose that was, so it counts against each of them. Amounts stay below 2⁵³, so that Lua's numbers are exact.
enum RedisLimitScripts {
    private static let common = """
        local base = KEYS[1]
        local clock = redis.call('TIME')
        local seconds = tonumber(clock[1])
        local now = seconds * 1000000 + tonumber(clock[2])
        local day = math.floor(seconds / 86400)
        local function number(value) return string.format('%.0f', value) end
        local function civilMonth(days)
            local z = days + 719468
            local era = math.floor(z / 146097)
            local doe = z - era * 146097
            local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
            local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
            local mp = math.floor((5 * doy + 2) / 153)
            local m = mp < 10 and mp + 3 or mp - 9
            return (yoe + era * 400 + (m <= 2 and 1 or 0)) * 12 + m - 1
        end
        local month = civilMonth(day)
        local function shared(name)
            local before, count = string.gsub(name, '^([^:@]*:[^:@]*)@[^:]*:', '%1:')
            return count > 0 and before
        end
        local function money(name, period)
            local key = base .. '$' .. name
            local kept = redis.call('HMGET', key, 'p', 's', 'o', 'a')
            local p, s, o, a = tonumber(kept[1] or '-1'), tonumber(kept[2]), tonumber(kept[3]), tonumber(kept[4])
            local before = not kept[1] and shared(name)
            if before then
                local old = redis.call('HMGET', base .. '$' .. before, 'p', 's', 'o', 'a')
                if old[1] then p, s, o, a = tonumber(old[1]), tonumber(old[2]), 0, tonumber(old[4]) + tonumber(old[3]) end
            end
            if period > p then return key, period, 0, 0, 0 end
            return key, p, s, o, a
        end
        local function putMoney(key, p, s, o, a)
            redis.call('HSET', key, 'p', number(p), 's', number(s), 'o', number(math.max(0, o)), 'a', number(a))
            redis.call('EXPIRE', key, 3456000)
        end
        local function bucket(name, rate, burst)
            local key = base .. '%' .. name
            local kept = redis.call('HMGET', key, 'l', 't')
            local before = not kept[1] and shared(name)
            if before then kept = redis.call('HMGET', base .. '%' .. before, 'l', 't') end
            local full = burst * 60000000
            local level = tonumber(kept[1] or number(full))
            local elapsed = math.max(0, now - tonumber(kept[2] or number(now)))
            if rate > 0 and elapsed >= (full - level) / rate then level = full else level = level + elapsed * rate end
            return key, math.min(level, full)
        end
        local function putBucket(key, level, rate, burst)
            redis.call('HSET', key, 'l', number(math.max(level, -burst * 60000000)), 't', number(now))
            redis.call('EXPIRE', key, rate > 0 and math.ceil(120 * burst / rate) + 60 or 86400)
        end
        local function reap(millis)
            for _, gone in ipairs(redis.call('ZRANGEBYSCORE', base .. 'open', '-inf', millis, 'LIMIT', 0, 20)) do
                local held = redis.call('HGET', base .. 'held', gone)
                redis.call('ZREM', base .. 'open', gone)
                redis.call('HDEL', base .. 'held', gone)
                for name, period, amount in string.gmatch(held or '', '([^\\n\\t]*)\\t(%d+)\\t(%d+)') do
                    local key, p, s, o, a = money(name, tonumber(period))
                    if p == tonumber(period) then putMoney(key, p, s, o - tonumber(amount), a + tonumber(amount)) end
                end
            end
        end
        """

    /// Takes room. Arguments: the attempt's name, the lease in milliseconds, then for each charge its kind (`d`, `m`: money of a day or
    /// month; `c`: places; `r`: by the minute), name, limit or rate, burst, amount. Answers `{1, day, month, …}`
    /// with limit, rest and milliseconds until it is whole of the scarcest limit on tokens (-1: there is none), or
    /// `{0, which charge, left, milliseconds to wait or -1, whether others hold it}`.
    static let reserve =
        common + """

            local id, lease = ARGV[1], tonumber(ARGV[2])
            local millis = math.floor(now / 1000)
            reap(millis)
            local worst
            local function refuse(index, left, wait, held)
                local rank = wait < 0 and math.huge or wait
                if not worst or rank > worst[1] then worst = {rank, index, left, wait, held and 1 or 0} end
            end
            for index = 0, (#ARGV - 2) / 5 - 1 do
                local at = 3 + index * 5
                local kind, name, limit = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
                local burst, amount = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
                if kind == 'r' then
                    local _, level = bucket(name, limit, burst)
                    if amount > burst then refuse(index, math.floor(level / 60000000), -1, false)
                    elseif level < amount * 60000000 then
                        refuse(index, math.floor(level / 60000000), limit > 0 and math.ceil((amount * 60000000 - level) / limit / 1000) or 60000, false)
                    end
                elseif kind == 'c' then
                    redis.call('ZREMRANGEBYSCORE', base .. '#' .. name, '-inf', millis)
                    local used = redis.call('ZCARD', base .. '#' .. name)
                    if amount > limit then refuse(index, 0, -1, false)
                    elseif used + amount > limit then refuse(index, math.max(0, limit - used), 1000, true) end
                else
                    local period = kind == 'd' and day or month
                    local _, p, s, o = money(name, period)
                    local left = math.max(0, limit - s)
                    if amount > limit then refuse(index, left, -1, false)
                    elseif amount > left then
                        local held = amount <= limit - (s - o)
                        local last = day + 1
                        if kind == 'm' then while civilMonth(last) == month do last = last + 1 end end
                        refuse(index, left, held and 1000 or (last * 86400 - seconds) * 1000, held)
                    end
                end
            end
            if worst then return {0, worst[2], worst[3], worst[4], worst[5]} end
            local held = {}
            local tokens, rest, whole = -1, -1, -1
            for index = 0, (#ARGV - 2) / 5 - 1 do
                local at = 3 + index * 5
                local kind, name, limit = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
                local burst, amount = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
                if kind == 'r' then
                    local key, level = bucket(name, limit, burst)
                    level = level - amount * 60000000
                    putBucket(key, level, limit, burst)
                    local left = math.max(0, math.floor(level / 60000000))
                    if string.sub(name, 1, 6) == 'tokens' and (rest < 0 or left < rest) then
                        tokens, rest = limit, left
                        whole = limit > 0 and math.ceil((burst * 60000000 - level) / limit / 1000) or 60000
                    end
                elseif kind == 'c' then
                    redis.call('ZADD', base .. '#' .. name, millis + lease, id)
                    redis.call('PEXPIRE', base .. '#' .. name, lease * 2)
                else
                    local key, p, s, o, a = money(name, kind == 'd' and day or month)
                    putMoney(key, p, s + amount, o + amount, a)
                    held[#held + 1] = name .. '\\t' .. number(p) .. '\\t' .. number(amount)
                    if kind == 'd' then day = p else month = p end
                end
            end
            redis.call('ZADD', base .. 'open', millis + lease, id)
            redis.call('HSET', base .. 'held', id, table.concat(held, '\\n'))
            return {1, day, month, tokens, rest, whole}
            """

    /// Settles. Arguments: the attempt's name, then for each charge its kind, name, period or rate, burst, amount, and what was taken or
    /// `-1`. Once only: answers 0 where the attempt's lease had ended, so that it stays at its most, or it was settled before.
    static let settle =
        common + """

            local id = ARGV[1]
            if not redis.call('HGET', base .. 'held', id) then return 0 end
            redis.call('HDEL', base .. 'held', id)
            redis.call('ZREM', base .. 'open', id)
            for index = 0, (#ARGV - 1) / 6 - 1 do
                local at = 2 + index * 6
                local kind, name, limit, burst = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
                local amount, actual = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
                if kind == 'r' then
                    if actual >= 0 and actual ~= amount then
                        local key, level = bucket(name, limit, burst)
                        putBucket(key, math.min(burst * 60000000, level + (amount - actual) * 60000000), limit, burst)
                    end
                elseif kind == 'c' then
                    redis.call('ZREM', base .. '#' .. name, id)
                else
                    local key, p, s, o, a = money(name, limit)
                    if p == limit then
                        if actual < 0 then putMoney(key, p, s, o - amount, a + amount)
                        else putMoney(key, p, s + actual - amount, o - amount, a) end
                    end
                end
            end
            return 1
            """

    /// Adds what was spent while the server could not be asked. Arguments: a name, then for each amount of money its name, period, amount.
    /// Once only for each name.
    static let post =
        common + """

            if not redis.call('SET', base .. 'done:' .. ARGV[1], '1', 'NX', 'EX', 604800) then return 0 end
            for at = 2, #ARGV, 3 do
                local period = tonumber(ARGV[at + 1])
                local key, p, s, o, a = money(ARGV[at], period)
                if p == period then putMoney(key, p, s + tonumber(ARGV[at + 2]), o, a) end
            end
            return 1
            """

    /// Makes leases longer, and takes what ended leases held for spent. Arguments: the lease in milliseconds, then for each attempt its name, how many places it holds, and their names.
    static let renew =
        common + """

            reap(math.floor(now / 1000))
            local til = math.floor(now / 1000) + tonumber(ARGV[1])
            local at = 2
            while at <= #ARGV do
                local id, places = ARGV[at], tonumber(ARGV[at + 1])
                redis.call('ZADD', base .. 'open', 'XX', til, id)
                for place = at + 2, at + 1 + places do
                    redis.call('ZADD', base .. '#' .. ARGV[place], 'XX', til, id)
                    redis.call('PEXPIRE', base .. '#' .. ARGV[place], tonumber(ARGV[1]) * 2)
                end
                at = at + 2 + places
            end
            return 1
            """

    /// How accounts stand. Arguments: for each its kind, name, limit or rate, burst. Answers for each
    /// `{spent, left, open, assumed, period}`.
    static let standing =
        common + """

            reap(math.floor(now / 1000))
            local rows = {}
            for at = 1, #ARGV, 4 do
                local kind, name, limit, burst = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
                if kind == 'r' then
                    local _, level = bucket(name, limit, burst)
                    rows[#rows + 1] = {0, math.max(0, math.floor(level / 60000000)), 0, 0, 0}
                elseif kind == 'c' then
                    local used = redis.call('ZCOUNT', base .. '#' .. name, math.floor(now / 1000), '+inf')
                    rows[#rows + 1] = {0, math.max(0, limit - used), used, 0, 0}
                else
                    local _, p, s, o, a = money(name, kind == 'd' and day or month)
                    rows[#rows + 1] = {s, math.max(0, limit - s), o, a, p}
                end
            end
            return rows
            """
}
