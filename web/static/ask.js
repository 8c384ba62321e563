// Load the search when its field is touched: until then the page carries nothing of it.
(function () {
  "use strict";
  var form = document.querySelector("form.search"), told = document.getElementById("found");
  if (!form) return;

  function fail() { told.textContent = form.dataset.failed; }

  function load() {
    window.rohnamoLoad(form.querySelector("template"), "script").then(function () {
      if (form.dataset.ready !== "true") fail(); // it all came, and this browser is too old to run it
    }, fail);
  }

  function ask() {
    if (form.dataset.ready !== "true") told.textContent = form.dataset.wait;
    load();
  }

  form.addEventListener("focusin", load);
  form.addEventListener("input", ask);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    ask();
  });
  var early = Array.from(form.elements).some(function (field) { return field.value; }); // before this script came
  if (early) ask();
  else if (form.contains(document.activeElement)) load();
})();
