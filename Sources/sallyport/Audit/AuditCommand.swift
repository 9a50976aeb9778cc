import ArgumentParser

/// `sallyport audit`: one verb a file.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Read the ledger: what left, when, to whom, and under which rule.",
        discussion: "Works beside a gateway that serves. The entries' schema stands in README.md.",
        subcommands: [
            AuditVerify.self, AuditTail.self, AuditReceipt.self, AuditKey.self, AuditRotate.self, AuditPrune.self,
            AuditSync.self, AuditSubject.self, AuditExport.self,
            AuditQuery.self, AuditReport.self, AuditReindex.self,
            AuditOpen.self, AuditShred.self,
        ])
}
