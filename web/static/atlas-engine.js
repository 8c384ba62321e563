// Minutes to the nearest place over a grid, and the people within reach. The same file is read by the page of the
// Atlas, by its worker and by tests: it knows no page. The rule is that of mapping/engines/travel.py with eight
// neighbours: a step takes half of each cell's minutes a metre, and the square root of two as long across a corner.
(function (root) {
  'use strict';

  const OUTSIDE = 65535;
  const SEARCHED = 1e-6; // minutes by which a way must be better, so that rounding starts nothing anew
  const CODED = 1.000005; // a way of exactly the minutes may become longer by so much, since errors of codes even out

  async function unpacked(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    const buffer = await new Response(stream).arrayBuffer();
    const view = new DataView(buffer), values = new Uint16Array(buffer.byteLength / 2);
    for (let n = 0; n < values.length; n += 1) values[n] = view.getUint16(2 * n, true);
    return values;
  }

  class Grid {
    // The cells of a study area: people and unit of each, and where a point of the earth lies among them.
    static async of(file) {
      const grid = new Grid();
      grid.rows = file.rows;
      grid.columns = file.columns;
      grid.cell = file.cell;
      grid.snap = file.snap;
      grid.codes = file.codes;
      grid.lattice = file.lattice;
      grid.units = await unpacked(file.units);
      const people = await unpacked(file.people);
      grid.people = Float64Array.from(people, (count) => count / file.perPerson);
      const size = file.rows * file.columns;
      grid._keys = new Float64Array(4 * size);
      grid._cells = new Int32Array(4 * size);
      grid.populated = [];
      for (let n = 0; n < size; n += 1) if (people[n] && grid.units[n] !== OUTSIDE) grid.populated.push(n);
      return grid;
    }

    // Where a point lies, in rows and columns with fractions: a straight line between the points of the lattice.
    position(lat, lon) {
      const {south, west, step, width, row, column} = this.lattice;
      const up = (lat - south) / step, across = (lon - west) / step;
      const y = Math.floor(up), x = Math.floor(across);
      if (y < 0 || x < 0 || x >= width - 1 || (y + 2) * width > row.length) return null;
      const between = (table) => {
        const near = y * width + x, far = near + width, dx = across - x, dy = up - y;
        const low = table[near] * (1 - dx) + table[near + 1] * dx, high = table[far] * (1 - dx) + table[far + 1] * dx;
        return (low * (1 - dy) + high * dy) / 1000;
      };
      return [between(row), between(column)];
    }

    // The cell of a point, or the nearest passable one within the metres that the study area allows; -1 for none.
    cellOf(ground, lat, lon) {
      const at = this.position(lat, lon);
      if (!at) return -1;
      const row = Math.floor(at[0]), column = Math.floor(at[1]);
      const inside = row >= 0 && column >= 0 && row < this.rows && column < this.columns;
      if (inside && ground[row * this.columns + column]) return row * this.columns + column;
      const span = Math.ceil(this.snap / this.cell) + 1;
      let best = -1, least = this.snap / this.cell;
      for (let y = Math.max(0, row - span); y <= Math.min(this.rows - 1, row + span); y += 1) {
        for (let x = Math.max(0, column - span); x <= Math.min(this.columns - 1, column + span); x += 1) {
          const far = Math.hypot(x + 0.5 - at[1], y + 0.5 - at[0]);
          if (ground[y * this.columns + x] && far <= least && (best < 0 || far < least)) {
            best = y * this.columns + x;
            least = far;
          }
        }
      }
      return best;
    }

    // Minutes from every cell to the nearest of some; with minutes that are known already only what gets better.
    spread(ground, sources, known) {
      const {rows, columns, _keys: keys, _cells: cells} = this;
      const minutes = known ? Float64Array.from(known) : new Float64Array(rows * columns).fill(Infinity);
      let size = 0;
      const push = (key, cell) => {
        let place = size;
        size += 1;
        while (place) {
          const above = (place - 1) >> 1;
          if (keys[above] <= key) break;
          keys[place] = keys[above];
          cells[place] = cells[above];
          place = above;
        }
        keys[place] = key;
        cells[place] = cell;
      };
      const pop = () => {
        size -= 1;
        const key = keys[size], cell = cells[size];
        let place = 0;
        for (;;) {
          let below = 2 * place + 1;
          if (below >= size) break;
          if (below + 1 < size && keys[below + 1] < keys[below]) below += 1;
          if (keys[below] >= key) break;
          keys[place] = keys[below];
          cells[place] = cells[below];
          place = below;
        }
        keys[place] = key;
        cells[place] = cell;
      };
      for (const cell of sources) {
        if (cell >= 0 && minutes[cell] > 0) {
          minutes[cell] = 0;
          push(0, cell);
        }
      }
      const half = this.cell / 2, corner = half * Math.SQRT2;
      while (size) {
        const reached = keys[0], cell = cells[0];
        pop();
        if (reached > minutes[cell]) continue;
        const row = (cell / columns) | 0, column = cell - row * columns;
        const left = column > 0 ? -1 : 0, right = column < columns - 1 ? 1 : 0;
        for (let dy = row > 0 ? -1 : 0; dy <= (row < rows - 1 ? 1 : 0); dy += 1) {
          for (let dx = left; dx <= right; dx += 1) {
            const next = cell + dy * columns + dx;
            if (next === cell || !ground[next]) continue;
            const there = reached + (ground[cell] + ground[next]) * (dx && dy ? corner : half);
            if (there < minutes[next] - SEARCHED) {
              minutes[next] = there;
              push(there, next);
            }
          }
        }
      }
      return minutes;
    }

    // People within some minutes, by unit.
    within(minutes, most) {
      const sums = new Float64Array(this.codes.length);
      for (const cell of this.populated) if (minutes[cell] <= most * CODED) sums[this.units[cell]] += this.people[cell];
      return sums;
    }

    everybody() {
      const sums = new Float64Array(this.codes.length);
      for (const cell of this.populated) sums[this.units[cell]] += this.people[cell];
      return sums;
    }
  }

  // Minutes that a metre takes in each cell, 0 for a barrier.
  async function groundOf(file) {
    const codes = await unpacked(file.cells), table = new Float64Array(65536);
    for (let code = 1; code < 65536; code += 1) table[code] = Math.exp(file.lo + (code - 1) * file.step);
    return Float64Array.from(codes, (code) => table[code]);
  }

  // What a scenario gives: people within reach by unit before and after, with a cautious and a hopeful answer, since
  // nobody knows how fast people travel: a fifth slower, a fifth faster.
  const PACES = {low: 0.8, middle: 1, high: 1.2};

  class Model {
    constructor(grid) {
      this.grid = grid;
      this.grounds = {};
      this._before = {};
    }

    async addGround(season, file) {
      this.grounds[season] = await groundOf(file);
    }

    // services: [{id, at: [lat, lon]}]; add: [[lat, lon]]; without: ids.
    answer({season, minutes, services, add, without, key}) {
      const ground = this.grounds[season], gone = new Set(without);
      const cells = (points) => points.map(([lat, lon]) => this.grid.cellOf(ground, lat, lon));
      const name = `${season} ${key}`;
      this._before[name] ??= this.grid.spread(ground, cells(services.map((one) => one.at)));
      const before = this._before[name];
      const left = services.filter((one) => !gone.has(one.id));
      const standing = left.length === services.length ? before : this.grid.spread(ground, cells(left.map((one) => one.at)));
      const placed = cells(add);
      const after = placed.length ? this.grid.spread(ground, placed, standing) : standing;
      const sums = (surface) => Object.fromEntries(
        Object.entries(PACES).map(([pace, factor]) => [pace, this.grid.within(surface, minutes * factor)]),
      );
      const gains = placed.map((cell, n) => {
        const others = placed.filter((_, other) => other !== n);
        const alone = others.length ? this.grid.spread(ground, others, standing) : standing;
        return total(this.grid.within(after, minutes)) - total(this.grid.within(alone, minutes));
      });
      return {before: sums(before), after: sums(after), surface: after, placed, gains, everybody: this.grid.everybody()};
    }

    // The cell from which most people who are beyond the minutes now come within them: of the most crowded out of reach.
    suggest({season, minutes, surface, tries = 60}) {
      const {grid} = this, ground = this.grounds[season];
      const beyond = grid.populated.filter((cell) => ground[cell] && surface[cell] > minutes);
      const square = 8, crowds = new Map();
      for (const cell of beyond) {
        const block = ((((cell / grid.columns) | 0) / square) | 0) * 65536 + (((cell % grid.columns) / square) | 0);
        const crowd = crowds.get(block) ?? {people: 0, most: 0, cell};
        crowd.people += grid.people[cell];
        if (grid.people[cell] > crowd.most) Object.assign(crowd, {most: grid.people[cell], cell});
        crowds.set(block, crowd);
      }
      const candidates = [...crowds.values()].sort((a, b) => b.people - a.people).slice(0, tries);
      const now = total(grid.within(surface, minutes));
      let best = {cell: -1, gain: 0};
      for (const {cell} of candidates) {
        const gain = total(grid.within(grid.spread(ground, [cell], surface), minutes)) - now;
        if (gain > best.gain) best = {cell, gain};
      }
      return best;
    }
  }

  const total = (sums) => sums.reduce((sum, count) => sum + count, 0);

  root.AtlasEngine = {Grid, Model, groundOf, total, OUTSIDE};

  // As a worker: the model stands here, and the page asks it by messages.
  if (typeof WorkerGlobalScope !== 'undefined' && root instanceof WorkerGlobalScope) {
    let model = null;
    let waiting = Promise.resolve();
    root.onmessage = ({data}) => {
      waiting = waiting.then(async () => {
        const {id, ask, value} = data;
        let answer = null;
        if (ask === 'grid') model = new Model(await Grid.of(value));
        else if (ask === 'ground') await model.addGround(value.season, value.file);
        else answer = model[ask](value);
        root.postMessage({id, answer});
      });
    };
  }
})(typeof globalThis === 'undefined' ? self : globalThis);
