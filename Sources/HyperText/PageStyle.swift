/// The looks of all pages: one style sheet without addresses, so that it can stand in the page. Colours are named once, for light
/// and for dark; `PageStyleTests` computes that what is written in them can be read (WCAG 2.2 AA).
public enum PageStyle {
    /// Colours by name, for light and for dark.
    static let colours: [(name: String, light: String, dark: String)] = [
        ("paper", "#faf9f6", "#14161a"), ("card", "#ffffff", "#1c1f25"), ("ink", "#1c1e22", "#ebe8e2"),
        ("muted", "#565b66", "#a9aeb9"), ("line", "#dedad2", "#363b45"), ("edge", "#85817a", "#7c828f"),
        ("link", "#0b5a8a", "#84c5f2"), ("focus", "#0b5a8a", "#ffd166"), ("button", "#17496b", "#84c5f2"),
        ("button-ink", "#ffffff", "#14161a"),
        // What left as it is, to somebody else.
        ("raw-1", "#fdeedd", "#38230f"), ("raw-2", "#fbd8b0", "#573313"), ("raw-3", "#f5b671", "#864a17"),
        ("raw-4", "#e58f42", "#cb7a2f"), ("raw-5", "#a84d08", "#f5ad68"),
        // What left as it is, to a model of the house.
        ("house-1", "#eceef2", "#23272f"), ("house-2", "#d6dbe4", "#2f3642"), ("house-3", "#b5becd", "#445064"),
        ("house-4", "#94a1b6", "#8593aa"), ("house-5", "#46546d", "#bcc7d8"),
        // What left under treatment.
        ("treated-1", "#e2f2f0", "#112a28"), ("treated-2", "#bee2de", "#163d39"), ("treated-3", "#8acac3", "#1d5650"),
        ("treated-4", "#57b0a7", "#3f968d"), ("treated-5", "#1a6a63", "#86d2c9"),
        ("bar", "#6d7a90", "#93a1b8"), ("denied", "#a3243b", "#f58a9c"),
    ]

    /// Which colour of text stands on a step of a scale.
    static func ink(onStep step: Int, dark: Bool) -> String {
        dark ? (step >= 4 ? "#14161a" : "#ebe8e2") : (step == 5 ? "#ffffff" : "#1c1e22")
    }

    /// The style sheet.
    public static let sheet: String = {
        func variables(_ dark: Bool) -> String {
            var text = colours.map { "--\($0.name):\(dark ? $0.dark : $0.light)" }
            for step in 1...5 { text.append("--on-\(step):\(ink(onStep: step, dark: dark))") }
            return text.joined(separator: ";")
        }
        var sheet = ":root{color-scheme:light dark;\(variables(false))}"
        sheet += "@media (prefers-color-scheme:dark){:root{\(variables(true))}}"
        sheet += rules
        for scale in ["raw", "house", "treated"] {
            for step in 1...5 {
                sheet += ".\(scale)-\(step){background:var(--\(scale)-\(step));color:var(--on-\(step))}"
            }
        }
        sheet += "@media print{:root{color-scheme:light;\(variables(false))}\(print)}"
        return sheet
    }()

