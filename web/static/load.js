// Load what a template holds when it is asked for: a copy of a script or a style loads once it stands in the page.
(function () {
  "use strict";

  function put(element) {
    return new Promise(function (done, failed) {
      var copy = document.importNode(element, true);
      copy.async = false; // scripts run in the order in which they stand
      copy.onload = function () {
        element.remove(); // asked for once more, only what did not come is loaded
        done();
      };
      copy.onerror = function () {
        copy.remove();
        failed();
      };
      document.head.append(copy);
    });
  }

  window.rohnamoLoad = function (template, selector) {
    return Promise.all(Array.from(template.content.querySelectorAll(selector)).map(put));
  };
})();
