// Load the search when its field is touched: until then the page carries nothing of it.
(function () {
  "use strict";
  var form = document.querySelector("form.search"), told = document.getElementById("found"), loading = false;
  if (!form) return;

  function load() {
    if (loading) return;
    loading = true;
    window.rohnamoLoad(form.querySelector("template"), "script").catch(function () {
      loading = false;
      told.textContent = form.dataset.failed;
    });
  }

  form.reset();
  form.addEventListener("focusin", load);
  form.addEventListener("input", function () {
    if (form.dataset.ready !== "true") told.textContent = form.dataset.wait;
    load();
  });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
})();
