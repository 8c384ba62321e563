"use strict";
// Fills a folium map with layers whose contents lie in ROHNAMO (script files, so that a map opened from the disk works).
// Nothing of the contents ever becomes HTML: every text goes through textContent.
window.ROHNAMO = window.ROHNAMO || {};

(function () {
  const SVG = "http://www.w3.org/2000/svg";
  const SHAPES = {
    circle: ["circle", { r: 12 }],
    square: ["rect", { x: -11, y: -11, width: 22, height: 22, rx: 3 }],
    diamond: ["path", { d: "M0-14 14 0 0 14-14 0z" }],
    shield: ["path", { d: "M-11-12h22v13L0 14-11 1z" }],
    hexagon: ["path", { d: "M-7-12H7L14 0 7 12H-7L-14 0z" }],
  };

  function text(tag, words, className) {
    const element = document.createElement(tag);
    element.textContent = words;
    if (className) element.className = className;
    return element;
  }

  function sign(shape, pillar, letter) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "-16 -16 32 32");
    svg.setAttribute("aria-hidden", "true");
    const [tag, attributes] = SHAPES[shape];
    const figure = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) figure.setAttribute(name, value);
    figure.setAttribute("class", "m" + pillar);
    const word = document.createElementNS(SVG, "text");
    word.setAttribute("y", 5);
    word.textContent = letter;
    svg.append(figure, word);
    svg.setAttribute("class", "mk");
    return svg;
  }

  // One place may hold several services: one marker each would lie on top of another, so a place is one marker.
  function card(place, words) {
    const box = document.createElement("div");
    for (const service of place.services) {
      const entry = document.createElement("article");
      const heading = document.createElement("h3");
      if (service.link) {
        const link = text("a", service.name);
        link.href = service.link;
        heading.append(link);
      } else heading.textContent = service.name;
      entry.append(heading, text("p", service.organization, "soft"));
      if (service.phone) {
        const call = document.createElement("p");
        const number = text("a", words.call + " " + service.phone.shown);
        number.href = "tel:" + service.phone.dial;
        call.append(number);
        entry.append(call);
      }
      if (service.checked) entry.append(text("p", service.checked, "small"));
      box.append(entry);
    }
    return box;
  }

  function services(layer) {
    const group = L.markerClusterGroup({
      maxClusterRadius: 40,
      showCoverageOnHover: false,
      animate: false,
      iconCreateFunction: (cluster) =>
        L.divIcon({ html: text("b", cluster.getChildCount()), className: "cluster", iconSize: [34, 34] }),
    });
    const marked = new Set(); // clusters are made anew at each zoom; each gets its name once
    group.on("add animationend", name);
    function name() {
      group._featureGroup.eachLayer((marker) => {
        const element = marker.getElement && marker.getElement();
        if (!element || marked.has(element)) return;
        marked.add(element);
        const label = marker.getChildCount ? layer.words.several.replace("{n}", marker.getChildCount()) : marker.options.title;
        element.setAttribute("aria-label", label);
        element.removeAttribute("title");
      });
    }
    for (const place of layer.places) {
      const first = place.services[0];
      const names = place.services.map((service) => service.name + ", " + service.organization).join("; ");
      const marker = L.marker(place.at, {
        title: names,
        icon: L.divIcon({ className: "spot", html: sign(first.shape, first.pillar, first.letter), iconSize: [32, 32] }),
      });
      marker.bindPopup(() => card(place, layer.words), { maxWidth: 260, closeButton: true });
      group.addLayer(marker);
    }
    group.name = name;
    return group;
  }

  // Shapes that nobody points at become one path for each look: hundreds of paths make a cheap phone slow.
  function joined(features, look) {
    const groups = new Map();
    for (const { properties, geometry } of features) {
      const many = geometry.type.startsWith("Multi");
      const type = many ? geometry.type : "Multi" + geometry.type;
      const key = look(properties) + " " + type;
      if (!groups.has(key)) groups.set(key, { type: "Feature", properties, geometry: { type, coordinates: [] } });
      groups.get(key).geometry.coordinates.push(...(many ? geometry.coordinates : [geometry.coordinates]));
    }
    return Array.from(groups.values());
  }

  const KINDS = {
    services,
    // The units' lines are sent once; other layers give them another look ("of", "class" or "classes") and words ("tips").
    shapes: (layer, base, all) => {
      const { features } = (layer.of ? all.find((other) => other.id === layer.of) : layer).features;
      const look = (properties) => (layer.classes ? layer.classes[properties.id] : layer.class || properties.class);
      return L.geoJSON(layer.tips ? features : joined(features, look), {
        interactive: Boolean(layer.tips),
        pane: layer.pane,
        style: ({ properties }) => ({ className: look(properties), weight: 1, fillOpacity: 1, opacity: 1 }),
        onEachFeature: ({ properties }, shape) => {
          if (layer.tips) shape.bindTooltip(() => text("span", layer.tips[properties.id]), { sticky: true });
        },
      });
    },
    image: (layer, base) =>
      L.imageOverlay(base + layer.file, layer.bounds, { className: layer.class, pane: layer.pane, alt: "" }),
    labels: (layer) =>
      L.layerGroup(
        layer.places.map((place) =>
          L.marker(place.at, {
            interactive: false,
            keyboard: false,
            pane: layer.pane,
            icon: L.divIcon({ className: "place z" + place.rank + (layer.mark ? " " + layer.mark : ""), html: text("span", place.name), iconSize: [0, 0] }),
          })
        )
      ),
  };

  // Leaflet's scale, with the units in the language of the page.
  const Scale = L.Control.Scale.extend({
    _updateMetric(most) {
      const metres = this._getRoundNum(most), { words } = this.options;
      const shown = metres < 1000 ? words.metres.replace("{metres}", metres) : words.km.replace("{km}", metres / 1000);
      this._updateScale(this._mScale, shown, metres / most);
    },
  });

  // Called by the map's own script, once for each map: shows the layers and ties them to the switches beside the map.
  window.rohnamoMap = function (map, name, base) {
    const { layers, words, bounds } = window.ROHNAMO[name];
    const figure = map.getContainer().closest("figure");
    ["land", "bands", "lines", "roads", "names"].forEach((pane, place) => {
      map.createPane(pane).style.zIndex = 210 + 20 * place;
    });
    map.getPane("names").style.pointerEvents = "none";
    const made = {};
    for (const layer of layers) made[layer.id] = KINDS[layer.kind](layer, base, layers);
    if (matchMedia("(pointer: coarse)").matches) map.dragging.disable(); // one finger scrolls the page; two move the map
    map.fitBounds(bounds, { animate: false });
    map.setMaxBounds(L.latLngBounds(bounds).pad(2)); // room for a popup at the edge
    const whole = map.getZoom();
    map.setMinZoom(Math.floor(whole) - 1); // clusters are made for whole zoom levels only; paper may need one more
    new Scale({ imperial: false, words }).addTo(map);
    const show = (id, shown) => {
      if (!made[id]) return;
      if (shown) made[id].addTo(map);
      else made[id].remove();
      if (shown && made[id].name) made[id].name();
    };
    const sliders = [...figure.querySelectorAll("[data-steps]")].map((input) => ({ input, steps: JSON.parse(input.dataset.steps) }));
    const follow = () => {
      const colour = figure.querySelector("[data-colour]:checked");
      figure.querySelectorAll("[data-colour]").forEach((input) => {
        const slider = sliders.find((each) => each.input.dataset.of === input.dataset.colour);
        if (!slider) show(input.dataset.colour, input === colour);
        else slider.steps.forEach((step, place) => show(step.layer, input === colour && place === +slider.input.value));
      });
      figure.querySelectorAll("[data-key]").forEach((key) => {
        key.hidden = !colour || key.dataset.key !== colour.dataset.colour;
      });
      figure.querySelectorAll("[data-layer]").forEach((input) => show(input.dataset.layer, input.checked));
      settle();
    };
    layers.filter((layer) => layer.fixed).forEach((layer) => show(layer.id, true));
    figure.querySelectorAll("[data-colour], [data-layer]").forEach((input) => input.addEventListener("change", follow));
    sliders.forEach(({ input, steps }) => {
      const slide = () => {
        const step = steps[input.value];
        const colour = figure.querySelector(`[data-colour="${input.dataset.of}"]`);
        colour.checked = true;
        colour.nextElementSibling.textContent = step.label;
        input.nextElementSibling.textContent = step.said;
        input.setAttribute("aria-valuetext", step.said);
        follow();
      };
      input.addEventListener("input", slide);
      if (+input.value) slide(); // a browser may remember where it stood
    });
    const settle = () => setTimeout(() => place(map.getContainer()), 0); // markers are there by then
    const zoomed = () => {
      map.getContainer().dataset.zoom = map.getZoom() < 6.75 ? 1 : map.getZoom() < 8 ? 2 : 3;
      if (made.services && made.services.name) setTimeout(made.services.name, 0);
      settle();
    };
    map.on("zoomend moveend", zoomed);
    map.zoomControl && label(map, words);
    follow();
    zoomed();
    map.setMinZoom(Math.floor(whole));
    forPaper(map, bounds, whole);
    figure.querySelector(".switches").hidden = false;
    map.getContainer().dataset.ready = "1";
  };

  // A name stands on its place, else beside it where no marker and no other name is; where there is no room, nowhere.
  const SIDES = ["", "below", "above", "right", "left", "lower"];
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  const boxOf = (element) => element.getBoundingClientRect();

  function place(box) {
    const frame = boxOf(box);
    const proposals = Array.from(box.querySelectorAll(".proposal span"));
    const taken = Array.from(box.querySelectorAll(".spot, .cluster")).map(boxOf);
    taken.push(...proposals.map((name) => boxOf(name.parentElement)).map(({ x, y }) => new DOMRect(x - 9, y - 9, 18, 18)));
    for (const name of [...proposals, ...box.querySelectorAll(".place:not(.proposal) span")]) {
      const sides = proposals.includes(name) ? SIDES.slice(1) : SIDES;
      const marker = name.parentElement;
      marker.classList.remove("nowhere", ...SIDES.slice(1));
      if (!name.offsetWidth) continue;
      const free = sides.find((side) => {
        marker.classList.remove(...SIDES.slice(1));
        if (side) marker.classList.add(side);
        const own = boxOf(name);
        return own.left >= frame.left && own.right <= frame.right && taken.every((other) => apart(own, other));
      });
      if (free === undefined) {
        marker.classList.remove(...SIDES.slice(1));
        if (!proposals.includes(name)) marker.classList.add("nowhere");
      }
      if (!marker.classList.contains("nowhere")) taken.push(boxOf(name));
    }
  }

  // A map that was laid out for the screen would be cut off at the edge of the paper.
  function forPaper(map, bounds, whole) {
    const box = map.getContainer();
    let screen = null;
    window.addEventListener("beforeprint", () => {
      screen = { centre: map.getCenter(), zoom: map.getZoom(), least: map.getMinZoom() };
      const shown = screen.zoom > whole ? map.getBounds() : bounds;
      box.classList.add("paper");
      map.setMinZoom(screen.least - 1);
      map.invalidateSize({ animate: false, pan: false });
      map.fitBounds(shown, { animate: false });
    });
    const restore = () => {
      if (!screen) return;
      box.classList.remove("paper");
      map.invalidateSize({ animate: false, pan: false });
      map.setView(screen.centre, screen.zoom, { animate: false });
      map.setMinZoom(screen.least);
      screen = null;
    };
    window.addEventListener("afterprint", () => setTimeout(restore, 0)); // once the screen's layout is back
  }

  function label(map, words) {
    for (const [part, said] of [["_zoomInButton", words.nearer], ["_zoomOutButton", words.farther]]) {
      map.zoomControl[part].title = said;
      map.zoomControl[part].setAttribute("aria-label", said);
    }
  }
})();
