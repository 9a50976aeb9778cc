import Cedar
import Testing

/// The outcomes are those of the reference implementation (cedar-policy 4.12).
@Suite struct ExtensionTests {
    @Test(
        arguments: [
            ("decimal(\"1.5\") == decimal(\"1.5000\")", .yes), ("decimal(\"-0.5\").lessThan(decimal(\"0.5\"))", .yes),
            ("decimal(\"-0.5\").lessThan(decimal(\"-0.25\"))", .yes),
            ("decimal(\"00001.5\") == decimal(\"1.5\")", .yes),
            ("decimal(\"1.0\").lessThanOrEqual(decimal(\"1.0\"))", .yes),
            ("decimal(\"2.0\").greaterThan(decimal(\"10.0\"))", .no),
            ("decimal(\"1.0\").greaterThanOrEqual(decimal(\"1.0001\"))", .no), ("decimal(\"1.0\").lessThan(1)", .fault),
            ("decimal(\"1\") == 1", .fault), ("decimal(\"1.\") == 1", .fault), ("decimal(\".5\") == 1", .fault),
            ("decimal(\"+1.5\") == 1", .fault), ("decimal(\"1.23456\") == 1", .fault),
            ("decimal(\"१.५\") == 1", .fault),
            ("decimal(\"922337203685477.5807\") == 1", .no), ("decimal(\"922337203685477.5808\") == 1", .fault),
            ("decimal(\"-922337203685477.5808\") == 1", .no), ("decimal(\"-922337203685477.5809\") == 1", .fault),
            ("decimal(\"99999999999999999999999.0\") == 1", .fault), ("decimal(1) == 1", .fault),
            ("decimal(\"\") == 1", .fault),
        ] as [(String, Outcome)])
    func `decimals have four places`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("ip(\"1.2.3.4\").isIpv4()", .yes), ("ip(\"::1\").isIpv6()", .yes), ("ip(\"::1\").isIpv4()", .no),
            ("ip(\"127.0.0.1\").isLoopback()", .yes), ("ip(\"127.0.0.0/8\").isLoopback()", .yes),
            ("ip(\"127.0.0.1/4\").isLoopback()", .no), ("ip(\"::1\").isLoopback()", .yes),
            ("ip(\"::1/64\").isLoopback()", .no),
            ("ip(\"224.0.0.1\").isMulticast()", .yes), ("ip(\"224.0.0.0/3\").isMulticast()", .no),
            ("ip(\"ff02::1\").isMulticast()", .yes), ("ip(\"10.1.2.3\").isInRange(ip(\"10.0.0.0/8\"))", .yes),
            ("ip(\"11.1.2.3\").isInRange(ip(\"10.0.0.0/8\"))", .no),
            ("ip(\"10.0.0.0/7\").isInRange(ip(\"10.1.0.0/8\"))", .no),
            ("ip(\"10.0.0.0/8\").isInRange(ip(\"10.1.0.0/8\"))", .yes),
            ("ip(\"1.2.3.4\").isInRange(ip(\"0.0.0.0/0\"))", .yes),
            ("ip(\"::1\").isInRange(ip(\"0.0.0.0/0\"))", .no), ("ip(\"ffff::1\").isInRange(ip(\"::/0\"))", .yes),
            ("ip(\"2001:db8::1\").isInRange(ip(\"2001:db8::/32\"))", .yes),
            ("ip(\"2001:db9::1\").isInRange(ip(\"2001:db8::/32\"))", .no),
            ("ip(\"2001:db8::ffff:1\").isInRange(ip(\"2001:db8::ffff:0/112\"))", .yes),
            ("ip(\"2001:db8::fffe:1\").isInRange(ip(\"2001:db8::ffff:0/112\"))", .no),
            ("ip(\"1.2.3.4/8\") == ip(\"1.3.3.4/8\")", .no), ("ip(\"1.2.3.4\") == ip(\"1.2.3.4/32\")", .yes),
            ("ip(\"::ffff:102:304\") == ip(\"1.2.3.4\")", .no), ("ip(\"1:2:3:4:5:6:7::\").isIpv6()", .yes),
            ("ip(\"::2:3:4:5:6:7:8\").isIpv6()", .yes), ("ip(\"1::2:3:4:5:6:7:8\") == 1", .fault),
            ("ip(\"1:\") == 1", .fault),
            ("ip(\"::1::\") == 1", .fault), ("ip(\":1\") == 1", .fault), ("ip(\"fe80::1%eth0\") == 1", .fault),
            ("ip(\"::ffff:1.2.3.4\") == 1", .fault), ("ip(\"1.2.3.04\") == 1", .fault), ("ip(\"1.2.3\") == 1", .fault),
            ("ip(\"1.2.3.256\") == 1", .fault), ("ip(\"1.2.3.4/08\") == 1", .fault),
            ("ip(\"1.2.3.4/33\") == 1", .fault),
            ("ip(\"::1/+8\") == 1", .fault), ("ip(\"::1/129\") == 1", .fault), ("ip(\"1.2.3.4/\") == 1", .fault),
            ("ip(\"12345::\") == 1", .fault), ("ip(\"\") == 1", .fault),
            ("context.ip.isInRange(ip(\"10.0.0.0/8\"))", .yes),
            ("context.text.isIpv4()", .fault),
        ] as [(String, Outcome)])
    func `IP addresses and ranges`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("datetime(\"2024-10-15\") == datetime(\"2024-10-15T00:00:00Z\")", .yes),
            ("datetime(\"2024-10-15T11:38:02.101+1134\") == datetime(\"2024-10-15T00:04:02.101Z\")", .yes),
            ("datetime(\"2024-10-15T23:59:00-2359\") == datetime(\"2024-10-16T23:58:00Z\")", .yes),
            ("datetime(\"1970-01-02\").durationSince(datetime(\"1970-01-01\")) == duration(\"1d\")", .yes),
            ("datetime(\"0000-01-01\") < datetime(\"1970-01-01\")", .yes),
            ("datetime(\"2024-02-29\").toDate() == datetime(\"2024-02-29\")", .yes),
            ("datetime(\"1969-12-31T23:00:00Z\").toTime() == duration(\"23h\")", .yes),
            ("datetime(\"1969-12-31T23:00:00Z\").toDate() == datetime(\"1969-12-31\")", .yes),
            ("datetime(\"2024-01-01\").offset(duration(\"-1ms\")) == datetime(\"2023-12-31T23:59:59.999Z\")", .yes),
            ("datetime(\"2024-01-01\").offset(duration(\"9223372036854775807ms\")) == 1", .fault),
            ("datetime(\"2025-02-29\") == 1", .fault), ("datetime(\"1900-02-29\") == 1", .fault),
            ("datetime(\"2000-02-29\") == 1", .no), ("datetime(\"2024-00-01\") == 1", .fault),
            ("datetime(\"2024-01-01T24:00:00Z\") == 1", .fault), ("datetime(\"2016-12-31T23:59:60Z\") == 1", .fault),
            ("datetime(\"2024-01-01T00:00:00\") == 1", .fault), ("datetime(\"2024-01-01T00:00:00+2400\") == 1", .fault),
            ("datetime(\"2024-01-01T00:00:00.1Z\") == 1", .fault), ("datetime(\"10000-01-01\") == 1", .fault),
            ("datetime(\"2024-1-1\") == 1", .fault), ("datetime(\"2024-01-01Z\") == 1", .fault),
        ] as [(String, Outcome)])
    func `moments are read strictly and reckoned with`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }

    @Test(
        arguments: [
            ("duration(\"1d2h3m4s5ms\").toMilliseconds() == 93784005", .yes),
            ("duration(\"-1m\").toSeconds() == -60", .yes),
            ("duration(\"90s\").toMinutes() == 1", .yes), ("duration(\"-90s\").toMinutes() == -1", .yes),
            ("duration(\"1d\").toHours() == 24", .yes), ("duration(\"47h\").toDays() == 1", .yes),
            ("duration(\"5m\") == duration(\"300s\")", .yes), ("duration(\"5ms\") == duration(\"5m\")", .no),
            ("duration(\"-9223372036854775808ms\") < duration(\"0ms\")", .yes),
            ("duration(\"9223372036854775808ms\") == 1", .fault),
            ("duration(\"106751991168d\") == 1", .fault), ("duration(\"1s1m\") == 1", .fault),
            ("duration(\"1d2d\") == 1", .fault),
            ("duration(\"\") == 1", .fault), ("duration(\"-\") == 1", .fault), ("duration(\"1\") == 1", .fault),
            ("duration(\"+1s\") == 1", .fault), ("duration(\"1.5s\") == 1", .fault), ("duration(\"s\") == 1", .fault),
            ("duration(\"1s\").toDate() == 1", .fault),
        ] as [(String, Outcome)])
    func `lengths of time have units in order`(condition: String, outcome: Outcome) throws {
        #expect(try World.ask(condition) == outcome)
    }
}
