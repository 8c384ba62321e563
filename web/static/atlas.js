// The Atlas: one map, one question at a time, and services that are not there yet. Everything it shows lies beside it as
// script files, so that it works from a disk too; it asks nobody for anything. Its state stands behind the # of the
// address, which a browser sends nowhere.
(function () {
  'use strict';
  const {data, outlines} = window.ATLAS, words = data.words, root = document.querySelector('.atlas');
  const $ = (name) => root.querySelector(`[data-part="${name}"]`);
  const language = document.documentElement.lang;
  const spoken = Intl.NumberFormat.supportedLocalesOf([language]).length ? language : 'ru';
  const units = new Map(data.units.map((unit) => [unit.code, unit]));
  const measures = new Map(data.measures.map((measure) => [measure.id, measure]));
  const everybody = data.units.reduce((sum, unit) => sum + unit.people, 0);
  const REACH = 'coverage', MINUTES = [30, 60, 120];
  const DARK_IS_WORSE = ['#fef0d9', '#fdcc8a', '#fc8d59', '#d7301f', '#7f0000'], NEUTRAL = ['#eff3ff', '#bdd7e7', '#6baed6', '#3182bd', '#08519c'];
  const CHANGE = ['#7f0000', '#fc8d59', '#f3f3f1', '#92c5de', '#2166ac'], NONE = '#d5d9db';
  const TIMES = [30, 60, 120, 240];
  const STATES = {present: '#fef0d9', single: '#fdcc8a', 'only remote': '#fdbb84', line: '#fdcc8a', 'no agreement': '#fc8d59', stale: '#fc8d59', unknown: NONE, 'none listed': '#7f0000', 'not published': NONE, 'not applicable': NONE};

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = (value) => new Intl.NumberFormat(spoken, {maximumFractionDigits: value < 10 && value % 1 ? 1 : 0}).format(value);
  const percent = (share) => new Intl.NumberFormat(spoken, {style: 'percent', maximumFractionDigits: 0}).format(share);
  const people = (count) => number(count >= 100000 ? Math.round(count / 1000) * 1000 : count >= 1000 ? Math.round(count / 100) * 100 : Math.round(count / 10) * 10);
  const signed = (count) => `${count < 0 ? '−' : '+'}${people(Math.abs(count))}`;
  const write = (value, kind) => (value === null || value === undefined ? words.unknown : kind === 'share' ? percent(value) : kind === 'people' ? people(value) : number(value));
  const total = (sums) => sums.reduce((sum, count) => sum + count, 0);
  const folded = (text) => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  // A page in a frame of another site leads out of it: no other page of ours may be shown there.
  const out = document.body.classList.contains('embedded') ? {target: '_blank', rel: 'noopener'} : {};
  const element = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === 'on') for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? '' : value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  };

  // ---- state, and the address that holds it ----

  const first = () => ({measure: REACH, kind: data.kinds.some((kind) => kind.code === 'any') ? 'any' : data.kinds[0]?.code, minutes: 60, season: data.seasons[0]?.id, show: 'value', name: '', add: [], without: [], unit: '', since: '', view: null});
  let state = first();

  function toAddress() {
    const start = first(), said = new URLSearchParams();
    for (const key of ['measure', 'kind', 'minutes', 'season', 'show', 'name', 'unit', 'since']) if (String(state[key]) !== String(start[key])) said.set(key, state[key]);
    if (state.add.length) said.set('add', state.add.map(([lat, lon]) => `${lat.toFixed(4)},${lon.toFixed(4)}`).join(';'));
    if (state.without.length) said.set('without', state.without.join(','));
    if (state.view) said.set('at', `${state.view.zoom}/${state.view.lat.toFixed(3)}/${state.view.lon.toFixed(3)}`);
    return said.toString().replace(/%2C/g, ',').replace(/%3B/g, ';').replace(/%2F/g, '/');
  }

  function fromAddress(text) {
    const said = new URLSearchParams(text.replace(/^#/, '')), read = first();
    const chosen = (key, known) => { if (known.includes(said.get(key))) read[key] = said.get(key); };
    chosen('measure', [REACH, ...measures.keys()]);
    const columns = data.measures.filter((measure) => measure.analysis === said.get('measure') && measure.analysis !== REACH);
    const told = columns.find((measure) => measure.better !== 'neither') ?? columns[0];
    if (told) read.measure = told.id; // an analysis by its name: its first column that is better or worse
    chosen('kind', data.kinds.map((kind) => kind.code));
    chosen('season', data.seasons.map((season) => season.id));
    chosen('since', data.editions.slice(1).map((edition) => edition.day));
    chosen('show', ['value', 'time', 'change']);
    chosen('unit', [...units.keys(), ...data.regions.map((region) => region.code)]);
    if (MINUTES.includes(Number(said.get('minutes')))) read.minutes = Number(said.get('minutes'));
    read.name = (said.get('name') || '').slice(0, 80);
    read.add = (said.get('add') || '').split(';').map((point) => point.split(',').map(Number)).filter(([lat, lon]) => Math.abs(lat) <= 90 && Math.abs(lon) <= 180).slice(0, 20);
    const known = new Set(data.services.map((service) => service.id));
    read.without = (said.get('without') || '').split(',').filter((id) => known.has(id));
    const [zoom, lat, lon] = (said.get('at') || '').split('/').map(Number);
    if (zoom >= 1 && zoom <= 18 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180) read.view = {zoom, lat, lon};
    return read;
  }

  function note() {
    const address = toAddress();
    if (location.hash.slice(1) !== address) history.replaceState(history.state, '', `#${address}`);
    for (const link of document.querySelectorAll('.langs a, [data-part=alone], [data-part=whole]')) link.hash = address; // the same elsewhere
    snippet();
  }

  // ---- the model: in a worker where the browser allows one, else in the page, as from a disk ----

  const model = (() => {
    let asked = 0, worker = null, here = null, ready = null;
    const answers = new Map(), grounds = new Map();
    const script = (address) => new Promise((done, failed) => {
      document.head.append(element('script', {src: address, on: {load: done, error: () => failed(new Error(address))}}));
    });
    const tell = (ask, value) => {
      if (here) {
        if (ask === 'ground') return here.addGround(value.season, value.file);
        return Promise.resolve(here[ask](value));
      }
      asked += 1;
      const id = asked;
      worker.postMessage({id, ask, value});
      return new Promise((done) => answers.set(id, done));
    };
    async function begin() {
      await Promise.all([script(root.dataset.grid), script(root.dataset.engine)]);
      if (location.protocol !== 'file:' && window.Worker) {
        try {
          worker = new Worker(root.dataset.engine);
          worker.onmessage = ({data: {id, answer}}) => { answers.get(id)(answer); answers.delete(id); };
          await tell('grid', window.ATLAS.grid);
          return;
        } catch (fault) { worker = null; }
      }
      here = new window.AtlasEngine.Model(await window.AtlasEngine.Grid.of(window.ATLAS.grid));
    }
    const start = () => { ready ??= begin(); return ready; };
    const ground = (season) => {
      if (!grounds.has(season)) {
        grounds.set(season, start().then(() => script(root.dataset.ground.replace('SEASON', season))).then(() => tell('ground', {season, file: window.ATLAS[`ground-${season}`]})));
      }
      return grounds.get(season);
    };
    return {
      begun: () => Boolean(ready),
      answer: async (question) => { await ground(question.season); return tell('answer', question); },
      suggest: async (question) => { await ground(question.season); return tell('suggest', question); },
      grid: () => window.ATLAS.grid,
    };
  })();

  // ---- what is asked, and its values by unit ----

  const isReach = () => state.measure === REACH;
  const isScenario = () => state.add.length > 0 || state.without.length > 0;
  const isWorkedOut = () => isReach() && (isScenario() || state.show === 'time' || state.season !== data.seasons[0]?.id);
  const kindLabel = () => data.kinds.find((kind) => kind.code === state.kind)?.label ?? '';
  const servicesOf = (kind) => data.services.filter((service) => service.counts && (kind === 'any' ? service.helps : service.kinds.includes(kind)));
  const published = () => (isReach() ? measures.get(`${REACH}.${state.kind}_${state.minutes}`) : measures.get(state.measure));
  let answer = null;

  const valueOf = (measure, table, unit) => [unit.code, ...unit.above].map((code) => table?.[code]).find((value) => value !== undefined);

  // {value, text, better, kind} of each unit: worked out here, or as it was published.
  function values() {
    const found = new Map();
    if (isWorkedOut() && answer) {
      window.ATLAS.grid.codes.forEach((code, n) => {
        const all = answer.everybody[n], share = (sums) => (all ? sums[n] / all : null), now = share(answer.after.middle), was = share(answer.before.middle);
        const value = state.show === 'change' ? (answer.after.middle[n] - answer.before.middle[n]) : now;
        const text = state.show === 'change' ? signed(value) : all ? `${percent(now)} (${percent(share(answer.after.low))}–${percent(share(answer.after.high))})` : words.nobody;
        found.set(code, {value: state.show === 'change' && all ? value / all : value, text, gain: answer.after.middle[n] - answer.before.middle[n], was});
      });
      return {better: state.show === 'change' ? 'neither' : 'better', kind: 'share', found};
    }
    const measure = published();
    if (!measure) return {better: 'neither', kind: 'share', found};
    for (const unit of units.values()) {
      const value = valueOf(measure, measure.values, unit), low = valueOf(measure, measure.low, unit), high = valueOf(measure, measure.high, unit);
      let text = valueOf(measure, measure.texts, unit);
      if (!text) text = write(value, measure.kind) + (low !== undefined && high !== undefined && low !== null && high !== null && write(low, measure.kind) !== write(high, measure.kind) ? ` (${write(low, measure.kind)}–${write(high, measure.kind)})` : '');
      found.set(unit.code, {value: value ?? null, text});
    }
    return {better: measure.better, kind: measure.kind, found};
  }

  // Classes: a fifth of the whole for shares, else five groups of as many units each (quantiles).
  function classes({better, kind, found}) {
    const colours = better === 'neither' ? NEUTRAL : better === 'better' ? [...DARK_IS_WORSE].reverse() : DARK_IS_WORSE;
    if (state.show === 'change' && isWorkedOut()) {
      const cuts = [-0.1, -0.005, 0.005, 0.1];
      const place = (value) => cuts.filter((cut) => value > cut).length;
      return {colour: (value) => CHANGE[place(value)], key: [words.fewer, words.slightlyFewer, words.same, words.slightlyMore, words.more].map((text, n) => [CHANGE[n], text])};
    }
    if (kind === 'state') {
      const there = [...new Set([...found.values()].map((one) => one.value))].filter(Boolean);
      const text = new Map([...found.values()].map((one) => [one.value, one.text]));
      return {colour: (value) => STATES[value] ?? NONE, key: there.sort((a, b) => Object.keys(STATES).indexOf(a) - Object.keys(STATES).indexOf(b)).map((value) => [STATES[value] ?? NONE, text.get(value)])};
    }
    const sorted = [...found.values()].map((one) => one.value).filter((value) => typeof value === 'number').sort((a, b) => a - b);
    const cuts = kind === 'share' && sorted.every((value) => value >= 0 && value <= 1)
      ? [0.2, 0.4, 0.6, 0.8]
      : [...new Set([0.2, 0.4, 0.6, 0.8].map((part) => sorted[Math.floor(part * sorted.length)]))].filter((cut) => cut !== undefined && cut > sorted[0]);
    const place = (value) => cuts.filter((cut) => value >= cut).length;
    const shades = cuts.length === 4 ? colours : colours.filter((_, n) => n < cuts.length + 1);
    const ends = [kind === 'share' && cuts[0] === 0.2 ? 0 : sorted[0], ...cuts, kind === 'share' && cuts[0] === 0.2 ? 1 : sorted[sorted.length - 1]];
    return {
      colour: (value) => (typeof value === 'number' ? shades[Math.min(place(value), shades.length - 1)] : NONE),
      key: sorted.length ? shades.map((colour, n) => [colour, `${write(ends[n], kind)}–${write(ends[n + 1], kind)}`]) : [],
    };
  }

  // ---- the map ----

  const map = L.map($('map'), {zoomSnap: 0.25, attributionControl: false, zoomControl: false, keyboard: true, minZoom: 4, maxZoom: 16});
  L.control.zoom({zoomInTitle: words.closer, zoomOutTitle: words.farther}).addTo(map);
  L.control.scale({imperial: false}).addTo(map);
  for (const [name, z] of [['ground', 250], ['shade', 300], ['lines', 350], ['names', 450]]) {
    map.createPane(name).style.zIndex = z;
    if (name !== 'shade') map.getPane(name).style.pointerEvents = 'none';
  }
  const looks = {neighbour: {pane: 'ground', color: '#b9c0bd', weight: 1, fillColor: '#eceae3', fillOpacity: 1}, lake: {pane: 'lines', color: '#5f9fb8', weight: 0.5, fillColor: '#8fbccf', fillOpacity: 1}, river: {pane: 'lines', color: '#5f9fb8', weight: 1.2}, road: {pane: 'lines', color: '#5b5348', weight: 1.1, opacity: 0.7}};
  for (const [name, look] of [['neighbours', 'neighbour'], ['lakes', 'lake'], ['rivers', 'river'], ['roads', 'road']]) L.geoJSON(outlines[name], {pane: looks[look].pane, interactive: false, style: looks[look]}).addTo(map);
  const shapes = new Map();
  const land = L.geoJSON(outlines.units, {
    pane: 'shade',
    style: {color: '#fff', weight: 1, fillOpacity: 0.85, fillColor: NONE},
    onEachFeature: (feature, shape) => {
      const code = feature.properties.code;
      shapes.set(code, shape);
      shape.on({mouseover: () => point(code), mouseout: () => point(''), click: (event) => { if (!placing(event.latlng)) choose(code); }});
    },
  }).addTo(map);
  map.on('click', (event) => placing(event.latlng));
  map.on('moveend', () => {
    const centre = map.getCenter();
    state.view = {zoom: Math.round(map.getZoom() * 4) / 4, lat: centre.lat, lon: centre.lng};
    note();
    nameThePlaces();
  });

  const names = L.layerGroup().addTo(map);
  function nameThePlaces() {
    names.clearLayers();
    const bounds = map.getBounds(), most = Math.round(map.getSize().x * map.getSize().y / 16000), taken = [];
    for (const [name, lat, lon] of data.places) {
      if (taken.length >= most) break;
      if (!bounds.contains([lat, lon])) continue;
      const at = map.latLngToContainerPoint([lat, lon]).add([0, 14]), wide = 4 + name.length * 3.6;
      if (taken.some((other) => Math.abs(other.x - at.x) < wide + other.wide && Math.abs(other.y - at.y) < 15)) continue;
      taken.push({x: at.x, y: at.y, wide});
      L.marker([lat, lon], {pane: 'names', interactive: false, keyboard: false, icon: L.divIcon({className: 'atlas-name', iconSize: null, html: element('span', {}, name)})}).addTo(names);
    }
  }

  const clusters = L.markerClusterGroup({maxClusterRadius: 34, showCoverageOnHover: false, spiderLegPolylineOptions: {weight: 1}, iconCreateFunction: (cluster) => L.divIcon({className: 'atlas-cluster', iconSize: [26, 26], html: element('span', {}, String(cluster.getChildCount()))})}).addTo(map);
  const markers = new Map();
  let drawnServices = '';
  function showServices() {
    showEdition();
    const typed = folded($('words').value.trim()), kind = isReach() ? state.kind : 'any', asked = JSON.stringify([typed, kind, state.since, state.without, isReach(), $('services').checked]);
    if (asked === drawnServices) return; // the same markers as before
    drawnServices = asked;
    clusters.clearLayers();
    markers.clear();
    const shown = $('services').checked ? servicesOf(kind).filter((service) => service.exact) : [];
    for (const service of shown) {
      if (state.since && service.changed < state.since) continue; // what a later edition brought
      if (typed && !folded(`${service.name} ${service.of}`).includes(typed)) continue;
      const away = state.without.includes(service.id);
      const marker = L.marker(service.at, {title: service.name, alt: service.name, icon: L.divIcon({className: `atlas-point${away ? ' away' : ''}`, iconSize: [14, 14]})});
      marker.bindPopup(() => popup(service), {maxWidth: 280});
      markers.set(service.id, marker);
      clusters.addLayer(marker);
    }
    $('count').textContent = fill(words.shown, {count: number(markers.size)});
  }

  // What came and went since an edition: the first of the slider shows all.
  function showEdition() {
    const place = Math.max(0, data.editions.findIndex((edition) => edition.day === state.since)), day = state.since;
    $('editions').hidden = data.editions.length < 2;
    $('since').max = data.editions.length - 1;
    $('since').value = place;
    const came = new Set(data.services.filter((service) => service.changed >= day).map((service) => service.id)).size;
    const went = total(data.editions.slice(place).map((edition) => edition.gone));
    const said = day ? `${fill(words.since, {day, count: number(came)})} ${fill(words.gone, {count: number(went)})}` : '';
    $('since-said').textContent = said;
    $('since').setAttribute('aria-valuetext', day || fill(words.edition, {day: data.editions[0].day}));
  }

  function popup(service) {
    const away = state.without.includes(service.id);
    return element('div', {class: 'atlas-card'},
      element('b', {}, service.name), element('p', {}, service.of),
      service.phone ? element('p', {}, element('a', {href: `tel:${service.phone}`}, service.phone)) : null,
      element('p', {}, element('a', {...out, href: root.dataset.service.replace('ID', service.id)}, words.page)),
      isReach() ? element('button', {type: 'button', class: 'btn small', on: {click: () => { state.without = away ? state.without.filter((id) => id !== service.id) : [...state.without, service.id]; map.closePopup(); changed(); }}}, away ? words.bringBack : words.takeAway) : null);
  }

  const pins = L.layerGroup().addTo(map);
  function showPins() {
    pins.clearLayers();
    state.add.forEach((at, n) => {
      const pin = L.marker(at, {draggable: true, keyboard: true, title: fill(words.placed, {number: n + 1}), alt: fill(words.placed, {number: n + 1}), icon: L.divIcon({className: 'atlas-pin', iconSize: [24, 24], html: element('span', {}, String(n + 1))})});
      pin.on('dragend', () => { const {lat, lng} = pin.getLatLng(); state.add[n] = [lat, lng]; changed(); });
      pin.addTo(pins);
    });
  }

  // Minutes of travel, painted cell by cell.
  const Surface = L.Layer.extend({
    onAdd(on) { this._canvas = L.DomUtil.create('canvas', 'leaflet-zoom-hide atlas-surface', on.getPane('shade')); on.on('moveend', this.redraw, this); this.redraw(); },
    onRemove(on) { this._canvas.remove(); on.off('moveend', this.redraw, this); },
    redraw() {
      const on = this._map;
      if (!on || !answer) return;
      const size = on.getSize(), canvas = this._canvas, grid = model.grid(), step = 2;
      L.DomUtil.setPosition(canvas, on.containerPointToLayerPoint([0, 0]));
      canvas.width = size.x; canvas.height = size.y;
      const paint = canvas.getContext('2d'), {lattice} = grid;
      for (let y = 0; y < size.y; y += step) {
        const lat = on.containerPointToLatLng([0, y + step / 2]).lat;
        for (let x = 0; x < size.x; x += step) {
          const lon = on.containerPointToLatLng([x + step / 2, 0]).lng, up = (lat - lattice.south) / lattice.step, across = (lon - lattice.west) / lattice.step, j = Math.floor(up), i = Math.floor(across);
          if (j < 0 || i < 0 || i >= lattice.width - 1 || (j + 2) * lattice.width > lattice.row.length) continue;
          const near = j * lattice.width + i, far = near + lattice.width, dx = across - i, dy = up - j;
          const between = (table) => ((table[near] * (1 - dx) + table[near + 1] * dx) * (1 - dy) + (table[far] * (1 - dx) + table[far + 1] * dx) * dy) / 1000;
          const row = Math.floor(between(lattice.row)), column = Math.floor(between(lattice.column));
          if (row < 0 || column < 0 || row >= grid.rows || column >= grid.columns) continue;
          const minutes = answer.surface[row * grid.columns + column];
          if (minutes === Infinity) continue;
          paint.fillStyle = DARK_IS_WORSE[TIMES.filter((cut) => minutes > cut).length];
          paint.fillRect(x, y, step, step);
        }
      }
    },
  });
  const surface = new Surface();

  // ---- the panel ----

  function options(select, groups, chosen) {
    select.replaceChildren(...groups.map(([label, rows]) => (label ? element('optgroup', {label}, ...rows.map(([value, text]) => element('option', {value}, text))) : element('option', {value: rows[0][0]}, rows[0][1]))));
    select.value = chosen;
  }

  function build() {
    const groups = new Map();
    for (const measure of data.measures) if (measure.analysis !== REACH) groups.set(measure.title, [...(groups.get(measure.title) ?? []), [measure.id, measure.label]]);
    options($('measure'), [['', [[REACH, words.reach]]], ...groups], state.measure);
    options($('kind'), data.kinds.map((kind) => ['', [[kind.code, kind.label]]]), state.kind);
    options($('minutes'), MINUTES.map((minutes) => ['', [[String(minutes), fill(words.minutes, {minutes})]]]), String(state.minutes));
    options($('season'), data.seasons.map((season) => ['', [[season.id, season.label]]]), state.season);
    for (const name of ['measure', 'kind', 'season']) $(name).addEventListener('change', () => { state[name] = $(name).value; if (name === 'kind') state.without = []; changed(); });
    $('minutes').addEventListener('change', () => { state.minutes = Number($('minutes').value); changed(); });
    for (const button of root.querySelectorAll('[data-show]')) button.addEventListener('click', () => { state.show = button.dataset.show; changed(); });
    $('add').addEventListener('click', () => arm(!armed));
    $('suggest').addEventListener('click', suggest);
    $('clear').addEventListener('click', () => { state.add = []; state.without = []; state.show = 'value'; changed(); });
    $('keep').addEventListener('click', keepScenario);
    $('save').addEventListener('click', save);
    $('open').addEventListener('change', open);
    $('services').addEventListener('change', showServices);
    $('since').addEventListener('input', () => { const place = Number($('since').value); state.since = place ? data.editions[place].day : ''; note(); showServices(); });
    $('words').addEventListener('input', showServices);
    const {csv, xlsx} = window.AtlasFiles, keep = (part, act) => $(part).addEventListener('click', act);
    keep('csv', () => hand('atlas.csv', text('text/csv', csv(table()))));
    keep('xlsx', () => hand('atlas.xlsx', xlsx(table(), document.title)));
    keep('svg', () => hand('atlas.svg', text('image/svg+xml', picture().svg())));
    keep('png', () => picture().canvas(2).toBlob((blob) => hand('atlas.png', blob)));
    $('print').addEventListener('click', () => window.print());
    $('full').addEventListener('click', () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.()));
    $('name').addEventListener('change', () => { state.name = $('name').value; note(); });
    search();
    root.querySelector('[data-part=snippet]')?.addEventListener('focus', (event) => event.target.select());
  }

  let armed = false;
  function arm(on) {
    armed = on;
    $('add').setAttribute('aria-pressed', String(on));
    root.classList.toggle('placing', on);
    $('said').textContent = on ? words.tapNow : '';
  }

  function placing(at) {
    if (!armed) return false;
    arm(false);
    place(at.lat, at.lng);
    return true;
  }

  function place(lat, lon) {
    if (state.add.length >= 20) return;
    if (!isReach()) state.measure = REACH;
    state.add = [...state.add, [lat, lon]];
    changed();
  }

  async function suggest() {
    if (!isReach()) state.measure = REACH;
    $('said').textContent = words.working;
    await work();
    const best = await model.suggest({season: state.season, minutes: state.minutes, surface: answer.surface});
    const grid = model.grid();
    if (best.cell < 0) { $('said').textContent = words.nothingBetter; return; }
    const [lat, lon] = pointOf(grid, best.cell);
    place(lat, lon);
  }

  // The point in degrees of the middle of a cell: the lattice, looked up the other way round by halving.
  function pointOf(grid, cell) {
    const want = [Math.floor(cell / grid.columns) + 0.5, (cell % grid.columns) + 0.5], {lattice} = grid;
    let lat = lattice.south + lattice.step * (lattice.row.length / lattice.width) / 2, lon = lattice.west + lattice.step * lattice.width / 2;
    const at = window.AtlasEngine.Grid.prototype.position;
    for (let n = 0; n < 30; n += 1) {
      const here = at.call(grid, lat, lon);
      if (!here) break;
      lat -= (want[0] - here[0]) * grid.cell / 111320;
      lon += (want[1] - here[1]) * grid.cell / (111320 * Math.cos(lat * Math.PI / 180));
    }
    return [lat, lon];
  }

  let asked = 0;
  async function work() {
    asked += 1;
    const mine = asked;
    const found = await model.answer({key: state.kind, season: state.season, minutes: state.minutes, services: servicesOf(state.kind).map(({id, at}) => ({id, at})), add: state.add, without: state.without});
    if (mine === asked) answer = found;
    return mine === asked;
  }

  async function changed() {
    note();
    $('measure').value = state.measure;
    for (const name of ['kind', 'season']) $(name).value = state[name];
    $('minutes').value = String(state.minutes);
    $('name').value = state.name;
    for (const part of root.querySelectorAll('[data-for="reach"]')) part.hidden = !isReach();
    showServices();
    showPins();
    if (isWorkedOut()) {
      if (!model.begun()) $('said').textContent = words.working;
      try {
        if (!(await work())) return;
      } catch (fault) {
        $('said').textContent = words.failed;
        return;
      }
    }
    $('said').textContent = '';
    draw();
  }

  function headline() {
    if (isWorkedOut() && answer) {
      const was = total(answer.before.middle), now = total(answer.after.middle), all = total(answer.everybody), gain = (pace) => total(answer.after[pace]) - total(answer.before[pace]);
      const range = ['low', 'middle', 'high'].map(gain).sort((a, b) => a - b);
      if (isScenario()) return [fill(words.gain, {people: signed(now - was), minutes: state.minutes}), `${kindLabel()}. ${fill(words.gainRange, {low: signed(range[0]), high: signed(range[2]), was: percent(was / all), now: percent(now / all)})}`];
      return [fill(words.within, {share: percent(now / all), minutes: state.minutes}), `${kindLabel()}. ${fill(words.range, {low: percent(total(answer.after.low) / all), high: percent(total(answer.after.high) / all)})}`];
    }
    const measure = published();
    if (!measure) return [words.nothing, kindLabel()];
    return [measure.total ? `${measure.label}: ${measure.total}` : measure.label, measure.title];
  }

  function draw() {
    const said = values(), {colour, key} = classes(said), time = state.show === 'time' && isWorkedOut();
    if (!isScenario() && state.show === 'change') state.show = 'value';
    for (const button of root.querySelectorAll('[data-show]')) {
      button.setAttribute('aria-pressed', String(button.dataset.show === state.show));
      if (button.dataset.show === 'change') button.hidden = !isScenario();
    }
    land.eachLayer((shape) => {
      const one = said.found.get(shape.feature.properties.code);
      shape.setStyle({fillColor: colour(one?.value), fillOpacity: time ? 0 : 0.85, color: time ? '#6a7b84' : '#fff'});
    });
    if (time) { if (!map.hasLayer(surface)) surface.addTo(map); surface.redraw(); } else if (map.hasLayer(surface)) surface.remove();
    const [title, under] = headline();
    $('title').textContent = title;
    $('under').textContent = under;
    snippet();
    const bands = time ? DARK_IS_WORSE.map((shade, n) => [shade, n === 4 ? fill(words.over, {minutes: TIMES[3]}) : fill(words.minutes, {minutes: `${n ? TIMES[n - 1] : 0}–${TIMES[n]}`})]) : key;
    $('legend').replaceChildren(...bands.map(([shade, text]) => legendRow(shade, text)), ...([...said.found.values()].some((one) => typeof one.value !== 'number' && said.kind !== 'state') && !time ? [legendRow(NONE, words.unknown)] : []));
    showTable(said, colour);
    showScenario();
    $('clear').hidden = !isScenario();
  }

  function legendRow(shade, text) {
    const box = element('i', {});
    box.style.background = shade;
    return element('li', {}, box, text);
  }

  let pointed = '';
  function point(code) {
    if (pointed && shapes.has(pointed)) shapes.get(pointed).setStyle({weight: 1});
    root.querySelector(`tr.pointed`)?.classList.remove('pointed');
    pointed = code;
    if (!code) { $('tip').hidden = true; return; }
    shapes.get(code)?.setStyle({weight: 3}).bringToFront();
    root.querySelector(`tr[data-code="${code}"]`)?.classList.add('pointed');
    const unit = units.get(code), one = values().found.get(code);
    $('tip').hidden = false;
    $('tip').replaceChildren(element('b', {}, unit.name), ` ${one?.text ?? ''}`);
  }

  function choose(code) {
    state.unit = state.unit === code ? '' : code;
    note();
    const unit = units.get(code), one = values().found.get(code);
    const inside = data.services.filter((service) => service.unit === code && (!isReach() || servicesOf(state.kind).includes(service)));
    $('unit').hidden = !state.unit;
    $('unit').replaceChildren(
      element('h2', {}, unit.region && unit.region !== unit.name ? `${unit.name}, ${unit.region}` : unit.name),
      element('p', {}, `${$('measure').selectedOptions[0]?.textContent ?? ''}: ${one?.text ?? words.unknown}`),
      element('p', {}, fill(words.living, {people: people(unit.people)})),
      element('p', {}, fill(words.here, {count: number(inside.length)})),
      root.dataset.unit ? element('p', {}, element('a', {...out, href: root.dataset.unit.replace('CODE', code)}, words.page)) : '');
  }

  function showTable({found, better, kind}, colour) {
    const worst = better === 'better' ? 1 : -1, scenario = isScenario() && isWorkedOut();
    const rank = (one) => (typeof one?.value === 'number' ? one.value : kind === 'state' ? -Object.keys(STATES).indexOf(one?.value) : Infinity * worst);
    const rows = [...found].sort(([, a], [, b]) => (scenario ? Math.abs(b.gain) - Math.abs(a.gain) || worst * (rank(a) - rank(b)) : worst * (rank(a) - rank(b))));
    $('column').textContent = scenario ? words.change : words.value;
    $('rows').replaceChildren(...rows.map(([code, one]) => {
      const box = element('i', {});
      box.style.background = colour(one.value);
      const go = element('button', {type: 'button', on: {click: () => { choose(code); map.fitBounds(shapes.get(code).getBounds(), {maxZoom: 9}); }, focus: () => point(code), blur: () => point('')}}, box, units.get(code)?.name ?? code);
      return element('tr', {'data-code': code, on: {mouseenter: () => point(code), mouseleave: () => point('')}}, element('th', {scope: 'row'}, go), element('td', {}, people(units.get(code)?.people ?? 0)), element('td', {}, scenario ? `${signed(one.gain)} · ${one.text}` : one.text));
    }));
  }

  // ---- scenarios: what was put down and taken away, kept to compare, saved and opened ----

  const kept = [];

  function showScenario() {
    const gains = isWorkedOut() && answer ? answer.gains : [];
    const drop = (act) => element('button', {type: 'button', class: 'link', on: {click: act}}, words.drop);
    $('scenario').replaceChildren(
      ...state.add.map((at, n) => element('li', {}, `${fill(words.placed, {number: n + 1})} ${nearest(at)}`, ' ', element('b', {}, gains[n] === undefined ? '' : signed(gains[n])), ' ', drop(() => { state.add = state.add.filter((_, other) => other !== n); changed(); }))),
      ...state.without.map((id) => element('li', {}, fill(words.taken, {name: data.services.find((service) => service.id === id)?.name ?? id}), ' ', drop(() => { state.without = state.without.filter((other) => other !== id); changed(); }))));
    $('scenario-tools').hidden = !isScenario();
    $('kept').hidden = !kept.length;
    $('kept-rows').replaceChildren(...kept.map((row) => element('tr', {}, element('th', {scope: 'row'}, element('button', {type: 'button', class: 'link', on: {click: () => { state = {...first(), ...row.state}; changed(); }}}, row.name)), element('td', {}, signed(row.gain)), element('td', {}, element('input', {type: 'number', min: 0, step: 'any', value: row.cost || null, 'aria-label': fill(words.costOf, {name: row.name}), on: {change: (event) => { row.cost = Number(event.target.value); showScenario(); }}})), element('td', {}, row.cost ? number(row.gain / row.cost) : ''))));
  }

  function nearest([lat, lon]) {
    let best = ['', Infinity];
    for (const [name, y, x] of data.places) {
      const far = Math.hypot(y - lat, (x - lon) * Math.cos(lat * Math.PI / 180));
      if (far < best[1]) best = [name, far];
    }
    return best[0] && best[1] < 0.5 ? fill(words.near, {place: best[0]}) : `${lat.toFixed(3)}, ${lon.toFixed(3)}`;
  }

  function keepScenario() {
    if (!answer) return;
    const name = state.name || `${kindLabel()} ${kept.length + 1}`;
    kept.push({name, gain: total(answer.after.middle) - total(answer.before.middle), cost: 0, state: JSON.parse(JSON.stringify({...state, name}))});
    showScenario();
  }

  const FORM = 'rohnamo-scenario';
  function save() {
    const {name, kind, minutes, season, add, without} = state;
    hand(`${(name || 'scenario').replace(/[^\p{L}\p{N}]+/gu, '-')}.json`, text('application/json', JSON.stringify({form: FORM, edition: data.edition, name, kind, minutes, season, add, without}, null, 1)));
  }

  async function open() {
    const file = $('open').files[0];
    if (!file) return;
    try {
      const said = JSON.parse(await file.text());
      if (said.form !== FORM) throw new Error(FORM);
      state = fromAddress(new URLSearchParams({kind: said.kind, minutes: said.minutes, season: said.season, name: said.name ?? '', add: (said.add ?? []).map((point) => point.join(',')).join(';'), without: (said.without ?? []).join(',')}).toString());
      changed();
    } catch (fault) {
      $('said').textContent = words.noScenario;
    }
    $('open').value = '';
  }

  // ---- what can be kept ----

  function hand(name, blob) {
    const address = URL.createObjectURL(blob);
    const link = element('a', {href: address, download: name});
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }
  const text = (type, contents) => new Blob([contents], {type: `${type};charset=utf-8`});

  function table() {
    const {found} = values(), [title, under] = headline();
    const rows = [...found].map(([code, one]) => [code, units.get(code)?.name, units.get(code)?.people, one.value ?? '', one.text, one.gain === undefined ? '' : Math.round(one.gain)]);
    return [[words.code, words.area, words.people, words.number, words.value, words.change], ...rows, [], [title], [under], [fill(words.edition, {day: data.edition})], [$('sources').textContent], [toAddress()]];
  }

  // What is shown, on a sheet of paper: title, map, legend, scale, edition and sources.
  function picture() {
    const {x: width, y: height} = map.getSize(), [title, under] = headline(), sheet = new window.AtlasFiles.Sheet(width);
    const spot = (at) => map.latLngToContainerPoint(at);
    const way = (line, closed) => `M${line.map(([lon, lat]) => { const {x, y} = spot([lat, lon]); return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`; }).join('L')}${closed ? 'Z' : ''}`;
    const ways = ({type, coordinates}) => ({
      Polygon: () => coordinates.map((ring) => way(ring, true)), MultiPolygon: () => coordinates.flat().map((ring) => way(ring, true)),
      LineString: () => [way(coordinates)], MultiLineString: () => coordinates.map((line) => way(line)),
    })[type]().join('');
    const ground = (name, look) => { for (const shape of outlines[name]) sheet.put('path', {d: ways(shape.geometry), fill: look.fillColor, stroke: look.color, line: look.weight, alpha: look.opacity ?? 1}); };
    sheet.write(title, {size: 16, bold: true});
    sheet.write(under);
    sheet.window(height, () => {
      sheet.put('box', {x: 0, y: 0, width, height, fill: '#e6ecec'});
      ground('neighbours', looks.neighbour);
      land.eachLayer((shape) => sheet.put('path', {d: ways(shape.feature.geometry), fill: shape.options.fillOpacity ? shape.options.fillColor : '#fff', stroke: shape.options.color}));
      if (map.hasLayer(surface)) sheet.put('image', {canvas: surface._canvas, alpha: 0.8});
      ground('lakes', looks.lake);
      ground('rivers', looks.river);
      ground('roads', looks.road);
      for (const shown of new Set([...markers.values()].map((marker) => clusters.getVisibleParent(marker)).filter((shown) => shown && map.getBounds().contains(shown.getLatLng())))) {
        const {x, y} = spot(shown.getLatLng()), count = shown.getChildCount?.();
        sheet.put('dot', {x, y, r: count ? 12 : 6, fill: '#16232b', stroke: '#fff', line: 2});
        if (count) sheet.put('text', {x, y: y + 4, text: String(count), size: 12, bold: true, colour: '#fff', middle: true});
      }
      names.eachLayer((name) => { const {x, y} = spot(name.getLatLng()); sheet.put('text', {x, y: y + 18, text: name.options.icon.options.html.textContent, size: 11, bold: true, colour: '#16232b', middle: true, halo: true}); });
      state.add.forEach((at, n) => { const {x, y} = spot(at); sheet.put('dot', {x, y, r: 10, fill: '#08519c', stroke: '#fff', line: 2}); sheet.put('text', {x, y: y + 4, text: String(n + 1), size: 12, bold: true, colour: '#fff', middle: true}); });
      const bar = root.querySelector('.leaflet-control-scale-line'), long = bar.offsetWidth;
      sheet.put('path', {d: `M10 ${height - 16}v6h${long}v-6`, stroke: '#16232b', line: 2});
      sheet.put('text', {x: 16, y: height - 16, text: bar.textContent, size: 11, colour: '#16232b', halo: true});
      sheet.put('path', {d: `M${width - 20} 12l7 20l-7 -5l-7 5Z`, fill: '#16232b', stroke: '#fff'});
    });
    for (const row of $('legend').children) {
      sheet.put('box', {x: 10, y: sheet.height, width: 14, height: 14, fill: row.querySelector('i').style.background, stroke: '#6a7b84'});
      sheet.write(row.textContent, {left: 30});
    }
    sheet.write(`${fill(words.edition, {day: data.edition})}. ${$('sources').textContent}`, {size: 10});
    return sheet;
  }

  // What shows this map on a page of another site, with the day of the edition.
  function snippet() {
    const box = root.querySelector('[data-part=snippet]');
    if (!box) return;
    if (location.protocol === 'file:') { box.value = words.onDisk; return; }
    const quoted = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    const edition = quoted(`${$('title').textContent}. ${fill(words.edition, {day: data.edition})}`);
    box.value = `<iframe src="${quoted($('alone').href)}" title="${edition}" width="100%" height="640" loading="lazy"></iframe>\n<p><a href="${quoted(location.href)}">${edition}</a></p>`;
  }

  // ---- search: places, districts and services by name ----

  function search() {
    const box = $('search'), list = $('hits');
    const all = [
      ...data.regions.map((region) => ({text: region.name, kind: words.area, go: () => map.fitBounds(boundsOf(region.code))})),
      ...data.units.map((unit) => ({text: unit.name, kind: words.area, go: () => { choose(unit.code); map.fitBounds(shapes.get(unit.code).getBounds()); }})),
      ...data.places.map(([name, lat, lon, spelt]) => ({text: name, spelt, kind: words.place, go: () => map.setView([lat, lon], 11), at: [lat, lon]})),
      ...data.services.map((service) => ({text: service.name, spelt: service.of, kind: words.service, go: () => { map.setView(service.at, 13); const marker = markers.get(service.id); if (marker) clusters.zoomToShowLayer(marker, () => marker.openPopup()); }})),
    ].map((hit) => ({...hit, key: folded(`${hit.text} ${hit.spelt ?? ''}`)}));
    const show = () => {
      const typed = folded(box.value.trim()), point = typed.match(/^(-?\d+(?:\.\d+)?)[,; ]+(-?\d+(?:\.\d+)?)$/);
      const hits = point ? [{text: `${point[1]}, ${point[2]}`, kind: words.point, at: [Number(point[1]), Number(point[2])], go: () => map.setView([Number(point[1]), Number(point[2])], 11)}] : typed.length < 2 ? [] : all.filter((hit) => hit.key.includes(typed)).sort((a, b) => b.key.startsWith(typed) - a.key.startsWith(typed)).slice(0, 8);
      list.replaceChildren(...hits.map((hit) => element('li', {}, element('button', {type: 'button', on: {click: () => { hit.go(); list.replaceChildren(); box.value = hit.text; }}}, hit.text, element('small', {}, ` ${hit.kind}`)), hit.at ? element('button', {type: 'button', class: 'link', on: {click: () => { list.replaceChildren(); place(...hit.at); }}}, words.putHere) : null)));
    };
    box.addEventListener('input', show);
    box.addEventListener('keydown', (event) => { if (event.key === 'Enter') { event.preventDefault(); list.querySelector('button')?.click(); } if (event.key === 'Escape') list.replaceChildren(); });
  }

  // ---- begin ----

  // A district, or all districts of a region.
  function boundsOf(code) {
    const inside = data.units.filter((unit) => unit.code === code || unit.above.includes(code));
    return inside.length ? L.featureGroup(inside.map((unit) => shapes.get(unit.code))).getBounds() : null;
  }

  function go() {
    state = fromAddress(location.hash);
    const code = state.unit;
    if (state.view) map.setView([state.view.lat, state.view.lon], state.view.zoom);
    else map.fitBounds(boundsOf(code) ?? land.getBounds(), {maxZoom: 10});
    changed();
    if (units.has(code)) { state.unit = ''; choose(code); }
  }
  build();
  root.classList.add('drawn');
  map.invalidateSize();
  go();
  window.addEventListener('hashchange', () => { if (location.hash.slice(1) !== toAddress()) go(); });
  window.rohnamoAtlas = {state: () => state, answer: () => answer, total, changed, model};
})();
