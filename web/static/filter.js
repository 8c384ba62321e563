// Narrow a list to what is open and to languages that are spoken; without JavaScript a sheet stays whole. What stands on
// other sheets of the list is taken from the index of the search, which is loaded when somebody narrows.
(function () {
  "use strict";
  var part = document.querySelector(".filters");
  if (!part) return;
  var form = part.querySelector("form"), say = form.dataset, said = form.querySelector("p");
  var items = Array.from(document.querySelectorAll(".list > li[data-speaks]")), rest = document.getElementById("rest");
  var MOST = 40, others = null, added = [];

  function chosen(selector) {
    return Array.from(form.querySelectorAll(selector + ":checked")).map(function (box) { return box.value; });
  }

  function narrow() {
    var spoken = chosen("[data-speaks]"), other = chosen("input:not([data-speaks])"), shown = 0, asked = spoken.length + other.length;
    function fits(speaks, open, always) {
      return (!spoken.length || spoken.some(function (code) { return speaks.indexOf(code) >= 0; })) &&
        (other.indexOf("open") < 0 || open) && (other.indexOf("always") < 0 || always);
    }
    items.forEach(function (item) {
      item.hidden = !fits(item.dataset.speaks.split(" "), item.dataset.open === "1", item.dataset.always === "1");
      shown += item.hidden ? 0 : 1;
    });
    added.forEach(function (item) { item.hidden = asked > 0; }); // what is narrowed stands under the other sheets
    if (rest) {
      var texts = window.ROHNAMO_INDEX && window.ROHNAMO_INDEX.texts;
      var more = !asked || !others ? [] : others.filter(function (row) {
        var hours = texts[row.clock];
        return fits(texts[row.speaks].split(" "), window.rohnamoClock.open(hours, row.offset), window.rohnamoClock.always(hours));
      });
      var list = rest.querySelector("ul");
      list.textContent = "";
      list.append.apply(list, more.slice(0, MOST).map(function (row) { return window.rohnamoSearch.entry({ row: row }, texts); }));
      rest.hidden = !more.length;
      window.rohnamoClock(rest);
      shown += more.length;
    }
    said.textContent = !asked ? "" : say.count.replace("#", shown) +
      (more && more.length > MOST ? " " + say.first.replace("#", MOST) : "");
  }

  // Rows of the index that stand on other sheets: those that the page names, in its order, or else all but its own.
  function take() {
    var listed = window.rohnamoSearch.read(window.ROHNAMO_INDEX).rows, own = new Set(items.map(function (item) { return item.dataset.id; }));
    if (say.rest === "*") {
      others = listed.filter(function (row) { return !own.has(row.id); });
      others.sort(function (a, b) { return a.later - b.later || a.place - b.place; });
    } else {
      var columns = rows();
      others = say.rest.split(" ").map(function (column) { return columns[column]; });
    }
  }

  function load() {
    return window.rohnamoLoad(part.querySelector("template"), "script").then(take);
  }

  // What is open now stands first over the whole list: the first sheet takes in what is open on the others, below what
  // is open and fits as well on its own, above what is closed.
  function openFirst() {
    var wanted = [];
    document.querySelectorAll("ul[data-others]").forEach(function (list) {
      var closed = Array.from(list.children).filter(function (item) { return item.dataset.open !== "1"; });
      var worst = Math.max.apply(null, closed.map(function (item) { return Number(item.dataset.fit || 0); }));
      JSON.parse(list.dataset.others).forEach(function (other) {
        var row = { list: list, column: other[0], fit: other[1], hours: other[2], offset: other[3], minutes: other[4] && other[4].map(function (time) { return time === null ? Infinity : time; }) };
        if ((row.fit <= worst || !list.children.length) && window.rohnamoClock.open(row.hours, row.offset)) wanted.push(row);
      });
    });
    if (wanted.length) load().then(function () { wanted.slice(0, MOST).forEach(put); }, function () { /* each sheet keeps its own order */ });
  }

  function put(wanted) {
    var row = rows()[wanted.column], texts = window.ROHNAMO_INDEX.texts;
    var item = window.rohnamoSearch.entry({ row: row, minutes: wanted.minutes }, texts), section = wanted.list.closest("section");
    item.dataset.fit = wanted.fit;
    item.hidden = Boolean(form.querySelector(":checked"));
    added.push(item);
    wanted.list.append(item);
    if (section) section.hidden = false;
    window.rohnamoClock(wanted.list.parentNode);
  }

  // Rows of the index in the order of their ids.
  function rows() {
    var columns = [];
    window.rohnamoSearch.read(window.ROHNAMO_INDEX).rows.forEach(function (row) { columns[row.column] = row; });
    return columns;
  }

  function change() {
    narrow();
    if (!rest || others || !form.querySelector(":checked")) return;
    said.textContent = say.wait;
    load().then(narrow, function () {
      narrow();
      if (said.textContent) said.textContent += " " + say.partly;
    });
  }

  part.open = part.open || matchMedia("(min-width: 50rem)").matches;
  form.addEventListener("change", change);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  if (form.querySelector(":checked")) change(); // before this script came
  if (rest) openFirst();
})();
