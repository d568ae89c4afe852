/// The one style sheet of all pages. System fonts, two themes, paper. Contrast is at least 4.5 to 1 for text in both themes.
enum Style {
    static let sheet = """
    :root{--paper:#fbfaf6;--card:#fff;--ink:#1c2529;--soft:#55626a;--line:#d8d5cb;--faint:#efede5;--owner:#2b6ea3;--other:#b3411a;
    --otherfill:#d4572a;--calm:#2e6b4f;--warn:#8a5a00;--link:#1d5c8f;--band:#f3f1e9}
    @media screen and (prefers-color-scheme:dark){:root{--paper:#14191c;--card:#1b2226;--ink:#e8e6df;--soft:#a5b0b6;--line:#374248;
    --faint:#232c31;--owner:#7db9e8;--other:#f59a6c;--otherfill:#f08350;--calm:#7fc9a2;--warn:#e6b450;--link:#8cc4f2;--band:#1f272b}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 "Source Sans 3","Source Sans Pro",system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif;overflow-wrap:break-word}
    header,main,footer,nav{max-width:68rem;margin:0 auto;padding:0 1rem}
    header{padding-top:1.5rem}
    main{padding-bottom:2rem}
    footer{padding-top:1rem;padding-bottom:3rem;color:var(--soft);font-size:.9rem;border-top:1px solid var(--line)}
    h1,h2,h3,h4{line-height:1.25;text-wrap:balance;margin:0}
    h1{font-size:clamp(1.3rem,.95rem + 2.1vw,2.3rem);font-weight:650;letter-spacing:-.01em}
    h2{font-size:1.5rem;margin:3rem 0 1rem;padding-top:1.2rem;border-top:2px solid var(--ink)}
    h3{font-size:1.15rem;margin:2.2rem 0 .7rem}
    h4{font-size:1rem;margin:1.4rem 0 .5rem}
    p{margin:0 0 .6rem;max-width:68ch}
    a{color:var(--link);text-underline-offset:.15em}
    :focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
    .en{color:var(--soft);font-size:.88em;font-weight:400}
    .sep{display:none}
    h1 .en,h2 .en,h3 .en,h4 .en{letter-spacing:0}
    h2 .en,h3 .en{margin-left:.35em}
    h3.title .en{display:block;margin:.2rem 0 0;font-size:.95rem}
    .brand{color:var(--soft);font-size:.95rem;margin-bottom:1.6rem;max-width:none}
    .brand b{color:var(--ink);letter-spacing:.02em}
    .pair{margin:0 0 .6rem}
    .pair>p{margin:0 0 .15rem}
    li>.pair,td>.pair,dd>.pair{margin:0}
    li>.pair>p:last-child,td>.pair>p:last-child{margin:0}
    @media (min-width:56rem){.pair{display:grid;grid-template-columns:minmax(0,11fr) minmax(0,9fr);gap:0 2rem;align-items:baseline}}
    .verdict{background:var(--card);border:1px solid var(--line);border-left:.6rem solid var(--other);border-radius:.4rem;padding:1.4rem 1.4rem 1.1rem}
    .verdict.nothing_found{border-left-color:var(--calm)}
    .verdict.incomplete{border-left-color:var(--warn);border-left-style:double}
    .verdict p.en{font-size:1.05rem;margin:.7rem 0 0;max-width:none}
    .tag{display:inline-block;font-size:.85rem;font-weight:650;color:var(--other);margin:0 0 .5rem}
    .nothing_found .tag{color:var(--calm)}.incomplete .tag{color:var(--warn)}
    .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(11rem,100%),1fr));gap:.9rem 1.4rem;margin:1.4rem 0 0;padding:1.1rem 0 0;border-top:1px solid var(--line)}
    .figures div{display:flex;flex-direction:column-reverse;justify-content:flex-end}
    .figures dt{font-size:.88rem;line-height:1.35}
    .figures dt .en{display:block}
    .figures dd{margin:0;font-size:1.9rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
    .figures.small dd{font-size:1.05rem;line-height:1.35}
    .figures.small{grid-template-columns:repeat(auto-fit,minmax(min(11rem,100%),1fr));margin-top:1.1rem}
    @media (max-width:40rem){.figures{gap:.35rem}.figures div{flex-direction:row-reverse;align-items:baseline;gap:.8rem}.figures dd{min-width:6.2rem;font-size:1.5rem}.figures.small dd{font-size:.98rem}}
    nav{padding:0}
    nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;margin:1.2rem 0 0;padding:0;font-size:.95rem}
    ul.plain{list-style:none;margin:0;padding:0}
    ul.plain>li{padding:.15rem 0 .15rem 1rem;border-left:3px solid var(--line);margin:0 0 .8rem}
    ul.plain.notknown>li{border-left-color:var(--warn)}
    .more,.none{color:var(--soft)}
    .more{font-style:italic}
    .chips{display:flex;flex-wrap:wrap;gap:.4rem .6rem;margin:0 0 1rem;padding:0;list-style:none;font-size:.92rem}
    .chips li{border:1px solid var(--line);border-radius:1rem;padding:.1rem .8rem;background:var(--card)}
    .frame{overflow-x:auto;margin:.4rem 0 1.2rem}
    table{border-collapse:collapse;width:100%;font-size:.93rem;font-variant-numeric:tabular-nums}
    caption{text-align:left;font-weight:650;padding:.3rem 0 .4rem}
    th,td{text-align:left;vertical-align:top;padding:.45rem .9rem .45rem 0;border-bottom:1px solid var(--line);font-weight:400;overflow-wrap:break-word}
    th:last-child,td:last-child{padding-right:.2rem}
    thead th{font-weight:650;border-bottom:2px solid var(--soft);vertical-align:bottom;line-height:1.25}
    thead th .en{display:block}
    tbody th .en{display:block;line-height:1.3}
    tbody th strong .en{display:inline;margin-left:.2em}
    tbody tr:last-child>*{border-bottom-color:transparent}
    .n{text-align:right;white-space:nowrap}
    .n+td:not(.n),.n+th:not(.n){padding-left:.6rem}
    td.agents{min-width:17rem;font-size:.85em}
    time{white-space:nowrap}
    .name{overflow-wrap:anywhere}
    .id{font-family:ui-monospace,"SFMono-Regular","Cascadia Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;font-size:.9em;overflow-wrap:anywhere}
    tbody th{min-width:8rem}
    td:has(.id){min-width:8.5rem}
    .counts{table-layout:auto}.counts thead th:first-child{width:55%}
    caption .en,summary .en{margin-left:.2em}
    code{font-family:ui-monospace,"SFMono-Regular","Cascadia Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;font-size:.9em;background:var(--faint);padding:.1em .35em;border-radius:.25em;overflow-wrap:anywhere}
    pre{margin:.4rem 0 1rem;white-space:pre-wrap;background:var(--faint);padding:.8rem 1rem;border-radius:.3rem}
    pre code{background:none;padding:0}
    .finding{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.2rem 1.4rem 1rem;margin:1.2rem 0 2rem}
    .finding>h3:first-child{font-size:1.3rem;margin-top:1.1rem}
    details{margin:.5rem 0 1rem;border:1px solid var(--line);border-radius:.35rem;padding:0 .9rem}
    details>summary{cursor:pointer;padding:.5rem 0;font-weight:600}
    details[open]{padding-bottom:.5rem}
    details details{border-width:0 0 0 3px;border-radius:0}
    figure{margin:1rem 0 .4rem}
    figcaption{margin:.3rem 0 .5rem;font-size:.93rem}
    .drawing{overflow-x:auto;padding:.2rem 0}
    svg{display:block;max-width:none}
    svg text{fill:var(--soft);font:11px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
    svg .strong{fill:var(--ink);font-weight:650}
    svg .grid{stroke:var(--line);stroke-width:1;fill:none}
    svg .rest{fill:var(--band)}
    svg .o1,svg .o2,svg .o3{stroke:var(--owner);stroke-linecap:round;fill:none}
    svg .u1,svg .u2,svg .u3{stroke:var(--otherfill);stroke-linecap:square;fill:none}
    svg .o1{stroke-width:2.6}svg .o2{stroke-width:4.2}svg .o3{stroke-width:5.8}
    svg .u1{stroke-width:3}svg .u2{stroke-width:5}svg .u3{stroke-width:7}
    svg .b{stroke:var(--card);stroke-width:2.4;stroke-linecap:round;fill:none}
    svg .onset{stroke:var(--ink);stroke-width:1.6;stroke-dasharray:5 3}
    svg .cut{stroke:var(--ink);stroke-width:2.6}
    svg .gap{stroke:var(--soft);stroke-width:1}
    svg .blind{fill:var(--soft)}
    svg .p-other{stroke:var(--otherfill);stroke-width:2.6;stroke-linecap:square;fill:none}
    svg .p-owner{stroke:var(--owner);stroke-width:2.6;stroke-linecap:round;fill:none}
    .legend{display:flex;flex-wrap:wrap;gap:.2rem 1.3rem;list-style:none;margin:.2rem 0 .5rem;padding:0;font-size:.88rem}
    .legend li{display:flex;align-items:center;gap:.45rem}
    .mark{flex:none;display:inline-block;width:.75rem;height:.75rem}
    .mark.possible{border:1px solid var(--other);background:repeating-linear-gradient(45deg,var(--otherfill) 0 1px,transparent 1px 5px)}
    .mark.attributed{background:var(--otherfill)}
    .mark.established{background:var(--ink);height:.3rem}
    .mark.owner{background:var(--owner);border-radius:50%}
    .mark.other{background:var(--otherfill)}
    .mark.gap{border:1px solid var(--soft);background:repeating-linear-gradient(45deg,var(--soft) 0 1.5px,transparent 1.5px 5px)}
    .mark.onset{width:0;border-left:2px dashed var(--ink);height:1rem}
    .mark.cut{width:0;border-left:3px solid var(--ink);height:1rem}
    .mark.blind{background:radial-gradient(var(--soft) 1px,transparent 1.4px) 0 0/4px 4px}
    .weight{width:34%;min-width:7.5rem}
    .bar{display:block;position:relative;height:.7rem;margin:.3rem 0 0;border-left:1px solid var(--line);border-right:1px solid var(--line)}
    .bar i{position:absolute;top:0;bottom:0;border:1.5px solid var(--other);background:var(--otherfill)}
    .bar i.minus{border-color:var(--owner);background:repeating-linear-gradient(45deg,var(--owner) 0 2px,transparent 2px 5px)}
    .bar b{position:absolute;top:-.2rem;bottom:-.2rem;width:0;border-left:1.5px solid var(--ink)}
    .nest{display:block;position:relative;height:.6rem;margin:.35rem 0 .1rem}
    .nest i{position:absolute;left:0;top:0;bottom:0}
    .nest .possible{border:1px solid var(--other);background:repeating-linear-gradient(45deg,var(--otherfill) 0 1px,transparent 1px 5px)}
    .nest .attributed{background:var(--otherfill);border:1px solid var(--other)}
    .nest .established{background:var(--ink);top:28%;bottom:28%}
    .levels dt{font-weight:650;margin-top:.5rem}
    .levels dd{margin:0 0 0 1.1rem}
    .absent>*{background:var(--faint);padding:.6rem .8rem}
    .absent .pair{font-weight:400;margin-top:.25rem}
    .refused{color:var(--other);font-weight:650}
    .fill{border-bottom:1px solid var(--soft);padding:.2rem 0 2.1rem;margin:.4rem 0 1rem}
    .fill .pair{margin:0;font-size:.95rem}
    .tick{font-weight:650}
    .answer{border-left:3px solid var(--line);padding-left:1rem;margin:.8rem 0}
    @media (max-width:40rem){.finding{padding:.2rem .8rem .8rem}.verdict{padding:1rem}th,td{padding-right:.6rem}table{font-size:.88rem}details{padding:0 .6rem}.weight{min-width:6rem}.counts{font-size:.82rem}.counts th,.counts td{padding-right:.35rem}.counts tbody th{min-width:4.6rem;hyphens:auto;overflow-wrap:anywhere}.counts thead .en{font-size:.82em}.counts thead th:first-child{width:auto}}
    @media print{
    @page{margin:14mm}
    body{font-size:10pt;background:#fff}
    header,main,footer{max-width:none;padding-left:0;padding-right:0}
    nav{display:none}
    .verdict,.finding,details{border-color:#bbb;background:none}
    .finding{border-width:0;padding:0}
    details::details-content{content-visibility:visible;height:auto;display:block}
    figure details{display:none}
    .nest .possible,.bar i.minus,.mark.possible,.mark.gap,.mark.blind{background:none}
    .mark.blind{border:1px dotted}
    .frame,.drawing{overflow:visible}
    svg{max-width:100%;height:auto}
    .drawing,tr,.verdict,.pair,dt{break-inside:avoid}
    summary,figcaption,dt{break-after:avoid}
    h2,h3,h4,caption{break-after:avoid}
    *{-webkit-print-color-adjust:exact;print-color-adjust:exact}
    a{color:inherit}
    }

    """
}
