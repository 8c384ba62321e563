// One Latin skeleton for every spelling of a word, as mapping/language/fold.py makes it, and how far two words are apart.
(function () {
  "use strict";
  var RULES = ROHNAMO_RULES.folding, LETTERS = RULES.letters, APOSTROPHES = RULES.apostrophes; // mapping/language/rules.toml
  var WORD = new RegExp("[\\p{L}\\p{N}]+(?:[" + APOSTROPHES + "][\\p{L}\\p{N}]+)*[" + APOSTROPHES + "]?", "gu");
  var UZBEK_O = new RegExp("o(?:[ʻʼ]|[" + APOSTROPHES + "](?=\\p{L}))", "gu");
  var SEVERAL = new RegExp("[" + APOSTROPHES + "]", "g");

  function swap(word, from, to) {
    return Array.from(word).map(function (letter) {
      var at = from.indexOf(letter);
      return at < 0 ? letter : to[at];
    }).join("");
  }

  // What replaces each pattern in a text by what stands beside it, one after another.
  function replacer(pairs) {
    var steps = pairs.map(function (pair) { return [new RegExp(pair[0], "g"), pair[1]]; });
    return function (text) {
      return steps.reduce(function (made, step) { return made.replace(step[0], step[1]); }, text);
    };
  }

  var first = replacer(RULES.first), digraphs = replacer(RULES.digraphs), coarser = replacer(RULES.coarse);

  function ascii(text) { return /^[\x00-\x7f]*$/.test(text); }

  function oneScript(word) {
    if (ascii(word) || !/[\x00-\x7f]/.test(word)) return word;
    var look = RULES.lookalikes, cyrillic = swap(word, look[0], look[1]), latin = swap(word, look[1], look[0]);
    if (!/[\x00-\x7f]/.test(cyrillic)) return cyrillic;
    return ascii(latin) ? latin : word;
  }

  function plain(text) {
    text = text.replace(/[\u00ad\u200b-\u200f\u2060\ufeff\u0640\u064b-\u0652\u0670]/g, "").normalize("NFC");
    text = text.replace(/\p{M}/gu, "").replace(/\p{L}+/gu, oneScript);
    text = text.replace(/№|#(?=\s?\p{Nd})/gu, " no ").replace(/(^|[^\p{L}\p{N}_])no\s*(?:[.:]\s*)?(?=\p{Nd})/giu, "$1 no ");
    text = text.replace(/(\p{L})-(?=[iиӣ](?![\p{L}\p{N}]))/giu, "$1");
    return text.replace(/İ/g, "i").normalize("NFKC").toLowerCase().replace(/ß/g, "ss");
  }

  function foldWord(word) {
    word = first(word.replace(UZBEK_O, "u").replace(SEVERAL, ""));
    word = Array.from(word).map(function (l) { return l in LETTERS ? LETTERS[l] : l; }).join("");
    word = digraphs(swap(word.normalize("NFKD").replace(/\p{Mn}/gu, ""), RULES.arabic[0], RULES.arabic[1]));
    return word.replace(/(\p{L})\1+/gu, "$1");
  }

  function skeleton(text) {
    return (plain(text).match(WORD) || []).map(foldWord).filter(Boolean).join(" ");
  }

  // Whether two words differ by one slip at most: a letter wrong, missing, too many, or two swapped.
  function near(one, other) {
    if (Math.abs(one.length - other.length) > 1) return false;
    var i = 0;
    while (i < one.length && one[i] === other[i]) i++;
    if (i === one.length && i === other.length) return true;
    return one.slice(i + 1) === other.slice(i + 1) || one.slice(i) === other.slice(i + 1) || one.slice(i + 1) === other.slice(i) ||
      (one[i] === other[i + 1] && one[i + 1] === other[i] && one.slice(i + 2) === other.slice(i + 2));
  }

  // A lossier key: vowels of one class, ҷ and ч, single and double are not told apart.
  function coarse(word) {
    return coarser(word).replace(/(\p{L})\1+/gu, "$1");
  }

  window.rohnamoFold = { replacer: replacer, skeleton: skeleton, near: near, coarse: coarse };
})();
