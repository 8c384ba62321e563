// Passkeys: hand the question that stands in a form to the browser, and put its answer into the form.
// Without JavaScript, or where the browser knows no passkeys, the forms stay hidden: password and code do as well.
(function () {
  "use strict";
  if (!window.isSecureContext || !window.PublicKeyCredential) return;

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (sign) { return sign.charCodeAt(0); });
  }

  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function ask(question) {
    question.challenge = bytes(question.challenge);
    if (!question.user) return navigator.credentials.get({ publicKey: question });
    question.user.id = bytes(question.user.id);
    question.excludeCredentials.forEach(function (each) { each.id = bytes(each.id); });
    return navigator.credentials.create({ publicKey: question });
  }

  function written(credential) {
    var response = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (part) {
      if (credential.response[part]) response[part] = text(credential.response[part]);
    });
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: response });
  }

  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    var failed = form.querySelector("[role=alert]");
    form.hidden = false;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      failed.textContent = "";
      ask(JSON.parse(form.dataset.passkey)).then(function (credential) {
        form.elements.answer.value = written(credential);
        form.submit();
      }).catch(function () { failed.textContent = form.dataset.failed; });
    });
  });
})();
