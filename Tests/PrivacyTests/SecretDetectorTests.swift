import Inference
import Testing

@testable import Privacy

@Suite struct SecretDetectorTests {
    private static let engine: PrivacyEngine = {
        do { return try SecretCorpusTests.engine() } catch { fatalError("\(error)") }
    }()

    private static func find(_ text: String) throws -> [String] { try Fixtures.find(text, engine).map(\.1) }

    // MARK: Each line of the tables

    private static let lines = Array(SecretFormat.all.indices)

    @Test(arguments: lines)
    func `a value made of a format's line is found with its exact span`(index: Int) throws {
        var random = RestorationTests.Random(state: UInt64(index) &+ 77)
        for round in 0..<8 {
            let sample = SecretSample(SecretFormat.all[index], using: &random)
            let value = sample.value
            for text in sample.texts(round) {
                let found = try Self.find(text)
                #expect(found == [value], "\(SecretFormat.all[index].name) in \(text)")
            }
        }
    }

    @Test(arguments: lines)
    func `a value of one byte repeated is quiet where entropy counts`(index: Int) throws {
        let format = SecretFormat.all[index]
        guard format.entropy >= 2 else { return }
        var random = RestorationTests.Random(state: 5)
        let sample = SecretSample(format, monotonous: true, using: &random)
        guard sample.entropy < 1.5 else { return }
        for text in sample.texts(0) { #expect(try Self.find(text).isEmpty, "\(format.name) in \(text)") }
    }

    @Test(arguments: lines)
    func `a value that goes on with letters is quiet where its length is known`(index: Int) throws {
        let format = SecretFormat.all[index]
        guard !format.shape.isOpen, case .keywords = format.lead else { return }
        var random = RestorationTests.Random(state: UInt64(index) &+ 3)
        let sample = SecretSample(format, using: &random)
        let variants = try sample.texts(0, ending: "zz").flatMap { try Self.find($0) }
        #expect(!variants.contains(sample.value), "\(format.name)")
    }

    @Test func `a finding's variant names its format`() {
        #expect(SecretFormat.name(of: 0) == nil)
        #expect(SecretFormat.name(of: 1) == "OpenAI project key")
        #expect(SecretFormat.name(of: SecretFormat.all.count) == "Zendesk secret")
        #expect(SecretFormat.name(of: SecretFormat.Special.genericPassword.variant) == "password by its name")
        #expect(SecretFormat.name(of: SecretFormat.Special.genericPassword.variant + 1) == nil)
    }

    // MARK: What is more than a line

    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let values: [String]
        init(_ text: String, _ values: String...) {
            self.text = text
            self.values = values
        }
        var testDescription: String { text }
    }

    static let connections = [
        Row("postgres://app:s3cr3t-Pw@db.internal:5432/main", "app:s3cr3t-Pw"),
        Row("mongodb+srv://root:aB3%40xy9@cluster0.mongodb.net/?retryWrites=true", "root:aB3%40xy9"),
        Row("REDIS_URL=redis://:kq83Lmz0@cache:6379/0", ":kq83Lmz0"),
        Row("see https://alice:wonder7land@example.org/path.", "alice:wonder7land"),
        Row("amqp://svc:p@ss:w0rd@mq.example.org", "svc:p@ss:w0rd"),
        Row("jdbc:mysql://db/x?user=a&password=Zk39xQpl&ssl=1", "Zk39xQpl"),
        Row("Server=tcp:db,1433;User ID=sa;Password=Tr0ub4dor&3x;Encrypt=true", "Tr0ub4dor"),
        Row(
            "AccountKey=Xk3v9Qm1ZpL7tR2sY8uW4aB6cD0eF5gHjKwMnBpQrVtUsWxYk0193987AzCdQfGhTjKwMnVpQrSt1+/w==;",
            "Xk3v9Qm1ZpL7tR2sY8uW4aB6cD0eF5gHjKwMnBpQrVtUsWxYk0193987AzCdQfGhTjKwMnVpQrSt1+/w=="),
        Row("https://example.org/a:b@c https://user@host/ http://[::1]:80/ https://x.y/@name:z"),
        Row(
            "postgres://user:password@localhost/db redis://:${REDIS_PASSWORD}@h https://u:<password>@h https://u:****@h"
        ),
    ]

    static let headers = [
        Row("Authorization: Basic YWxhZGRpbjpvcGVuc2VzYW1l", "YWxhZGRpbjpvcGVuc2VzYW1l"),
        Row("-H 'Authorization: Bearer 9f8e7d6c5b4a39281706f5e4'", "9f8e7d6c5b4a39281706f5e4"),
        Row("\"authorization\": \"Token 22cb987851bc5659229114c6\"", "22cb987851bc5659229114c6"),
        Row("the request had Bearer kQ93jxLmZ02pTrW8vNyB in it", "kQ93jxLmZ02pTrW8vNyB"),
        Row("Authorization: Bearer ${TOKEN}", ""),
        Row("the bearer of this letter, authorization: granted, Authorization: Bearer <token>"),
        Row("curl -u alice:kJ8s7Dh2 https://example.org", "alice:kJ8s7Dh2"),
        Row("curl -s --user \"bob:x9!kLp\" https://example.org", "\"bob:x9!kLp\""),
        Row("curl -u \"$1:$2\" x; curl -u user:password y; curl --user ${a}:${b} z; sudo -u bob:xyz12345 ls"),
    ].filter { !$0.values.contains("") }

