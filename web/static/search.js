// Search as you type, and by travel from a place that is chosen. What is typed or chosen never leaves the page: the
// lexicon, the index and the travel times are script files, loaded whole, from a disk too. What a text asks for is told
// by meaning.js; which services answer it, and in which order, as mapping/view/search.py tells it.
(function () {
  "use strict";
  if (window.rohnamoSearch) return; // it was loaded again after one that did not come
  var STEPS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"; // five minutes each, as in web/public/search_index.py
  var RANKING = ROHNAMO_RULES.ranking, MOST = 10, SHORTEST = RANKING.shortest, FLAGS = RANKING.flags.concat("line");
  var FIELDS = ["words", "types", "id", "name", "nameLanguage", "organization", "organizationLanguage", "where", "dial", "number",
    "hours", "clock", "offset", "facts", "unknown", "why", "tone", "sign", "check", "due", "later", "speaks", "inside", "covers", "flags"];
  var SAID = ["type", "text", "dial", "number", "place"];

  function named(fields, values) {
    var row = {};
    fields.forEach(function (field, place) { row[field] = values[place]; });
    return row;
  }

  function split(text) { return text ? text.split(" ") : []; }
  function lettered(word) { return !/\d/.test(word); }

  // Name the fields of rows, and gather the words of all names.
  function read(index) {
    if (index.read) return index;
    var known = new Set();
    index.said = index.said.map(named.bind(null, SAID));
    index.rows = index.rows.map(named.bind(null, FIELDS));
    index.rows.forEach(function (row, place) {
      row.place = place;
      row.types = row.types.map(function (type) { return index.types[type]; });
      row.words = split(row.words);
      row.words.forEach(function (word) { if (lettered(word)) known.add(word); });
      row.inside = new Set(split(index.texts[row.inside]));
      row.covers = new Set(split(index.texts[row.covers]));
      row.flags = new Set(FLAGS.filter(function (_, bit) { return row.flags >> bit & 1; }));
      split(index.texts[row.speaks]).forEach(function (code) { row.flags.add("speaks-" + code); });
    });
    index.rows.slice().sort(function (a, b) { return a.id < b.id ? -1 : 1; }).forEach(function (row, column) { row.column = column; });
    index.known = Array.from(known).sort();
    index.read = true;
    return index;
  }

  function begins(word, known) {
    var low = 0, high = known.length;
    while (low < high) {
      var middle = (low + high) >> 1;
      if (known[middle] < word) low = middle + 1; else high = middle;
    }
    return low < known.length && known[low].startsWith(word);
  }

  // Words of names that a word is another spelling of, or that it is off by one slip.
  function like(word, index) {
    var fold = window.rohnamoFold, starts = window.rohnamoMeaning.starts;
    if (word.length < 5) return [];
    if (!index.coarse) {
      index.coarse = new Map();
      index.known.forEach(function (other) {
        var key = fold.coarse(other);
        index.coarse.set(key, (index.coarse.get(key) || []).concat(other));
      });
    }
    return index.coarse.get(fold.coarse(word)) || index.known.filter(function (other) {
      return other.length >= 5 && starts(word, other) && window.rohnamoMeaning.near(word, other);
    });
  }

  function isName(index, word, loosely) {
    if (loosely) return like(word, index).length > 0;
    return word.length < SHORTEST ? index.known.indexOf(word) >= 0 : begins(word, index.known);
  }

  // A test of a row: whether a word that can only be a name or a number stands in it.
  function test(word, index) {
    if (/^\d+$/.test(word) || (word.length >= SHORTEST && begins(word, index.known))) {
      return function (row) { return row.words.some(function (own) { return own.startsWith(word); }); };
    }
    var ways = word.length < SHORTEST ? [word] : like(word, index);
    return function (row) { return ways.some(function (way) { return row.words.indexOf(way) >= 0; }); };
  }

  function whole(row, words) {
    return words.every(function (word, at) {
      return at < words.length - 1 ? row.words.indexOf(word) >= 0 : row.words.some(function (own) { return own.startsWith(word); });
    });
  }

  // Whether a row is closed now, as far as its hours are known, which only a page with a clock tells.
  function isShut(row, index) {
    var hours = index.texts[row.clock];
    return Boolean(hours && hours[0] !== "?" && window.rohnamoClock && !window.rohnamoClock.open(hours, row.offset));
  }

  // How a row answers: how much of the text it meets, and by what it is put in order.
  function weigh(row, index, meaning, tests, minutes) {
    function among(codes) { return meaning.places.some(function (code) { return codes.has(code); }); }
    var tier = meaning.tier(row.types), words = meaning.words, met = 0;
    var long = words.join("").length >= SHORTEST && whole(row, words);
    if (tier || (long && words.length === 1)) met += RANKING.asked;
    if (long && words.length > 1) met += RANKING.asked;
    tests.forEach(function (meets) { met += meets(row) ? 1 : 0; });
    var inside = among(row.inside), conditions = 0;
    meaning.conditions.forEach(function (name) { conditions += row.flags.has(name) ? 1 : 0; });
    if (!meaning.best && !meaning.named.length) met += conditions + (inside ? 1 : 0);
    var where = !meaning.places.length ? 0 : inside ? 2 : among(row.covers) || (meaning.home && row.flags.has("everywhere")) ? 1 : 0;
    var time = minutes ? minutes(row) : null;
    return { row: row, met: met, tier: tier, where: where, shut: isShut(row, index), score: meaning.score(row.types), conditions: conditions,
      minutes: time, far: minutes ? (time ? time[0] : Infinity) : 0 };
  }

  function before(a, b) {
    return a.row.later - b.row.later || b.tier - a.tier || (a.far === b.far ? 0 : a.far - b.far) || b.where - a.where ||
      a.shut - b.shut || b.score - a.score || b.conditions - a.conditions || !a.row.dial - !b.row.dial ||
      b.row.flags.has("night") - a.row.flags.has("night") || a.row.place - b.row.place;
  }

  // Of the kinds that were asked for, the first service of each comes first, where it is as good and as near: those that
  // are closed now after the others, and where somebody starts from a place the nearer before the farther.
  function shared(rows, meaning) {
    var picked = [], head = rows[0];
    meaning.first().forEach(function (code) {
      var hit = rows.find(function (each) {
        return each.row.later === head.row.later && each.where === head.where &&
          each.row.types.indexOf(code) >= 0 && picked.indexOf(each) < 0;
      });
      if (hit) picked.push(hit);
    });
    picked.sort(function (a, b) { return a.shut - b.shut || (a.far === b.far ? 0 : a.far - b.far); });
    return picked.concat(rows.filter(function (hit) { return picked.indexOf(hit) < 0; }));
  }

  var reader;
  function understood(text, index, lexicon) {
    reader = reader && reader.lexicon === lexicon ? reader : new window.rohnamoMeaning.Reader(lexicon);
    return reader.read(text, function (word, loosely) { return index ? isName(index, word, loosely) : false; });
  }

  // The meaning of a text, the rows that answer it best, and what is said of hidden help of that kind.
  function find(text, index, lexicon, minutes) {
    read(index);
    if (!text) {
      var near = index.rows.filter(function (row) { return minutes(row) && !row.later; }).map(function (row) {
        var time = minutes(row);
        return { row: row, minutes: time, far: time[0] };
      });
      near.sort(function (a, b) { return (a.far === b.far ? 0 : a.far - b.far) || a.row.place - b.row.place; });
      return { meaning: null, rows: near, said: [] };
    }
    var meaning = understood(text, index, lexicon), most = 0;
    if (meaning.nothing) return { meaning: meaning, rows: [], said: [] };
    var tests = meaning.named.map(function (word) { return test(word, index); });
    var away = meaning.places.length && !meaning.home; // who is abroad is offered what is there, or can be called from there
    var rows = index.rows.filter(function (row) {
      return !(meaning.never.indexOf("JUS-POL") >= 0 && row.flags.has("police")) &&
        !meaning.who.some(function (group) { return row.flags.has("refuses-" + group); }) &&
        (!away || row.flags.has("far") || meaning.places.some(function (code) { return row.inside.has(code); }));
    }).map(function (row) { return weigh(row, index, meaning, tests, minutes); });
    rows.forEach(function (hit) { most = Math.max(most, hit.met); });
    rows = rows.filter(function (hit) { return most && hit.met === most; }).sort(before);
    rows = shared(rows, meaning);
    return { meaning: meaning, rows: rows, said: index.said.filter(function (said) { return meaning.tier([said.type]) === 2; }) };
  }

  // Whether every row is as near as the next, so that nobody says so of a list that other things put in order.
  function nearestFirst(rows) {
    return rows.every(function (hit, at) { return !at || rows[at - 1].far <= hit.far; });
  }

  var form = document.querySelector("form.search"), part = form || document.querySelector(".filters form"), say = part ? part.dataset : {};

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
    else if (/^sms:[0-9]+$/.test(dial)) link.href = dial;
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
    if (row.dial) line.append(/^(http|sms:)/.test(row.dial) ? phone(row.dial, row.number) : phone(row.dial, (row.flags.has("line") ? say.line : say.call).replace("#", row.number), "btn"));
    else line.append(make("span", say.mute, "soft"));
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

  // The others of a group and what their links say: one name is one link, and the first one's own name needs a number
  // that is not its own.
  function beside(group, texts) {
    var first = group[0].row, links = new Map();
    group.slice(1).forEach(function (hit) {
      var row = hit.row, same = row.name === first.name;
      var text = texts[row.name] + (same ? ", " + row.number : "");
      if (!links.has(text) && !(same && (!row.number || row.number === first.number))) links.set(text, [hit, text]);
    });
    return Array.from(links.values());
  }

  window.rohnamoSearch = { find: find, read: read, entry: entry, beside: beside, nearestFirst: nearestFirst };
  if (!form) return;
  var box = form.querySelector("input"), from = form.querySelector("select"), line = document.getElementById("urgent");
  var hits = document.getElementById("hits"), told = document.getElementById("found"), rest = document.getElementById("whole");
  var answered, waiting;

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
    said.slice(0, 3).forEach(function (row) {
      var item = make("li", texts[row.text] + " ");
      item.append(phone(row.dial, row.number));
      list.append(item);
    });
    block.append(make("h2", say.hidden), make("p", say.secret), list);
    return block;
  }

  // Services of one organization at one place, as one entry: the first whole, the others as links below it.
  function together(rows) {
    var groups = new Map();
    rows.forEach(function (hit) {
      var key = hit.row.organization + " " + hit.row.where;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(hit);
    });
    return Array.from(groups.values());
  }

  function put(groups, texts) {
    var list = null, later = null, place = hits.querySelector("#later");
    groups.forEach(function (group) {
      var item = entry(group[0], texts), first = group[0].row;
      if (group.length > 1) {
        var also = make("p", say.also + " ", "small"), others = beside(group, texts).slice(0, 8);
        others.forEach(function (other, at) {
          var row = other[0].row, link = make("a", other[1], "", row.nameLanguage);
          link.href = say.base + "/" + encodeURIComponent(row.id) + ".html";
          also.append(at ? " · " : "", link);
        });
        if (others.length) item.append(also);
      }
      if (first.later) {
        later = place || later || hits.appendChild(make("h2", say.later)) && hits.appendChild(make("ul", "", "list"));
        later.append(item);
      } else {
        list = list || hits.querySelector("#first") || hits.appendChild(make("ul", "", "list"));
        list.id = "first";
        list.append(item);
      }
    });
    if (later) later.id = "later";
    if (window.rohnamoClock) window.rohnamoClock(hits);
  }

  // Show the next ten, and a button for those after them.
  function putMore(groups, texts) {
    put(groups.slice(0, MOST), texts);
    var rest = groups.slice(MOST), more = make("button", say.more, "btn");
    if (!rest.length) return;
    more.type = "button";
    more.addEventListener("click", function () {
      var last = hits.querySelectorAll("h3 a");
      more.remove();
      putMore(rest, texts);
      hits.querySelectorAll("h3 a")[last.length].focus();
    });
    hits.append(more);
  }

  // What to say of words that nothing is listed for, and of a place that has none.
  function notes(found, names) {
    var fold = window.rohnamoFold, meaning = found.meaning;
    if (!meaning) return "";
    var typed = box.value.trim().split(/\s+/).filter(function (word) {
      return meaning.dropped.some(function (other) { return fold.skeleton(word) === other; });
    });
    var text = typed.length && found.rows.length ? " " + say.dropped.replace("#", typed.join(", ")) : "";
    if (meaning.who.length && found.rows.length) text += " " + say.refused;
    var away = meaning.places.length && found.rows.length && !found.rows.some(function (hit) { return hit.where === 2; });
    return text + (away && names[meaning.places[0]] ? " " + say.elsewhere.replace("#", names[meaning.places[0]]) : "");
  }

  // The numbers of where somebody is: at home, or in the country abroad that was understood; no police where they hurt.
  function urge(meaning) {
    if (!line) return;
    var below = Boolean(meaning && meaning.below && !meaning.nothing);
    line.hidden = !(meaning && (meaning.line || meaning.nothing || below));
    var third = below && hits.querySelectorAll("#first > li")[2]; // where a need is named, what helps comes first
    if (third) {
      third.after(make("li"));
      third.nextSibling.append(line);
    } else if (below) hits.after(line);
    else told.before(line);
    line.classList.toggle("below", below);
    var away = meaning && meaning.places.length && !meaning.home ? meaning.places[0] : "";
    var parts = Array.from(line.querySelectorAll("[data-where]"));
    function of(where) { return parts.find(function (part) { return part.dataset.where === where; }); }
    var own = of(away) || of("*") || of("");
    parts.forEach(function (part) { part.hidden = part !== own; });
    Array.from(line.querySelectorAll("[data-kind=police]")).forEach(function (number) {
      number.hidden = Boolean(meaning && meaning.never.indexOf("JUS-POL") >= 0);
    });
  }

  function show() {
    var text = box.value.trim(), index = window.ROHNAMO_INDEX, lexicon = window.ROHNAMO_WORDS;
    text = text.length > 1 ? text : "";
    var asked = text || start(), question = text + "\n" + start();
    if (question === answered) return; // whoever is about to press one of the answers does not lose it
    answered = null;
    rest.hidden = false; // until there are answers, what is on the page without a search is there
    urge(null); // before the hits go, which it may stand among
    hits.textContent = "";
    if (!asked || form.dataset.ready === "true") told.textContent = ""; // else it says that something is missing
    if (!asked || !lexicon) return;
    if (text && !index) urge(understood(text, null, lexicon));
    if (!index || (start() && !window.ROHNAMO_TRAVEL)) return;
    var found = find(text, index, lexicon, start() ? minutes : null), texts = index.texts, count = found.rows.length;
    answered = question;
    told.textContent = !count ? (found.said.length ? say.hidden + "." : say.none) : say.count.replace("#", count) +
      (start() ? " " + (nearestFirst(found.rows) ? say.nearest : say.each).replace("#", from.selectedOptions[0].text) : "") +
      notes(found, index.names);
    rest.hidden = Boolean(count || found.said.length || !("always" in rest.dataset)); // questions stay where words fail
    if (found.said.length) hits.append(hidden(found.said, texts));
    putMore(together(found.rows), texts);
    urge(found.meaning);
  }

  function ready() {
    if (window.ROHNAMO_WORDS && window.ROHNAMO_INDEX) {
      read(window.ROHNAMO_INDEX); // now, and not at the first hit
      understood("", window.ROHNAMO_INDEX, window.ROHNAMO_WORDS);
    }
    form.dataset.ready = Boolean(window.ROHNAMO_WORDS && window.ROHNAMO_INDEX && (!from || window.ROHNAMO_TRAVEL));
    show();
  }

  form.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(show, 80);
  });
  form.addEventListener("submit", show);
  document.addEventListener("load", function (event) { if (event.target.tagName === "SCRIPT") ready(); }, true);
  ready();
})();
