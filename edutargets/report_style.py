"""How a report looks: on a screen in light and dark, on a telephone, and on A4."""

__all__ = ["STYLE"]

_LIGHT = """color-scheme:light;--ink:#1c2024;--soft:#5d656e;--page:#fff;--line:#d5d9de;--head:#f3f5f7;
--link:#1d5fae;--met:#0d6b54;--met-b:#d9f0e8;--not:#a3241a;--not-b:#fbe1de;--und:#7a4a00;--und-b:#fbe9cc;
--nev:#4d555e;--nev-b:#e9ebee"""
_DARK = """color-scheme:dark;--ink:#e6e8eb;--soft:#a3abb4;--page:#15181c;--line:#363c43;--head:#1e2329;
--link:#8ab8f2;--met:#63cdb0;--met-b:#123a30;--not:#ff9d94;--not-b:#451f1c;--und:#f2c078;--und-b:#432f0c;
--nev:#b4bcc5;--nev-b:#2a2f35"""

_SCHEMES = f"""
@page{{size:A4;margin:16mm 14mm 18mm;@bottom-right{{content:counter(page) " / " counter(pages);
font-size:8pt;color:#5d656e}}}}
:root{{{_LIGHT}}}
@media screen and (prefers-color-scheme:dark){{:root{{{_DARK}}}}}
"""
_RULES = """*{box-sizing:border-box}
body{font-family:"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif;
line-height:1.5;margin:0 auto;max-width:76em;padding:1em 1.4em 3em;color:var(--ink);background:var(--page)}
h1{font-size:1.45em;line-height:1.25;margin:.1em 0 .2em}h2{font-size:1.25em;margin:2em 0 .5em}
h3{font-size:1.06em;margin:1.6em 0 .4em}h4,.t h3{font-size:1em;margin:0 0 .35em}
p{margin:.35em 0}a{color:var(--link)}a:focus-visible{outline:3px solid var(--link);outline-offset:1px}
.soft{color:var(--soft);font-size:.88em}.caution{font-weight:600}
code{font-size:.85em;overflow-wrap:anywhere}.hash{overflow-wrap:anywhere;font-family:monospace;font-size:.85em}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.9em;line-height:1.4}
th,td{padding:.25em .7em .25em 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{border-bottom:2px solid var(--line);color:var(--soft);font-weight:600}
th{font-weight:400}.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.list{width:100%}
.list td,.list th{overflow-wrap:break-word}.list td:first-child,
.over td:nth-child(4),.over td:nth-child(7){white-space:nowrap}
.v{white-space:nowrap;padding:.05em .45em;border-radius:.25em;border-left:4px solid}
.met{color:var(--met);background:var(--met-b)}.not_met{color:var(--not);background:var(--not-b)}
.undetermined{color:var(--und);background:var(--und-b)}
.not_evaluable{color:var(--nev);background:var(--nev-b)}
.tiles{list-style:none;display:grid;grid-template-columns:repeat(4,1fr);gap:.6em;padding:0;margin:.7em 0}
.tiles li{border-left:5px solid;border-radius:.3em;padding:.3em .8em}
.tiles b{font-size:1.7em;line-height:1.15;margin-right:.4em;font-variant-numeric:tabular-nums}
.cols{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 2em}
.cols h2,.turns h2{font-size:1.06em;margin:.7em 0 .3em}.cols .part th{padding-left:1.2em;font-size:.94em}
.chapters{width:100%}.chapters td,.chapters thead th+th{text-align:right;padding-left:.2em;padding-right:.2em}
.chapters .v{display:inline-block;border:0;white-space:normal;font-size:.8em;line-height:1.25;
text-align:center;min-width:4em}.chapters thead th:first-child{width:55%}
.chapters th,.chapters td{padding-top:.14em;padding-bottom:.14em}
.chapters tfoot th,.chapters tfoot td{font-weight:600;border-bottom:0}
.stack{display:block;height:.35em;margin-top:.2em;border-radius:2px;print-color-adjust:exact;
-webkit-print-color-adjust:exact}
.first{padding-left:1.5em;margin:.3em 0}.first li{margin:0 0 .5em}.first p{margin:.05em 0;font-size:.9em}
.turns ul{margin:.2em 0;padding-left:1.2em}.turns li{font-size:.92em}
.t{border-top:1px solid var(--line);padding:.8em 0 .6em;scroll-margin-top:.5em}
.t:target{outline:2px solid var(--link);outline-offset:4px}
blockquote{margin:.3em 0;padding:.1em 0 .1em .9em;border-left:3px solid var(--line)}
blockquote cite{display:block;font-style:normal;color:var(--soft);font-size:.88em}
.x>tbody>tr>th{white-space:nowrap;color:var(--soft);border:0}.x>tbody>tr>td{border:0}
.x table{margin:.15em 0 .4em}.x div{max-width:56em}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8em;margin:.3em 0}summary{cursor:pointer}
svg{max-width:100%;height:auto;display:block;margin:.3em 0}svg text{fill:var(--ink);font-size:12px;
paint-order:stroke;stroke:var(--page);stroke-width:3px}
svg .goal{stroke:var(--soft);stroke-dasharray:5 4}svg .mark{stroke-dasharray:none;stroke-width:3}
svg .range{stroke:var(--und);stroke-width:1.5}svg .p-unjudged{fill:var(--page);stroke:var(--ink)}
svg .way{stroke:var(--link);stroke-dasharray:2 4}
svg .value{stroke:var(--ink)}svg .due{stroke:var(--line)}svg .soft{fill:var(--soft);font-size:11px}
svg .p-met{fill:var(--met)}svg .p-not_met{fill:var(--not)}svg .p-undetermined{fill:var(--und)}
svg .p-not_evaluable{fill:var(--nev)}
@media screen and (max-width:52em){body{padding:.8em}.cols{display:block}
.tiles{grid-template-columns:repeat(2,1fr)}.x>tbody>tr>th{white-space:normal}}
@media print{body{max-width:none;padding:0;font-size:9.5pt}a{color:inherit;text-decoration:none}
nav,details{display:none}footer{margin-top:1em}
.cols{grid-template-columns:minmax(0,6fr) minmax(0,5fr);gap:0 1.4em}
h2,h3,h4,.t blockquote{break-after:avoid}
.whole .chapter,.whole .appendix,.whole .t,.whole .chapter>h3,.cols+.chapter{break-before:page}
.whole .again,.whole .chapter>h3+.t{break-before:auto}h2{margin-top:1.2em}
.whole .chapter h2,.whole .appendix h2,.cols+.chapter h2{margin-top:0}
thead{display:table-header-group}tfoot{display:table-row-group}tr,.tiles,.first li,svg{break-inside:avoid}
.scroll{overflow:visible}.v,.tiles li,span{print-color-adjust:exact;-webkit-print-color-adjust:exact}
p,li,blockquote{orphans:2;widows:2}.tiles b{font-size:1.5em}}
"""
STYLE = _SCHEMES + _RULES