    static let commands = [
        Row("mysql -u root -pHunter2x9 -h 10.0.0.5", "Hunter2x9"),
        Row("mysqldump -uroot -p'Hunter 2x9' shop > shop.sql", "Hunter 2x9"),
        Row("docker exec db mariadb --user root -p\"hun;ter2x9\" -e 'select 1'", "hun;ter2x9"),
        Row("$ /usr/bin/mysqladmin -h db \\\n    -phunter2x9|tee log", "hunter2x9"),
        Row("sshpass -p Hunter2x9 ssh -p 2222 root@10.0.0.5; sshpass -pHunter2y8 scp a b", "Hunter2x9", "Hunter2y8"),
        Row("sshpass -p 'Hunter 2x9' ssh -p 2222 root@h", "Hunter 2x9"),
        Row(
            "mysql -u root -p shop; mysql -p$MYSQL_PWD x; mysql -p\"${PW}\" y; mysql -p<password> z; mysql -ppassword"
        ),
        Row("docker run --name mysql -p3306:3306 -p33060:33060 mysql:8; cp -pRv mysql b; mysql x && mkdir -pv9 dir1"),
        Row(
            "mysql -h db\nmkdir -pxyz123; my-mysql -pxyz123; sshpass -f file ssh -p 2222 h; sshpass -p $PW ssh -p 2222 h"
        ),
        Row("ssh -p 2222 root@h; psql -p 5432 -pabc123; the mysql client's -p option asks for a password"),
    ]

    static let names = [
        Row("api_key = \"q8Zt3LmVx90PwYk2\"", "q8Zt3LmVx90PwYk2"),
        Row("config[\"client_secret\"] = 'kd83JfLq02MzXw7v'", "kd83JfLq02MzXw7v"),
        Row("{\\\"accessToken\\\": \\\"kd83JfLq02MzXw7v\\\"}", "kd83JfLq02MzXw7v"),
        Row("const token = process.env.TOKEN || 'kd83JfLq02MzXw7v'", "kd83JfLq02MzXw7v"),
        Row("deploy --token kd83JfLq02MzXw7v --force", "kd83JfLq02MzXw7v"),
        Row("//registry.npmjs.org/:_authToken=kd83JfLq-02Mz-Xw7v", "kd83JfLq-02Mz-Xw7v"),
        Row(
            "aws_secret_access_key = wJa1rXUtnFEMIK7MDENGbPxRfiCYzXv83Lq0Tt2k",
            "wJa1rXUtnFEMIK7MDENGbPxRfiCYzXv83Lq0Tt2k"),
        Row("X-Api-Key: kd83JfLq02MzXw7v", "kd83JfLq02MzXw7v"),
        Row("password = \"hunter2!\"", "hunter2!"),
        Row("DB_PASSWORD=Summer2024\nDB_HOST=x", "Summer2024"),
        Row("  passphrase: \"correct7horse\"", "correct7horse"),
        Row("machine api.example.org login alice password kJ8s7Dh2", "kJ8s7Dh2"),
        Row("<add key=\"ClearTextPassword\" value=\"horse staple 7\" />", "horse staple 7"),
        Row("kind: Secret\ndata:\n  a: c2VjcmV0dmFsdWU=\n", "a: c2VjcmV0dmFsdWU="),
        Row("apiVersion: v1\ndata:\n  a: c2VjcmV0dmFsdWU=\nkind: Secret\n", "a: c2VjcmV0dmFsdWU="),
    ]

    /// Names inside the values of others.
    static let nested = [
        Row("callback_token=https://example.org/x?token=kd83JfLq02MzXw7v", "kd83JfLq02MzXw7v"),
        Row("login_key=https://a.example/?next=/p?token=kd83JfLq02MzXw7v", "kd83JfLq02MzXw7v"),
    ]

