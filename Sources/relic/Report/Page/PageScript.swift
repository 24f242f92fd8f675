/// What the page does when a reader points at it; without it every figure still stands.
enum PageScript {
  static let code: HTML = #"""
    'use strict';
    (() => {
      const data = JSON.parse(document.getElementById('data').textContent);
      const tip = document.getElementById('tip');

      function show(event, parts) {
        tip.replaceChildren(...parts);
        tip.hidden = false;
        const box = tip.getBoundingClientRect();
        const x = event.clientX + 14 + box.width > innerWidth
          ? event.clientX - 14 - box.width : event.clientX + 14;
        const y = event.clientY + 14 + box.height > innerHeight
          ? event.clientY - 14 - box.height : event.clientY + 14;
        tip.style.left = Math.max(4, x) + 'px';
        tip.style.top = Math.max(4, y) + 'px';
      }
      function hide() { tip.hidden = true; }
      addEventListener('scroll', hide, { passive: true });

      function nearest(values, wanted) {
        let low = 0, high = values.length - 1;
        while (high - low > 1) {
          const middle = (low + high) >> 1;
          if (values[middle] < wanted) low = middle; else high = middle;
        }
        return wanted - values[low] < values[high] - wanted ? low : high;
      }

      for (const chart of data.charts) {
        const svg = document.getElementById(chart.id);
        const mark = svg.querySelector('.mark');
        svg.addEventListener('pointermove', event => {
          const box = svg.getBoundingClientRect();
          const x = (event.clientX - box.left) / box.width * chart.width;
          const part = (x - chart.left) / (chart.right - chart.left);
          if (part < -0.02 || part > 1.02) { hide(); mark.setAttribute('visibility', 'hidden'); return; }
          const step = chart.first + part * (chart.last - chart.first);
          const lines = ['step ' + Math.round(step)];
          for (const line of chart.lines) {
            const y = line.y[nearest(line.x, step)];
            lines.push(line.name + ': ' + (y === null ? 'not finite' : y));
          }
          mark.setAttribute('x1', x);
          mark.setAttribute('x2', x);
          mark.setAttribute('visibility', 'visible');
          show(event, [lines.join('\n')]);
        });
        svg.addEventListener('pointerleave', () => {
          hide();
          mark.setAttribute('visibility', 'hidden');
        });
      }
    })();

    """#
}
