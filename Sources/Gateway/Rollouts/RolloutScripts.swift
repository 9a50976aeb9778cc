/// The scripts by which gateways share one log of events in Redis, each one atomic, by the server's clock.
///
/// All keys begin with the first key given, which has a hash tag, so that a cluster keeps them in one place: `log` (hash: `epoch`, which log
/// this is; `n`, its last event; `s`, the event that `book` follows), `book` (a state as JSON), `events` (stream: `N-0` with its time `t` in
/// milliseconds, its tag `r` and itself as JSON `e`), `seen:RUN` (the last number that a run of a gateway put there), `gateways` (sorted set:
/// gateways by when they last asked, in milliseconds).
enum RolloutScripts {
    private static let common = """
        local base = KEYS[1]
        local clock = redis.call('TIME')
        local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
        local function number(value) return string.format('%.0f', value) end

        """

    /// Puts events behind the last one and answers what is new. Arguments: the log and the place that are known, the tag of the event there,
    /// the run, the gateway, how long a silent gateway counts in milliseconds, how many events to answer at most, then for each event its
    /// number and itself. Answers `{0, gateways}`: there is no log; `{1, gateways, log, place, book}`: it is another one, or what is known is
    /// too old, and nothing was put there; `{2, gateways}`: it is the same, but less than what is known, so that the server has lost something;
    /// `{3, gateways, last, {place, time, tag, event, …}}`.
    static let exchange =
        common + """
            redis.call('ZADD', base .. 'gateways', now, ARGV[5])
            redis.call('ZREMRANGEBYSCORE', base .. 'gateways', '-inf', now - 86400000)
            local gateways = redis.call('ZCOUNT', base .. 'gateways', '(' .. number(now - tonumber(ARGV[6])), '+inf')
            local log = redis.call('HMGET', base .. 'log', 'epoch', 'n', 's')
            if not log[1] then return {0, gateways} end
            local n, place = tonumber(log[2]), tonumber(ARGV[2])
            local function whole()
                return {1, gateways, log[1], tonumber(log[3]), redis.call('GET', base .. 'book') or ''}
            end
            if log[1] ~= ARGV[1] then return whole() end
            if place > n then return {2, gateways} end
            local first = redis.call('XRANGE', base .. 'events', '-', '+', 'COUNT', 1)[1]
            local oldest = first and tonumber(string.match(first[1], '^(%d+)')) or n + 1
            if place + 1 < oldest then
                if oldest > n and tonumber(log[3]) < n then return {2, gateways} end
                if tonumber(log[3]) > place then return whole() end
                return {2, gateways}
            end
            if place >= oldest and ARGV[3] ~= '' then
                local at = redis.call('XRANGE', base .. 'events', number(place) .. '-0', number(place) .. '-0')[1]
                if not at or at[2][4] ~= ARGV[3] then return {2, gateways} end
            end
            if #ARGV > 7 then
                local key = base .. 'seen:' .. ARGV[4]
                local seen = tonumber(redis.call('GET', key) or '-1')
                for at = 8, #ARGV, 2 do
                    if tonumber(ARGV[at]) > seen then
                        n = n + 1
                        redis.call('XADD', base .. 'events', number(n) .. '-0', 't', number(now), 'r', ARGV[4] .. ':' .. ARGV[at],
                            'e', ARGV[at + 1])
                        seen = tonumber(ARGV[at])
                    end
                end
                redis.call('SET', key, number(seen), 'EX', 604800)
                redis.call('HSET', base .. 'log', 'n', number(n))
            end
            local rows = {}
            for _, row in ipairs(redis.call('XRANGE', base .. 'events', number(place + 1) .. '-0', '+', 'COUNT', ARGV[7])) do
                rows[#rows + 1] = tonumber(string.match(row[1], '^(%d+)'))
                rows[#rows + 1] = tonumber(row[2][2])
                rows[#rows + 1] = row[2][4]
                rows[#rows + 1] = row[2][6]
            end
            return {3, gateways, n, rows}
            """

    /// Begins a log, unless somebody else did so meanwhile. Arguments: the log that was there, or nothing; the new one; its state.
    static let seed =
        common + """
            if (redis.call('HGET', base .. 'log', 'epoch') or '') ~= ARGV[1] then return 0 end
            redis.call('DEL', base .. 'events')
            redis.call('HSET', base .. 'log', 'epoch', ARGV[2], 'n', '0', 's', '0')
            redis.call('SET', base .. 'book', ARGV[3])
            return 1
            """

    /// Keeps the state after an event, so that older ones need not be kept for long. Arguments: the log, the event's place, the state, how
    /// many events before it stay.
    static let fold =
        common + """
            local log = redis.call('HMGET', base .. 'log', 'epoch', 'n', 's')
            local place = tonumber(ARGV[2])
            if log[1] ~= ARGV[1] or place <= tonumber(log[3]) or place > tonumber(log[2]) then return 0 end
            redis.call('HSET', base .. 'log', 's', number(place))
            redis.call('SET', base .. 'book', ARGV[3])
            redis.call('XTRIM', base .. 'events', 'MINID', number(math.max(1, place - tonumber(ARGV[4]))) .. '-0')
            return 1
            """
}
