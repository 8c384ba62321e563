// Load the map when it is asked for, not before: most who come to its page need the tables, and their line is slow.
(function () {
  "use strict";
  var part = document.querySelector(".later");
  if (!part) return;
  var ask = part.querySelector(".ask-map"), said = ask.querySelector("[role=status]"), parts = part.querySelector("template"), still = part.querySelector(".still");
  var busy = false;

  // The last script makes the map, in a box that can be measured by then.
  function draw() {
    part.classList.remove("later");
    return window.rohnamoLoad(parts, "script");
  }

  ask.querySelector("button").addEventListener("click", function () {
    if (busy) return;
    busy = true;
    said.textContent = said.dataset.wait;
    window.rohnamoLoad(parts, "link, script:not(:last-of-type)").then(draw).then(function () {
      ask.hidden = true;
      if (still) still.hidden = true; // the map shows the same
      part.querySelector(".mapbox").focus(); // the button is gone; a keyboard goes on at the map
    }, function () {
      part.classList.add("later");
      said.textContent = said.dataset.failed;
      busy = false;
    });
  });
})();
