internal import JSONText

/// What a data set is, where it comes from and what was done to it: `FILE.datasheet.json`, and as a page of Markdown to read.
///
/// The questions are those of "Datasheets for Datasets" (Gebru et al., 2021) that a machine can answer.
public struct Datasheet: Hashable, Sendable {
    /// A name and how many there are of it.
    public struct Count: Hashable, Sendable {
        /// The name.
        public var name: String
        /// How many.
        public var count: Int

        /// Puts it together.
        public init(_ name: String, _ count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// A file of the data set.
    public struct File: Hashable, Sendable {
        /// Its name, without folders.
        public var name: String
        /// Which part it is: `train` …; `all` where nothing is split.
        public var part: String
        /// Records in it.
        public var records: Int
        /// How many conversations they are, a conversation and what continues it being one.
        public var conversations: Int
        /// Its size.
        public var bytes: Int
        /// SHA-256 of it, in hexadecimal.
        public var digest: String

        /// Puts it together.
        public init(name: String, part: String, records: Int, conversations: Int, bytes: Int, digest: String) {
            self.name = name
            self.part = part
            self.records = records
            self.conversations = conversations
            self.bytes = bytes
            self.digest = digest
        }
    }

    /// A log of the ledger from which it comes.
    public struct Log: Hashable, Sendable {
        /// The log's signed checkpoint (C2SP `tlog-checkpoint`): origin, size, root, signatures; empty where it has none yet.
        public var checkpoint: String
        /// The log's origin.
        public var origin: String
        /// How many entries the checkpoint covers.
        public var size: UInt64
        /// The root of the tree of so many entries, in hexadecimal.
        public var root: String
        /// The first of the entries used, and the last.
        public var first, last: UInt64

        /// Puts it together.
        public init(checkpoint: String, origin: String, size: UInt64, root: String, first: UInt64, last: UInt64) {
            self.checkpoint = checkpoint
            self.origin = origin
            self.size = size
            self.root = root
            self.first = first
            self.last = last
        }
    }

    /// When it was made, UTC.
    public var created = ""
    /// The version of Sallyport that made it.
    public var program = ""
    /// How records are written.
    public var format = ""
    /// What was asked for, `name=value`.
    public var filters: [String] = []
    /// When the first and the last of its requests were made, UTC.
    public var first = "", last = ""
    /// What became of the requests that match: their number, and how many were left out for which reason.
    public var sources: [Count] = []
    /// Records by the model that answered.
    public var models: [Count] = []
    /// Records by tag.
    public var tags: [Count] = []
    /// What was taken out by the settings in force, by class.
    public var treated: [Count] = []
    /// What was taken out beyond that since every detector had to find nothing, by class.
    public var scrubbed: [Count] = []
    /// How many classes were looked for in the finished records.
    public var classes = 0
    /// How many texts of them.
    public var texts = 0
    /// Records that were left out since something was found in them.
    public var dropped = 0
    /// How duplicates were told.
    public var threshold: Double?
    /// What lots were drawn by.
    public var seed: UInt64 = 0
    /// The files.
    public var files: [File] = []
    /// The logs.
    public var logs: [Log] = []
    /// SHA-256 of the policy set in force, in hexadecimal.
    public var policySet = ""

    /// An empty one.
    public init() {}

    /// Records in all files.
    public var records: Int { files.reduce(0) { $0 + $1.records } }
}

extension Datasheet {
    /// As JSON, with the end of a line.
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 4_096)
        writer.beginObject()
        writer.key("datasheet")
        writer.int(1)
        for (name, text) in [("created", created), ("program", program), ("format", format)] {
            writer.key(name)
            writer.string(text)
        }
        writer.key("filters")
        writer.beginArray()
        for filter in filters { writer.string(filter) }
        writer.endArray()
        for (name, text) in [("first_request", first), ("last_request", last), ("policy_set", policySet)] {
            writer.key(name)
            writer.string(text)
        }
        writer.key("records")
        writer.int(records)
        for (name, counts) in [
            ("sources", sources), ("models", models), ("tags", tags), ("treated", treated), ("scrubbed", scrubbed),
        ] {
            writer.key(name)
            Self.write(counts, to: &writer)
        }
        writer.key("residual")
        writer.beginObject()
        for (name, number) in [("classes", classes), ("texts", texts), ("findings", 0), ("dropped", dropped)] {
            writer.key(name)
            writer.int(number)
        }
        writer.endObject()
        writer.key("near_duplicates_from")
        if let threshold { writer.double(threshold) } else { writer.null() }
        writer.key("seed")
        writer.string("\(seed)")
        writer.key("files")
        writer.beginArray()
        for file in files { Self.write(file, to: &writer) }
        writer.endArray()
        writer.key("ledger")
        writer.beginArray()
        for log in logs { Self.write(log, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes + [0x0A]
    }

    private static func write(_ counts: [Count], to writer: inout JSONWriter) {
        writer.beginObject()
        for count in counts {
            writer.key(count.name)
            writer.int(count.count)
        }
        writer.endObject()
    }

    private static func write(_ file: File, to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, text) in [("name", file.name), ("part", file.part), ("sha256", file.digest)] {
            writer.key(name)
            writer.string(text)
        }
        for (name, number) in [
            ("records", file.records), ("conversations", file.conversations), ("bytes", file.bytes),
        ] {
            writer.key(name)
            writer.int(number)
        }
        writer.endObject()
    }

