// One Latin skeleton for every spelling of a word, as mapping/language/fold.py makes it, and how far two words are apart.
(function () {
  "use strict";
  var CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "yo", "ж": "j", "з": "z", "и": "i", "ӣ": "i",
    "й": "y", "к": "k", "қ": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ӯ": "u", "ў": "u", "ф": "f", "х": "h", "ҳ": "h", "ч": "ch", "ҷ": "j", "ц": "ts", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i",
    "ь": "", "э": "e", "ю": "yu", "я": "ya", "і": "i", "ї": "i", "є": "e", "ґ": "g", "ң": "n", "ө": "o", "ү": "u", "ә": "a",
    "һ": "h", "ұ": "u"
  };
  var LATIN = {
    "ı": "i", "ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "e", "œ": "e", "š": "sh", "ş": "sh", "č": "ch", "ç": "ch",
    "ž": "j", "x": "h", "q": "k", "w": "v"
  };
  var ARABIC = "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩يىےكةہەھ", AS_ONE = "01234567890123456789یییکهههه";
  var DIGRAPHS = [
    ["shch", "sh"], ["dzh", "j"], ["dj", "j"], ["kh", "h"], ["gh", "g"], ["zh", "j"], ["sch", "sh"], ["ph", "f"],
    ["ck", "k"], ["iy", "i"], ["yy", "i"]
  ];
  var LOOK_LATIN = "ABCEHIKMOPTXYaceiopxyk", LOOK_CYRILLIC = "АВСЕНІКМОРТХУасеіорхук";
  var APOSTROPHES = "'’‘ʻʼ`´ʹʺ";
  var WORD = new RegExp("[\\p{L}\\p{N}]+(?:[" + APOSTROPHES + "][\\p{L}\\p{N}]+)*[" + APOSTROPHES + "]?", "gu");
  var UZBEK_O = new RegExp("o(?:[ʻʼ]|[" + APOSTROPHES + "](?=\\p{L}))", "gu");
  var SEVERAL = new RegExp("[" + APOSTROPHES + "]", "g");

  function swap(word, from, to) {
    return Array.from(word).map(function (letter) {
      var at = from.indexOf(letter);
      return at < 0 ? letter : to[at];
    }).join("");
  }

  function ascii(text) { return /^[\x00-\x7f]*$/.test(text); }

  function oneScript(word) {
    if (ascii(word) || !/[\x00-\x7f]/.test(word)) return word;
    var cyrillic = swap(word, LOOK_LATIN, LOOK_CYRILLIC), latin = swap(word, LOOK_CYRILLIC, LOOK_LATIN);
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
    word = word.replace(UZBEK_O, "u").replace(SEVERAL, "").replace(/дж/g, "ҷ");
    word = Array.from(word).map(function (l) { return l in CYRILLIC ? CYRILLIC[l] : l; }).join("");
    word = Array.from(word).map(function (l) { return l in LATIN ? LATIN[l] : l; }).join("");
    word = swap(word.normalize("NFKD").replace(/\p{Mn}/gu, ""), ARABIC, AS_ONE);
    DIGRAPHS.forEach(function (pair) { word = word.split(pair[0]).join(pair[1]); });
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
    word = word.replace(/ch/g, "j").replace(/ts/g, "s").replace(/y[oau]/g, "a").replace(/[oua]+/g, "a");
    return word.replace(/[iey]+/g, "i").replace(/(\p{L})\1+/gu, "$1");
  }

  window.rohnamoFold = { skeleton: skeleton, near: near, coarse: coarse };
})();
