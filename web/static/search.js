// Search as you type in the list of this edition, and by travel from a place that is chosen. What is typed or chosen
// never leaves the page: the index and the travel times are script files, loaded whole, from a disk too.
(function () {
  "use strict";
  var fold = window.rohnamoFold;
  var STEPS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"; // five minutes each, as in web/public/search_index.py
  var MOST = 40;
  var FIELDS = ["words", "terms", "id", "name", "nameLanguage", "organization", "organizationLanguage", "where", "dial", "number",
    "hours", "clock", "offset", "facts", "unknown", "why", "tone", "sign", "check", "due", "later", "speaks"];
  var SAID = ["words", "terms", "text", "dial", "number"];

  // Name the fields of rows, and give each its words with their weight: its own and those of its kinds of help count
  // four times, those of the need that it answers once.
  function read(index) {
    if (index.read) return index;
    var known = new Set();
    function named(fields, values) {
      var row = {}, words = new Map();
      fields.forEach(function (field, place) { row[field] = values[place]; });
      function add(weight, text) {
        text.split(" ").forEach(function (word) { if (word) { words.set(word, weight); known.add(word); } });
      }
      row.terms.forEach(function (term) { add(1, index.needs[term]); });
      row.terms.forEach(function (term) { add(4, index.terms[term]); });
      add(4, row.words);
      row.words = words;
      return row;
    }
    index.rows = index.rows.map(named.bind(null, FIELDS));
    index.said = index.said.map(named.bind(null, SAID));
    index.known = Array.from(known).map(function (word) { return [word, fold.coarse(word)]; });
    var order = index.rows.map(function (row) { return row.id; }).sort();
    index.rows.forEach(function (row, place) { row.place = place; row.column = order.indexOf(row.id); });
    index.read = true;
    return index;
  }

  // 3 for the word itself, 2 for its beginning, 1 for a slip or another spelling of its vowels, 0 for none.
  function match(word, key, known) {
    if (known[0] === word) return 3;
    if (known[0].startsWith(word)) return 2;
    if (word.length < 4) return 0;
    if (known[1] === key || fold.near(word, known[0])) return 1;
    return known[0][0] === word[0] && known[0].length > word.length && fold.near(word, known[0].slice(0, word.length)) ? 1 : 0;
  }

  // Each word that was asked for with the words of the list that it may mean; words that mean nothing are passed over.
  function meanings(text, index) {
    var asked = fold.skeleton(text).split(" ").filter(Boolean);
    if (asked.some(function (word) { return word.length > 2; })) {
      asked = asked.filter(function (word, place) { return word.length > 2 || place === asked.length - 1; });
    }
    return asked.map(function (word) {
      var found = new Map(), key = fold.coarse(word);
      index.known.forEach(function (known) {
        var score = match(word, key, known);
        if (score) found.set(known[0], score);
      });
      return found;
    }).filter(function (found) { return found.size; });
  }

  // How well a row answers: how many of the words it meets, and how closely.
  function weigh(row, asked) {
    var met = 0, score = 0;
    asked.forEach(function (found) {
      var best = 0;
      found.forEach(function (value, word) { best = Math.max(best, value * (row.words.get(word) || 0)); });
      met += best ? 1 : 0;
      score += best;
    });
    return { row: row, met: met, score: score };
  }

  // Rows that meet most of the words. What may not be offered first stands last; then the closest, then the nearest.
  function find(text, index, minutes) {
    read(index);
    var asked = meanings(text, index), most = 1;
    function weighed(rows) { return rows.map(function (row) { return weigh(row, asked); }); }
    var rows = weighed(index.rows), said = weighed(index.said);
    rows.concat(said).forEach(function (hit) { most = Math.max(most, hit.met); });
    function enough(hit) { return hit.met === most; }
    rows = text ? rows.filter(enough) : rows.filter(function (hit) { return minutes && minutes(hit.row) && !hit.row.later; });
    rows.forEach(function (hit) { hit.minutes = minutes ? minutes(hit.row) : null; });
    function far(hit) { return hit.minutes ? hit.minutes[0] : Infinity; }
    rows.sort(function (a, b) {
      return a.row.later - b.row.later || b.score - a.score || (far(a) === far(b) ? 0 : far(a) - far(b)) || a.row.place - b.row.place;
    });
    return { rows: rows, said: text ? said.filter(enough) : [] };
  }

  var form = document.querySelector("form.search"), say = (form || document.querySelector(".filters form")).dataset;

  function make(name, text, kind, language) {
    var element = document.createElement(name);
    if (text) element.textContent = text;
    if (kind) element.className = kind;
    if (language) element.lang = language;
    return element;
  }

  function phone(dial, text, kind) {
    var link = make("a", text, kind);
    if (/^[+*#]?[0-9*#]+$/.test(dial)) link.href = "tel:" + dial;
    else if (/^https?:\/\//.test(dial)) { link.href = dial; link.rel = "nofollow noreferrer noopener"; }
    else return make("span", text);
    return link;
  }

  function lasting(time) {
    if (time === Infinity) return say.over;
    var hours = Math.floor(time / 60), rest = time % 60;
    return (hours ? (rest ? say.both : say.hour) : say.minutes).replace("@", hours).replace("#", rest);
  }

  function travel(pair) {
    var summer = lasting(pair[0]), winter = lasting(pair[1]);
    return summer === winter ? summer : summer + "; " + say.winter.replace("#", winter);
  }

  function entry(hit, texts) {
    var row = hit.row, item = make("li"), heading = make("h3"), link = make("a", texts[row.name], "", row.nameLanguage);
    link.href = say.base + "/" + encodeURIComponent(row.id) + ".html";
    heading.append(link);
    var whose = make("p", "", "soft");
    whose.append(make("span", texts[row.organization], "", row.organizationLanguage), texts[row.where] ? " · " + texts[row.where] : "");
    var line = make("p", "", "row");
    if (texts[row.hours]) {
      var tag = make("span", texts[row.hours], "tag");
      if (texts[row.clock]) tag.dataset.hours = texts[row.clock];
      if (row.offset !== null) tag.dataset.offset = row.offset;
      line.append(tag, " ");
    }
    if (row.dial) line.append(/^http/.test(row.dial) ? phone(row.dial, row.number) : phone(row.dial, say.call.replace("#", row.number), "btn"));
    var list = make("dl", "", "facts");
    for (var at = 0; at < row.facts.length; at += 2) list.append(make("dt", texts[row.facts[at]]), make("dd", texts[row.facts[at + 1]]));
    if (hit.minutes) list.append(make("dt", say.travelled), make("dd", travel(hit.minutes)));
    item.append(heading, whose, line, list);
    if (texts[row.unknown]) item.append(make("p", texts[row.unknown], "small soft"));
    if (texts[row.why]) {
      var why = make("p", "", "small");
      why.append(make("b", say.why), " " + texts[row.why]);
      item.append(why);
    }
    var check = make("p", "", "small " + row.tone), sign = make("span", row.sign);
    sign.setAttribute("aria-hidden", "true");
    if (row.due) check.dataset.due = row.due;
    check.append(sign, " " + texts[row.check]);
    item.append(check);
    return item;
  }

  window.rohnamoSearch = { find: find, read: read, entry: entry };
  if (!form) return;
  var box = form.querySelector("input"), from = form.querySelector("select");
  var hits = document.getElementById("hits"), told = document.getElementById("found"), whole = document.getElementById("whole");
  var loading = false, waiting;

  function start() { return from ? from.value : ""; }

  // Minutes from the chosen place in summer and winter; null where it is out of reach.
  function minutes(row) {
    var lines = window.ROHNAMO_TRAVEL && window.ROHNAMO_TRAVEL[start()];
    if (!lines || lines[0][row.column] === "-") return null;
    return lines.map(function (line) {
      var step = STEPS.indexOf(line[row.column]);
      return step < 0 ? Infinity : step * 5;
    });
  }

  function hidden(said, texts) {
    var block = make("section", "", "note flow"), list = make("ul");
    said.forEach(function (hit) {
      var item = make("li", texts[hit.row.text] + " ");
      item.append(phone(hit.row.dial, hit.row.number));
      list.append(item);
    });
    block.append(make("h2", say.hidden), make("p", say.secret), list);
    return block;
  }

  function show() {
    var text = box.value.trim(), asked = text.length > 1 || start();
    whole.hidden = Boolean(asked);
    hits.replaceChildren();
    told.textContent = "";
    if (!asked || !window.ROHNAMO_INDEX || (start() && !window.ROHNAMO_TRAVEL)) return;
    var found = find(text.length > 1 ? text : "", window.ROHNAMO_INDEX, start() ? minutes : null), texts = window.ROHNAMO_INDEX.texts;
    var count = found.rows.length;
    told.textContent = !count && !found.said.length ? say.none : say.count.replace("#", count) +
      (count > MOST ? " " + say.first.replace("#", MOST) : "") + (start() ? " " + say.nearest.replace("#", from.selectedOptions[0].text) : "");
    if (found.said.length) hits.append(hidden(found.said, texts));
    var list = make("ul", "", "list"), later = make("ul", "", "list");
    found.rows.slice(0, MOST).forEach(function (hit) { (hit.row.later ? later : list).append(entry(hit, texts)); });
    if (list.children.length) hits.append(list);
    if (later.children.length) hits.append(make("h2", say.later), later);
    if (window.rohnamoClock) window.rohnamoClock(hits);
  }

  function load() {
    if (loading) return;
    loading = true;
    [say.index, say.travel].forEach(function (name) {
      var script = document.createElement("script");
      script.src = name;
      script.onload = function () {
        form.dataset.ready = Boolean(window.ROHNAMO_INDEX && window.ROHNAMO_TRAVEL);
        show();
      };
      document.head.append(script);
    });
  }

  form.reset();
  form.addEventListener("submit", function (event) { event.preventDefault(); show(); });
  form.addEventListener("focusin", load);
  form.addEventListener("input", function () {
    load();
    clearTimeout(waiting);
    waiting = setTimeout(show, 100);
  });
})();
