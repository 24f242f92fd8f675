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

      function thumbnail(sheet, index) {
        const element = document.createElement('i');
        element.className = 'thumbnail ' + sheet.name;
        element.style.backgroundPosition = 'calc(var(--side)*-' + index % sheet.columns
          + ') calc(var(--side)*-' + Math.floor(index / sheet.columns) + ')';
        return element;
      }

      const namespace = 'http://www.w3.org/2000/svg';
      for (const map of data.maps) {
        const svg = document.getElementById(map.id);
        const ring = document.createElementNS(namespace, 'circle');
        ring.setAttribute('class', 'near');
        ring.setAttribute('r', 10);
        ring.setAttribute('visibility', 'hidden');
        svg.append(ring);
        function leave() { hide(); ring.setAttribute('visibility', 'hidden'); }
        svg.addEventListener('pointermove', event => {
          const box = svg.getBoundingClientRect();
          const side = svg.viewBox.baseVal.width;
          const x = (event.clientX - box.left) / box.width * side;
          const y = (event.clientY - box.top) / box.height * side;
          const chosen = chosenClasses(svg);
          let best = -1, least = 900 * side / box.width;
          for (let i = 0; i < map.x.length; i++) {
            if (chosen.size > 0 && !chosen.has(map.classes[i])) continue;
            const apart = (map.x[i] - x) ** 2 + (map.y[i] - y) ** 2;
            if (apart < least) { least = apart; best = i; }
          }
          if (best < 0) { leave(); return; }
          ring.setAttribute('cx', map.x[best]);
          ring.setAttribute('cy', map.y[best]);
          ring.setAttribute('visibility', 'visible');
          const lines = [map.classNames[map.classes[best]], map.texts[best]].filter(text => text);
          const parts = [lines.join('\n')];
          const index = map.thumbnails[best];
          if (index !== null) parts.unshift(thumbnail(map.sheet, index));
          show(event, parts);
        });
        svg.addEventListener('pointerleave', leave);
      }

      function chosenClasses(svg) {
        const marks = svg.querySelectorAll('.points.chosen');
        return new Set([...marks].map(mark => Number(mark.dataset.class)));
      }
      for (const button of document.querySelectorAll('button.pick')) {
        button.addEventListener('click', () => {
          const isChosen = button.getAttribute('aria-pressed') !== 'true';
          button.setAttribute('aria-pressed', String(isChosen));
          for (const id of button.dataset.maps.split(' ')) {
            const svg = document.getElementById(id);
            for (const mark of svg.querySelectorAll('.points')) {
              if (mark.dataset.class === button.dataset.class) mark.classList.toggle('chosen', isChosen);
            }
            svg.classList.toggle('chosen', chosenClasses(svg).size > 0);
          }
        });
      }
    })();

    """#
}