    private static let rules = """
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
        main,header,footer{max-width:76rem;margin:0 auto;padding:0 1.5rem}
        header{padding-top:2.25rem}
        h1{font:600 2.1rem/1.15 ui-serif,Georgia,"DejaVu Serif",serif;letter-spacing:-.01em;margin:0 0 .4rem;overflow-wrap:anywhere}
        h2{font:600 1.3rem/1.3 ui-serif,Georgia,"DejaVu Serif",serif;margin:0 0 .2rem}
        p{margin:.2rem 0 .8rem;max-width:48rem}
        a{color:var(--link);text-underline-offset:.15em}
        a:hover{text-decoration-thickness:.15em}
        :focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
        .skip{position:absolute;left:-99rem}
        .skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.4rem .8rem}
        .note{color:var(--muted);font-size:.9rem}
        .card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.1rem 1.25rem 1.25rem;margin:1.1rem 0}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:0 1.1rem}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,10.5rem),1fr));gap:.8rem;margin:1.2rem 0 0;padding:0}
        .tiles>div{background:var(--card);border:1px solid var(--line);border-top:4px solid var(--bar);border-radius:10px;padding:.75rem 1rem .8rem}
        .tiles>.is-raw{border-top-color:var(--raw-4)}
        .tiles>.is-treated{border-top-color:var(--treated-4)}
        .tiles>.is-denied{border-top-color:var(--denied)}
        .tiles dt{color:var(--muted);font-size:.88rem}
        .tiles dd{margin:0;font:600 1.65rem/1.25 ui-serif,Georgia,"DejaVu Serif",serif;overflow-wrap:anywhere}
        .tiles dd+dd{font:.85rem/1.4 system-ui,sans-serif;color:var(--muted)}
        .scroll{overflow-x:auto}
        .scroll+.scroll{margin-top:1.1rem}
        table{border-collapse:collapse;width:100%;font-size:.92rem}
        caption{text-align:left;color:var(--muted);font-size:.9rem;padding:0 0 .6rem}
        h3{font:600 1rem/1.4 system-ui,sans-serif;margin:1.2rem 0 .2rem}
        caption span{display:block;max-width:min(48rem,calc(100vw - 4.5rem))}
        th,td{text-align:left;padding:.38rem .7rem .38rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
        thead th{color:var(--muted);font-weight:600;font-size:.82rem;vertical-align:bottom;border-bottom-color:var(--edge)}
        tbody th{font-weight:600;overflow-wrap:break-word;max-width:19rem}
        tbody tr:last-child>*{border-bottom:0}
        .n{text-align:right;white-space:nowrap}
        .w{white-space:nowrap}
        .bars{width:7.6rem;padding:.7rem .7rem 0 .4rem}
        .bars svg{display:block;width:7rem;height:.6rem}
        .heat{border-collapse:separate;border-spacing:4px;width:auto}
        .heat th,.heat td{border:0;padding:.5rem .6rem}
        .heat thead th:first-child{text-align:left;padding-left:0}
        .heat thead th+th{text-align:center;min-width:7.2rem;max-width:11rem}
        .heat thead th span{display:block;font-weight:400}
        .heat tbody th{white-space:nowrap;padding-left:0;vertical-align:middle;position:sticky;left:0;background:var(--card)}
        .heat td{border-radius:7px;text-align:center;min-width:6.5rem;padding:0;line-height:1.25}
        .heat td b{display:block;font:600 1.1rem/1.2 ui-serif,Georgia,"DejaVu Serif",serif}
        .heat td small{font-size:.8rem}
        .heat td a,.heat td>div{display:block;padding:.5rem .4rem;color:inherit;text-decoration:none;border-radius:7px}
        .heat td a:hover{text-decoration:underline}
        .heat .none{color:var(--muted)}
        .tag{display:inline-block;border:1px solid var(--edge);border-radius:99px;padding:0 .5rem;font-size:.78rem;line-height:1.35rem;white-space:nowrap}
        .legend{display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;list-style:none;margin:.7rem 0 0;padding:0;font-size:.88rem}
        .legend i{display:inline-block;width:.95rem;height:.95rem;border-radius:3px;vertical-align:-.12rem;margin-right:.4rem;border:1px solid var(--edge)}
        .key-raw{background:var(--raw-4)}.key-treated{background:var(--treated-4)}.key-house{background:var(--house-4)}
        .key-bar{background:var(--bar)}.key-denied{background:var(--denied)}
        .plot{display:block;width:100%;height:auto;margin-top:.4rem}
        .plot text{fill:var(--muted);font-size:12px}
        .plot .grid{stroke:var(--line)}.plot .axis{stroke:var(--edge)}
        .f-raw{fill:var(--raw-4)}.f-treated{fill:var(--treated-4)}.f-bar{fill:var(--bar)}.f-denied{fill:var(--denied)}.f-house{fill:var(--house-4)}.f-line{fill:var(--line)}
        form.filter{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,11rem),1fr));gap:.7rem .9rem;align-items:end}
        label{display:block;font-size:.85rem;color:var(--muted)}
        input,select{display:block;width:100%;font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--edge);border-radius:6px;padding:.35rem .5rem;min-height:2.4rem}
        button{font:inherit;font-weight:600;color:var(--button-ink);background:var(--button);border:0;border-radius:6px;padding:.4rem 1.2rem;min-height:2.4rem;cursor:pointer}
        .chips{display:flex;flex-wrap:wrap;gap:.4rem;margin:.7rem 0 1rem;padding:0;list-style:none}
        .chips a,.chips b{display:inline-block;border:1px solid var(--edge);border-radius:99px;padding:.1rem .8rem;text-decoration:none;min-height:1.8rem}
        .chips b{background:var(--button);color:var(--button-ink);border-color:var(--button)}
        details{margin-top:.8rem}
        summary{cursor:pointer;color:var(--link)}
        pre,code{font:.84rem/1.5 ui-monospace,"DejaVu Sans Mono",Menlo,monospace;overflow-wrap:anywhere}
        pre{white-space:pre-wrap;background:var(--paper);border:1px solid var(--line);border-radius:7px;padding:.8rem 1rem;margin:.5rem 0 0}
        .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,13rem),1fr));gap:.7rem 1.4rem;margin:.8rem 0 0}
        .facts dt{color:var(--muted);font-size:.85rem}
        .facts dd{margin:0;overflow-wrap:anywhere}
        .way{list-style:none;margin:.8rem 0 0;padding:0;counter-reset:way}
        .way>li{display:grid;grid-template-columns:9rem 6rem 1fr;gap:.2rem 1rem;padding:.5rem 0;border-bottom:1px solid var(--line);align-items:baseline}
        .way>li:last-child{border-bottom:0}
        .way+.pair{margin-top:1.2rem}
        .way b::before{counter-increment:way;content:counter(way) ". ";color:var(--muted);font-weight:400}
        .stop{color:var(--denied);font-weight:600}
        footer{color:var(--muted);font-size:.88rem;padding-top:.6rem;padding-bottom:2.5rem}
        @media (max-width:40rem){main,header,footer{padding-left:.9rem;padding-right:.9rem}.card{padding:.9rem}h1{font-size:1.7rem}.way>li{grid-template-columns:1fr auto}.way>li>span:last-child{grid-column:1/-1}.bars{display:none}}
        """

