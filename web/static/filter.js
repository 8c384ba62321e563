// Narrow the sheet to what is open and to languages that are spoken; without JavaScript the sheet stays whole.
(function () {
  "use strict";
  var part = document.querySelector(".filters");
  if (!part) return;
  var form = part.querySelector("form");
  var items = Array.from(document.querySelectorAll(".list > li[data-speaks]")), said = form.querySelector("p");

  function chosen(selector) {
    return Array.from(form.querySelectorAll(selector + ":checked")).map(function (box) { return box.value; });
  }

  function narrow() {
    var spoken = chosen("[data-speaks]"), other = chosen("input:not([data-speaks])"), shown = 0;
    items.forEach(function (item) {
      var speaks = item.dataset.speaks.split(" ");
      var fits = (!spoken.length || spoken.some(function (code) { return speaks.indexOf(code) >= 0; })) &&
        (other.indexOf("open") < 0 || item.dataset.open === "1") && (other.indexOf("always") < 0 || item.dataset.always === "1");
      item.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    said.textContent = spoken.length + other.length ? form.dataset.count.replace("#", shown) : "";
  }

  part.hidden = false;
  part.open = matchMedia("(min-width: 50rem)").matches;
  form.reset();
  form.addEventListener("change", narrow);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
})();
