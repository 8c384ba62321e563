// Narrow a list to what is open and to languages that are spoken; without JavaScript a sheet stays whole. What stands on
// other sheets of the list is taken from the index of the search, which is loaded when somebody narrows.
(function () {
  "use strict";
  var part = document.querySelector(".filters");
  if (!part) return;
  var form = part.querySelector("form"), say = form.dataset, said = form.querySelector("p");
  var items = Array.from(document.querySelectorAll(".list > li[data-speaks]")), rest = document.getElementById("rest");
  var MOST = 40, others = null;

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
    if (rest) {
      var texts = window.ROHNAMO_INDEX && window.ROHNAMO_INDEX.texts;
      var more = !asked || !others ? [] : others.filter(function (row) {
        var hours = texts[row.clock] ? JSON.parse(texts[row.clock]) : [];
        return fits(texts[row.speaks].split(" "), window.rohnamoClock.open(hours, row.offset), window.rohnamoClock.always(hours));
      });
      var list = rest.querySelector("ul");
      list.replaceChildren.apply(list, more.slice(0, MOST).map(function (row) { return window.rohnamoSearch.entry({ row: row }, texts); }));
      rest.hidden = !more.length;
      window.rohnamoClock(rest);
      shown += more.length;
    }
    said.textContent = !asked ? "" : say.count.replace("#", shown) +
      (more && more.length > MOST ? " " + say.first.replace("#", MOST) : "");
  }

  // Rows of the index that stand on other sheets: those that the page names, in its order, or else all but its own.
  function take() {
    var rows = window.rohnamoSearch.read(window.ROHNAMO_INDEX).rows, own = new Set(items.map(function (item) { return item.dataset.id; }));
    if (say.rest === "*") {
      others = rows.filter(function (row) { return !own.has(row.id); });
      others.sort(function (a, b) { return a.later - b.later || a.place - b.place; });
    } else {
      var columns = [];
      rows.forEach(function (row) { columns[row.column] = row; });
      others = say.rest.split(" ").map(function (column) { return columns[column]; });
    }
  }

  function change() {
    narrow();
    if (!rest || others || !form.querySelector(":checked")) return;
    said.textContent = say.wait;
    window.rohnamoLoad(part.querySelector("template"), window.ROHNAMO_INDEX ? "none" : "script").then(take).then(narrow, function () {
      narrow();
      said.textContent += " " + say.partly;
    });
  }

  part.open = matchMedia("(min-width: 50rem)").matches;
  form.reset();
  form.addEventListener("change", change);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
})();
