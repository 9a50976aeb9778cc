import Testing

@testable import Gateway

struct ScalarTextTests {
    @Test(arguments: [
        ("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("4h", 14_400_000), ("2d", 172_800_000), ("0s", 0),
    ])
    func `a duration is read`(text: String, milliseconds: Int) {
        #expect(ScalarText.milliseconds(text) == milliseconds)
    }

    @Test(arguments: ["", "s", "30", "30 s", "-1s", "1.5s", "1h30m", "30S", "30sec", "٣s", "999999999999999999d"])
    func `what is no duration is refused`(text: String) {
        #expect(ScalarText.milliseconds(text) == nil)
    }

    @Test(arguments: [
        ("0", 0), ("4096", 4096), ("512B", 512), ("64KiB", 65_536), ("32MiB", 33_554_432), ("1GiB", 1 << 30),
        ("64kB", 64_000),
        ("3MB", 3_000_000), ("2GB", 2_000_000_000),
    ])
    func `a size is read`(text: String, bytes: Int) {
        #expect(ScalarText.bytes(text) == bytes)
    }

    @Test(arguments: ["", "B", "KiB", "1 KiB", "-1", "1.5MiB", "1mib", "1M", "999999999999999999GiB"])
    func `what is no size is refused`(text: String) {
        #expect(ScalarText.bytes(text) == nil)
    }

    @Test(
        arguments: [
            ("0", 0), ("2", 2_000_000), ("0.25", 250_000), ("2.50", 2_500_000), ("0.0375", 37_500),
            ("1.2500000", 1_250_000),
            ("1000000", 1_000_000_000_000), ("0.000001", 1),
        ] as [(String, Int64)])
    func `a price is read exactly`(text: String, millionths: Int64) {
        #expect(ScalarText.decimal(text, places: 6) == millionths)
    }

    @Test(arguments: ["", ".", ".5", "5.", "0.0000001", "1e3", "-1", "1,5", "1000001", "0.1.2"])
    func `what is no price is refused`(text: String) {
        #expect(ScalarText.decimal(text, places: 6) == nil)
    }

    @Test func `durations and sizes are written in their largest unit`() {
        #expect(
            [0, 500, 1500, 60_000, 86_400_000].map { ScalarText.text(milliseconds: $0) } == [
                "0ms", "500ms", "1500ms", "1m", "1d",
            ])
        #expect(
            [0, 1000, 1024, 3 << 20, 1 << 30].map { ScalarText.text(bytes: $0) } == [
                "0B", "1000B", "1KiB", "3MiB", "1GiB",
            ])
    }
}