    private static let print = """
        body{background:#fff;font-size:9.5pt}
        main,header,footer{max-width:none;padding:0}
        header{padding-top:0}
        .screen,.skip{display:none}
        .card,.tiles>div{border-color:var(--line);break-inside:avoid;background:#fff}
        .card{padding:.8rem 1rem;margin:.7rem 0}
        .card.long{break-inside:auto}
        tr,.plot,.way>li{break-inside:avoid}
        thead{display:table-header-group}
        table{font-size:8.5pt}
        th,td{padding:.2rem .5rem .2rem 0}
        .scroll{overflow:visible}
        h2,h3,caption{break-after:avoid}
        .tiles{grid-template-columns:repeat(6,1fr);gap:.4rem}
        .tiles>div{padding:.4rem .5rem}
        .tiles dd{font-size:1.15rem}
        .pair{grid-template-columns:1fr 1fr}
        .heat{border-spacing:3px}
        .heat thead th,.heat td{min-width:0;max-width:none}
        .heat th,.heat td a,.heat td>div{padding:.2rem .15rem}
        .heat td small{font-size:7pt;white-space:nowrap}
        .bars,.bars svg{width:4.5rem}
        a{color:inherit;text-decoration:none}
        .heat td,.f-raw,.f-treated,.f-bar,.f-denied,.legend i{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        @page{margin:14mm}
        """
}
