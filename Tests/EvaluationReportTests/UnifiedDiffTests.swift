import PlainText
import Testing

@Suite struct UnifiedDiffTests {
    @Test func `equal texts have no difference`() { #expect(UnifiedDiff.text("f", "a\n", "a\n").isEmpty) }

    @Test func `changes far apart have a hunk each`() {
        let old = (1...30).map { "\($0)\n" }
        var new = old
        new[2] = "three\n"
        new.remove(at: 25)
        let text = UnifiedDiff.text("f", old.joined(), new.joined())
        #expect(
            text == """
                --- a/f
                +++ b/f
                @@ -1,6 +1,6 @@
                 1
                 2
                -3
                +three
                 4
                 5
                 6
                @@ -23,7 +23,6 @@
                 23
                 24
                 25
                -26
                 27
                 28
                 29

                """)
    }

    @Test func `a missing end of the last line is told`() {
        #expect(
            UnifiedDiff.text("f", "a\r\nb", "a\r\nb\n")
                == "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\r\n-b\n\\ No newline at end of file\n+b\n")
    }

    @Test func `a text of nothing comes from line 0`() {
        #expect(UnifiedDiff.text("f", "", "a\n") == "--- a/f\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n")
    }
}
