// Search as you type in the list of this edition. The index is a script file, so that it also opens from a disk;
// what is typed never leaves the page. Spellings are folded as mapping/fold.py folds them.
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
    text = text.replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, "").normalize("NFC").replace(/\p{L}+/gu, oneScript);
    text = text.replace(/№|(?<![\p{L}\p{N}_])no\s*[.:]?\s*(?=\p{Nd})|#(?=\s?\p{Nd})/giu, " no ");
    text = text.replace(/(?<=\p{L})-(?=[iиӣ](?![\p{L}\p{N}]))/giu, "");
    return text.replace(/İ/g, "i").normalize("NFKC").toLowerCase().replace(/ß/g, "ss");
  }

  function foldWord(word) {
    word = word.replace(UZBEK_O, "u").replace(SEVERAL, "").replace(/дж/g, "ҷ");
    word = Array.from(word).map(function (l) { return l in CYRILLIC ? CYRILLIC[l] : l; }).join("");
    word = Array.from(word).map(function (l) { return l in LATIN ? LATIN[l] : l; }).join("");
    word = word.normalize("NFKD").replace(/\p{Mn}/gu, "");
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

  // 3 for the word itself, 2 for its beginning, 1 for a slip, 0 for none.
  function match(word, words) {
    var best = 0;
    for (var i = 0; i < words.length && best < 3; i++) {
      if (words[i] === word) best = 3;
      else if (best < 2 && words[i].startsWith(word)) best = 2;
      else if (best < 1 && word.length > 3 && (near(word, words[i]) || near(word, words[i].slice(0, word.length)))) best = 1;
    }
    return best;
  }

  function find(text, index) {
    var asked = skeleton(text).split(" ").filter(Boolean);
    if (!asked.length) return [];
    var hits = [];
    index.forEach(function (row, place) {
      var words = row[0].split(" "), score = 0;
      for (var i = 0; i < asked.length; i++) {
        var one = match(asked[i], words);
        if (!one) return;
        score += one;
      }
      hits.push({ row: row, score: score, place: place });
    });
    return hits.sort(function (a, b) { return b.score - a.score || a.place - b.place; });
  }

  window.rohnamoSearch = { skeleton: skeleton, find: find };

  var form = document.querySelector("form.search");
  if (!form) return;
  var box = form.querySelector("input"), hits = document.getElementById("hits"), whole = document.getElementById("whole");
  var loading = false;

  function make(name, text, kind) {
    var element = document.createElement(name);
    if (text) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  }

  function entry(row) {
    var item = make("li"), heading = make("h3"), link = make("a", row[2]);
    link.href = form.dataset.base + encodeURIComponent(row[1]) + ".html";
    heading.append(link);
    item.append(heading, make("p", row[3] + (row[4] ? " · " + row[4] : ""), "soft"));
    if (row[5]) {
      var call = make("a", row[6]);
      call.href = "tel:" + row[5];
      var line = make("p");
      line.append(call);
      item.append(line);
    }
    return item;
  }

  function show() {
    var text = box.value.trim();
    whole.hidden = text.length > 1;
    hits.replaceChildren();
    if (text.length < 2 || !window.ROHNAMO_INDEX) return;
    var found = find(text, window.ROHNAMO_INDEX);
    hits.append(make("p", found.length ? form.dataset.count.replace("#", found.length) : form.dataset.none));
    var list = make("ul", "", "list");
    found.slice(0, 40).forEach(function (hit) { list.append(entry(hit.row)); });
    if (found.length) hits.append(list);
  }

  function load() {
    if (loading) return;
    loading = true;
    var script = document.createElement("script");
    script.src = form.dataset.index;
    script.onload = show;
    document.head.append(script);
  }

  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); show(); });
  box.addEventListener("focus", load);
  box.addEventListener("input", function () { load(); show(); });
})();