    static let quiet = [
        Row("The secret: patience. The key to success: hard work, and a token of thanks: 3 roses."),
        Row("password: String, token: Int64, let apiKey = settings.apiKey2, key: keys[12]"),
        Row("password = getPassword1() token = request.headers[\"x\"] secret = os.environ[\"S3CRET_1\"]"),
        Row("api_key: ${API_KEY_1} token: <your-token-1> secret: {{ secrets.DB_1 }} password: %DB_PASSWORD1%"),
        Row("apiKey = \"YOUR_API_KEY_HERE_123\" token = \"xxxxxxxxxxxx1234\" key = \"0123456789abcdefghij\""),
        Row("key_id = \"f3k9x0q2m7z81l4pt6\" tokenUrl=https://a9x8k3.example.org/p0q1 public_key = k3x9z0q2m7f81l4pt6"),
        Row("primaryKey=k3x9z0q2m7f81l4pt6, keySize = 4096bits0x1f, csrf_token=k3x9z0q2m7f81l4pt6aa"),
        Row("Password must be at least 8 characters, 1 digit. Password: ********  password=\"\" pwd=/home/u1/x2"),
        Row("the monkey = k3x9z0q2m7f81l4pt6, keyboard: k3x9z0q2m7f81l4pt6, author = k3x9z0q2m7f81l4pt6"),
        Row("import { A1Key, B2Key } from '../lib/x1-consts'; max_tokens: 4096, tokens: 128k, auth-api:1.7.8-rc1"),
        Row("linear algebra: 5f3a, the twitter account: @someone1234, discord: see https://discord.gg/abc12345"),
        Row(
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, commit 3f786850e387550fdab836ed7e6dc881de23001b"
        ),
        Row(
            "Bearer authentication, bearer tokens, Basic auth; kind: Secret\nmetadata:\n  name: registry-auth-data-1\n"),
        Row("-----BEGIN PRIVATE KEY----- is the mark, ghp_ and sk- and AKIA are prefixes, eyJ begins a token"),
    ]

    @Test(arguments: connections + headers + commands + names + nested + quiet)
    func `what is a secret is found and what only speaks of one is not`(row: Row) throws {
        #expect(try Self.find(row.text) == row.values)
    }

    @Test func `a token's own format stands before what its name says`() throws {
        let bytes = [UInt8]("GITHUB_TOKEN=ghp_a8Kd93mZqPx71LwVbn25TrQ8yUe4WcXz01Hj".utf8)
        let findings = try bytes.withUnsafeBytes { try SecretCorpusTests.engine().inspect(text: $0) }
        #expect(findings.map(\.score) == [95])
        #expect(try Self.find("GITHUB_TOKEN=ghp_a8Kd93mZqPx71").isEmpty)
    }

    // MARK: Time

    @Test(arguments: [
        "key ", "key=", "password=", "password=password:", "token token ", "secret,", "auth: \"", "--token ",
        "api_key='",
        "://a:b", "://a:b@", "curl -u ", "curl -u a:b", " -u a:", "authorization: ", "bearer ", "kind: secret\n",
        "data:\n",
        "kind: secret\ndata:\n a: ", "machine login password ", "password\" value=\"", "ZXlK", "ZXlKaGJHY2lPaUpJ",
        "eyJ.",
        "hooks.slack.com/services/", "ghp_", "xoxb-1-", "okta00", "twitter:AAAA", "-----BEGIN PRIVATE KEY-----abcdefg",
        "sk-ant-", "1234567890|", "_mmk", ".atlasv1.", "key=aaaaaaaaaa1", "k.e.y-", "<key>", "key: |\n",
    ])
    func `time is linear whatever repeats`(piece: String) throws {
        func time(_ count: Int) throws -> Int {
            let bytes = [UInt8](String(repeating: piece, count: count / piece.utf8.count).utf8)
            var least = Int.max
            for _ in 0..<2 {
                let start = Fixtures.threadNanoseconds()
                _ = try bytes.withUnsafeBytes { try Self.engine.inspect(text: $0).count }
                least = min(least, Fixtures.threadNanoseconds() - start)
            }
            return least
        }
        let short = try time(10_000)
        let long = try time(80_000)
        // Eight times the text; quadratic time would be sixty-four times.
        #expect(long < short * 20 + 5_000_000, "\(short) ns, then \(long) ns")
    }

    /// Names one inside the value of another, without a space: each would judge all that follows.
    @Test(arguments: ["password=", "token=", "key=", "api_key:", "secret=https://", "passwd=$", "x_key=a1:"])
    func `names inside values cost little more than names with values of their own`(name: String) throws {
        func time(_ piece: String) throws -> Int {
            let bytes = [UInt8](String(repeating: piece, count: 100_000 / piece.utf8.count).utf8)
            let start = Fixtures.threadNanoseconds()
            _ = try bytes.withUnsafeBytes { try Self.engine.inspect(text: $0).count }
            return Fixtures.threadNanoseconds() - start
        }
        var (nested, apart) = (Int.max, Int.max)
        // Other load only ever adds time: the least of both, taken in turn, until they agree with the bound.
        for round in 0..<12 where round < 3 || nested >= apart * 6 {
            nested = min(nested, try time(name))
            apart = min(apart, try time(name + " "))
        }
        #expect(nested < apart * 6, "\(nested) ns inside each other, \(apart) ns apart")
    }

    @Test func `a value stands at the end of more names than are judged`() throws {
        let names = String(repeating: "token=", count: 700)
        let found = try Self.find(names + "kd83JfLq02MzXw7v and key=kd83JfLq02MzXw7v")
        #expect(found.count == 2)
        #expect(found.first?.hasSuffix("kd83JfLq02MzXw7v") == true)
    }
}
