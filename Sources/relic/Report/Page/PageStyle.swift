/// How the page looks: light or dark as the reader's system is, in one column on a phone.
enum PageStyle {
  static let rules: HTML = """
    :root { --back: #fff; --panel: #f5f6f8; --ink: #1c2024; --faint: #5a626b; --line: #d4d9df;
      --link: #0b5cad; --good: #1d7a33; --bad: #b3261e; --heat: 11, 92, 173;
      --c0: #2f6fb0; --c1: #d9660a; --c2: #2e8b3d; --c3: #c8333a; --c4: #7d57b0; --c5: #86574b;
      --c6: #cf4fa6; --c7: #6b7076; --c8: #85830a; --c9: #0f8798; }
    @media screen and (prefers-color-scheme: dark) { :root { --back: #14171a; --panel: #1e2327;
      --ink: #e6e9ec; --faint: #a3abb3; --line: #3a424a; --link: #7db8f5; --good: #6cd184;
      --bad: #ff8a80; --heat: 106, 169, 233;
      --c0: #6aa9e9; --c1: #ff9d4d; --c2: #5fca71; --c3: #ff7a7a; --c4: #b99aea; --c5: #c79a8d;
      --c6: #f29bd6; --c7: #b4babf; --c8: #d3d157; --c9: #4fd3e6; } }
    * { box-sizing: border-box; }
    html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
    body { margin: 0 auto; max-width: 1180px; padding: 1rem; background: var(--back);
      color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto,
      "DejaVu Sans", sans-serif; }
    h1 { font-size: 1.7rem; line-height: 1.2; margin: .5rem 0; overflow-wrap: anywhere; }
    h2 { font-size: 1.3rem; margin: 2.2rem 0 .6rem; padding-top: .6rem;
      border-top: 1px solid var(--line); overflow-wrap: anywhere; }
    h3 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; overflow-wrap: anywhere; }
    p { margin: .5rem 0; max-width: 75ch; overflow-wrap: anywhere; }
    a { color: var(--link); }
    nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; padding: 0; }
    .note, figcaption, small { color: var(--faint); font-size: .9rem; }
    .warn { border-left: 4px solid var(--c1); padding: .3rem .8rem; background: var(--panel); }
    .scroll { overflow-x: auto; max-width: 100%; }
    table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
    caption { text-align: left; color: var(--faint); padding: .3rem 0; }
    th, td { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid var(--line);
      vertical-align: top; }
    th { font-weight: 600; }
    thead th { border-bottom: 2px solid var(--line); vertical-align: bottom; }
    td.n, th.n { text-align: right; white-space: nowrap; }
    td.best { font-weight: 700; }
    td.differs { background: rgba(var(--heat), .16); }
    td.text, th.text { overflow-wrap: break-word; min-width: 6.5rem; max-width: 22rem; }
    @media (max-width: 500px) { th, td { padding: .3rem .4rem; }
      td.text, th.text { min-width: 5.5rem; } }
    .beside { display: flex; flex-wrap: wrap; gap: 0 3rem; align-items: flex-start; }
    .beside > * { min-width: 0; max-width: 100%; }
    pre { background: var(--panel); padding: .7rem .9rem; overflow-x: auto; font-size: .85rem;
      border-radius: 6px; line-height: 1.45; }
    figure { margin: 0; }
    .charts { display: grid; gap: 1.2rem; grid-template-columns: repeat(auto-fill,
      minmax(min(100%, 340px), 1fr)); }
    figure.chart { break-inside: avoid; }
    figure.chart > b { display: block; font-size: .95rem; }
    svg { display: block; width: 100%; height: auto; }
    svg text { fill: var(--faint); font-size: 12px; font-family: inherit; }
    svg .grid { stroke: var(--line); stroke-width: 1; }
    svg .mark { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 3 3; }
    svg .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
    svg .band { stroke: none; opacity: .18; }
    .dash { stroke-dasharray: 6 4; }
    .k0 { --k: var(--c0); } .k1 { --k: var(--c1); } .k2 { --k: var(--c2); }
    .k3 { --k: var(--c3); } .k4 { --k: var(--c4); } .k5 { --k: var(--c5); }
    .k6 { --k: var(--c6); } .k7 { --k: var(--c7); } .k8 { --k: var(--c8); }
    .k9 { --k: var(--c9); }
    svg .curve, svg.key line { stroke: var(--k); } svg .band, svg .points { fill: var(--k); }
    .legend { display: flex; flex-wrap: wrap; gap: .15rem .9rem; list-style: none; padding: 0;
      margin: .3rem 0; font-size: .9rem; }
    .legend li { overflow-wrap: anywhere; }
    svg.key { display: inline-block; width: 26px; height: 12px; vertical-align: middle;
      margin-right: .35rem; stroke-width: 2.5; }
    table.heat td, table.heat th { padding: .15rem .3rem; font-size: .8rem; border: 1px solid
      var(--back); vertical-align: middle; }
    table.heat td { text-align: right; min-width: 2.3rem; }
    table.heat td.hot { color: var(--back); font-weight: 600; }
    table.heat tbody th { min-width: 4.5rem; max-width: 9rem; overflow-wrap: break-word;
      text-align: right; position: sticky; left: 0; background: var(--back); }
    table.heat th.down { vertical-align: bottom; text-align: left; }
    th.down span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 9rem;
      display: inline-block; overflow-wrap: anywhere; }
    img.heat { max-width: 100%; height: auto; image-rendering: pixelated;
      border: 1px solid var(--line); background: #fff; }
    td.bars, th.bars { width: 9rem; min-width: 5rem; vertical-align: middle; }
    i.bar { display: block; height: .4rem; background: var(--k); border-radius: 2px; margin: 1px 0; }
    .maps { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit,
      minmax(min(100%, 340px), 1fr)); }
    svg.map { background: var(--panel); border-radius: 6px; touch-action: pan-y; }
    svg.map .points { stroke: var(--panel); stroke-width: 1; }
    svg.map.chosen .points { opacity: .12; } svg.map.chosen .points.chosen { opacity: 1; }
    svg.map .near { fill: none; stroke: var(--ink); stroke-width: 2.5; }
    button.pick { font: inherit; color: inherit; background: none; border: 1px solid transparent;
      border-radius: 4px; padding: .1rem .35rem; cursor: pointer; text-align: left; }
    button.pick:hover, button.pick:focus-visible { border-color: var(--line); }
    button.pick[aria-pressed="true"] { border-color: var(--ink); background: var(--panel); }
    .thumbnail { --side: 72px; display: inline-block; width: var(--side); height: var(--side);
      background-repeat: no-repeat; border-radius: 4px; background-color: var(--panel); }
    #tip .thumbnail { --side: 96px; display: block; margin-bottom: .3rem; }
    .small, .large { image-rendering: auto; }
    .row { display: flex; gap: .6rem; overflow-x: auto; padding: .3rem 0; align-items: flex-start; }
    .row.wrap { flex-wrap: wrap; }
    .row figure { flex: 0 0 auto; width: 80px; }
    .row figcaption { font-size: .75rem; line-height: 1.25; overflow-wrap: anywhere; }
    .row figure > .thumbnail { border: 4px solid transparent; width: 80px; height: 80px;
      background-clip: padding-box; background-origin: padding-box; }
    .row figure.query { margin-right: .6rem; padding-right: 1rem; width: 97px;
      border-right: 1px solid var(--line); }
    .row figure.query > .thumbnail { border-color: var(--line); }
    .row figure.other > .thumbnail { border: 4px dashed var(--c1); }
    #tip { position: fixed; z-index: 9; pointer-events: none; background: var(--panel);
      color: var(--ink); border: 1px solid var(--line); border-radius: 6px; padding: .4rem .6rem;
      font-size: .85rem; max-width: min(280px, 90vw); box-shadow: 0 2px 10px rgba(0, 0, 0, .25);
      overflow-wrap: anywhere; white-space: pre-line; }
    #tip[hidden] { display: none; }
    @media print { body { max-width: none; padding: 0; font-size: 11pt; }
      nav, #tip { display: none; } h2 { break-after: avoid; }
      .scroll { overflow: visible; } table { font-size: .75rem; }
      th, td { padding: .15rem .3rem; } td.n, th.n { white-space: normal; }
      td.best { white-space: nowrap; }
      .charts { grid-template-columns: repeat(3, 1fr); }
      .row { flex-wrap: wrap; } tr, figure { break-inside: avoid; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }

    """
}