    private static func write(_ log: Log, to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, text) in [("origin", log.origin), ("root", log.root), ("checkpoint", log.checkpoint)] {
            writer.key(name)
            writer.string(text)
        }
        for (name, number) in [("size", log.size), ("first_entry", log.first), ("last_entry", log.last)] {
            writer.key(name)
            writer.int64(Int64(clamping: number))
        }
        writer.endObject()
    }
}

extension Datasheet {
    /// As a page of Markdown.
    public var markdown: String {
        var lines = ["# Data set \(files.first.map { Self.plain($0.name) } ?? "")", ""]
        lines += ["Made \(created) by Sallyport \(program), format `\(format)`, \(records) records."]
        lines += ["Requests from \(first) to \(last).", ""]
        if !filters.isEmpty {
            lines += ["Asked for: " + filters.map { "`\(Self.plain($0))`" }.joined(separator: ", "), ""]
        }
        lines += ["## Files", "", "| file | part | records | conversations | bytes | SHA-256 |"]
        lines += ["|---|---|---:|---:|---:|---|"]
        for file in files {
            lines.append(
                "| \(Self.plain(file.name)) | \(file.part) | \(file.records) | \(file.conversations) | \(file.bytes) | "
                    + "`\(file.digest)` |")
        }
        lines += [""]
        lines += Self.table("Where it comes from", "requests and records", sources)
        lines += Self.table("Models", "model", models)
        lines += Self.table("Tags", "tag", tags)
        lines += [
            "## Personal data", "",
            "All texts are in the redacted form: in place of a value stands its class. Every record was looked through again after that, "
                + "\(texts) texts by the detectors of all \(classes) classes: 0 findings; \(dropped) records were left out for having any.",
            "",
        ]
        lines += Self.table("Taken out by the settings in force", "class", treated)
        lines += Self.table("Taken out beyond them", "class", scrubbed)
        lines += [
            "## Proof", "", "Policy set `\(policySet)`. `sallyport dataset verify` checks files and checkpoints.", "",
        ]
        for log in logs {
            lines += ["Entries \(log.first) to \(log.last) of", "", "```", log.checkpoint + "```", ""]
        }
        return lines.joined(separator: "\n")
    }

    private static func table(_ title: String, _ column: String, _ counts: [Count]) -> [String] {
        guard !counts.isEmpty else { return [] }
        return ["### \(title)", "", "| \(column) | count |", "|---|---:|"]
            + counts.map { "| \(plain($0.name)) | \($0.count) |" } + [""]
    }

    /// Names that a caller chose make no markup.
    private static func plain(_ text: String) -> String {
        String(text.map { $0.isNewline || "|`<>[]*_\\".contains($0) && $0 != "_" ? " " : $0 })
    }
}
