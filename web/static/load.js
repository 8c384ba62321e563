// Load what a template holds when it is asked for: a copy of a script or a style loads once it stands in the page, once
// for all templates that hold it. What did not come, and what stands after it, is loaded when it is asked for again.
(function () {
  "use strict";
  var coming = {}; // what is here or on its way, by address

  function put(element, before) {
    var copy = document.importNode(element, true), address = copy.src || copy.href;
    coming[address] = coming[address] || Promise.all([before, new Promise(function (done, failed) {
      copy.async = false; // scripts run in the order in which they stand
      copy.onload = done;
      copy.onerror = function () {
        copy.remove();
        failed();
      };
      document.head.append(copy);
    })]).catch(function (fault) {
      delete coming[address];
      throw fault;
    });
    return coming[address];
  }

  window.rohnamoLoad = function (template, selector) {
    var before;
    return Promise.all(Array.from(template.content.querySelectorAll(selector)).map(function (element) {
      before = put(element, before);
      return before;
    }));
  };
})();
