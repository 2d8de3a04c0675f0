"""How the bureau's page looks: in light and dark, on paper, on a telephone."""

__all__ = ["STYLE"]

STYLE = """
:root{color-scheme:light dark;--ink:#1c2024;--soft:#5d656e;--page:#fff;--line:#d5d9de;
--head:#f3f5f7;--link:#1d5fae;--b1:#fbe3e0;--b2:#f5b9b2;--b3:#e98b81;--bi:#7c1610;--w:#fbe7c6;
--wi:#6b4100;--x:#dbe9fb;--xi:#174a85;--n:#eceef1;--ni:#454c54;--m:#e9dcf5;--mi:#54257f;
--oki:#0d6b54}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#a3abb4;--page:#15181c;--line:#363c43;
--head:#1e2329;--link:#8ab8f2;--b1:#45201d;--b2:#6d2822;--b3:#96362d;--bi:#ffdcd8;--w:#4a3610;
--wi:#fbdc9f;--x:#1d3553;--xi:#c4dcfb;--n:#282d33;--ni:#c3c9d0;--m:#3a2352;--mi:#e2cbf9;
--oki:#63cdb0}}*{box-sizing:border-box}body{
font-family:"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif;
line-height:1.55;margin:0 auto;max-width:90em;padding:1.2em;color:var(--ink);background:var(--page)}
h1{font-size:1.35em;margin:.2em 0}h2{font-size:1.12em;margin:2em 0 .5em}
h3{font-size:1em;margin:1.6em 0 .3em}p{margin:.4em 0}a{color:var(--link)}
a:focus-visible,input:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);
outline-offset:1px}.soft{color:var(--soft);font-size:.9em}code{overflow-wrap:anywhere}
.decision{font-size:1.15em;font-weight:600}.decision.bad{color:#a31f15}
.decision.good{color:var(--oki)}@media (prefers-color-scheme:dark){.decision.bad{color:#ff9d94}}
.legend{list-style:none;padding:0;margin:.8em 0;display:flex;flex-wrap:wrap;gap:.4em .6em;
font-size:.9em}.legend li{padding:.1em .6em;border-radius:.3em;border:1px solid var(--line)}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.3em;max-height:85vh;
overflow-y:auto}table{border-collapse:collapse;font-size:.86em;line-height:1.35}
th,td{padding:.3em .55em;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
.list{width:100%}.list td,.list th{overflow-wrap:anywhere}.list .wide{min-width:16em}
.list td:last-child>code{white-space:nowrap}
.list th{overflow-wrap:normal;white-space:nowrap}.list td:first-child{min-width:12em}
.list thead th,.map thead th{background:var(--head);font-weight:600}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.map{border-collapse:separate;border-spacing:0}.map th,.map td{border-right:1px solid var(--line)}
.map thead th{position:sticky;top:0;z-index:2;vertical-align:bottom;min-width:5.2em;max-width:9em}
.map tbody th,.map tfoot th,.map thead th:first-child{position:sticky;left:0;background:var(--head);
text-align:left;min-width:8em;max-width:15em;font-weight:400;z-index:1}
.map thead th:first-child{z-index:3}.map tbody th b{display:block;font-weight:600}
.map td{padding:0;white-space:nowrap;text-align:center;vertical-align:middle}
.map td>a,.map td>span{display:block;padding:.3em .5em;color:inherit;text-decoration:none}
.map td>a:hover{text-decoration:underline}.map small{display:block;font-size:.85em}
.map tfoot th,.map tfoot td{background:var(--head);font-weight:600}
.c1{background:var(--b1);color:var(--bi)}.c2{background:var(--b2);color:var(--bi)}
.c3{background:var(--b3);color:#2b0603}@media (prefers-color-scheme:dark){.c3{color:#fff}}
.w{background:var(--w);color:var(--wi)}.x{background:var(--x);color:var(--xi)}
.n{background:var(--n);color:var(--ni)}.m{background:var(--m);color:var(--mi)}.ok{color:var(--oki)}
.none{color:var(--soft)}.quiet{display:none}#whole:checked~.scroll .quiet{display:revert}
.switch{font-size:.9em}section{scroll-margin-top:1em}
section:target h3,td:target{outline:2px solid var(--link);outline-offset:2px}
@media (max-width:40em){body{padding:.7em}.map tbody th,.map thead th:first-child,.map tfoot th{
max-width:8.5em;min-width:6.5em}}
@media print{body{max-width:none;padding:0;font-size:9pt}.scroll{overflow:visible;max-height:none;
border:0}.switch{display:none}.map thead th,.map th{position:static}tr{break-inside:avoid}
td,th,.legend li{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
