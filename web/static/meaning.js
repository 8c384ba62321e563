// What somebody who types a few words is asking for; the same rules as in mapping/language/meaning.py, over the same table.
(function () {
  "use strict";
  var fold = window.rohnamoFold, coarse = fold.coarse;
  var R = ROHNAMO_RULES.reading; // mapping/language/rules.toml
  var GUESSED = ["weak", "alone"], QUIET = new Set(R.quiet), ASIDE = new Set(R.aside), HARD_I = new RegExp(R.hard_i[0], "g");
  var nominative = fold.replacer(ROHNAMO_RULES.folding.nominative), shortPlace = fold.replacer(ROHNAMO_RULES.folding.short_place);

  function speaks(name) { return name.startsWith("speaks-"); } // a concept that names a language
  function split(text) { return text ? text.split(" ") : []; }
  function each(table, use) { Object.keys(table).forEach(function (key) { use(key, table[key]); }); }
  function put(into, from) { from.forEach(function (value) { into.add(value); }); return into; }
  function once(list) { return Array.from(new Set(list)); }
  // In a short name of a place fewer vowels are alike.
  function placeKey(word) { return word.length >= 6 ? coarse(word) : shortPlace(word); }
  function digits(word) { return /^\d+$/.test(word); }
  function meets(word, entry) { return entry.slice(-1) === "*" ? word.startsWith(entry.slice(0, -1)) : word === entry; }

  // How many letters two words begin with alike.
  function shared(word, other) {
    var shorter = Math.min(word.length, other.length), same = 0;
    while (same < shorter && word[same] === other[same]) same++;
    return same;
  }

  function inflected(word, other) {
    if (word === other) return true;
    var shorter = Math.min(word.length, other.length), same = shared(word, other);
    if (same === shorter && shorter >= 5) return true;
    return shorter >= 5 && same >= Math.max(R.same, shorter - 2) && Math.abs(word.length - other.length) <= 3;
  }

  function letters(word) { return word.indexOf("h") < 0 ? word : word.replace(/sh/g, "ş").replace(/ch/g, "ç"); }
  function near(one, other) { return fold.near(one, other) || fold.near(letters(one), letters(other)); }
  function starts(word, other) { return word[0] === other[0] || word.length >= 8; }
  function add(table, key, row) {
    var rows = table.get(key);
    if (rows) rows.push(row); else table.set(key, [row]);
  }

  function joined(words) {
    return words.reduce(function (row, word) {
      if (digits(word) && row.length && digits(row[row.length - 1])) row[row.length - 1] += word;
      else row.push(word);
      return row;
    }, []);
  }

  function Reader(lexicon) {
    var self = this;
    this.lexicon = lexicon;
    this.small = new Set(lexicon.small);
    this.countries = new Set(Object.values(lexicon.abroad));
    this.nameless = new Set(lexicon.small.concat(lexicon.cries));
    this.words = new Map();
    this.stems = new Map();
    this.coarse = new Map();
    this.coarseStems = new Set();
    this.coarsePlaces = new Map();
    this.wholes = new Map(); // words that slips are looked for in, by how many letters they are written with
    this.beginnings = new Map(); // the same for stems, by how many signs
    this.placesFrom = new Map(); // the same for places, by the first sign
    this.names = []; // what service types are called: code, words, whether precisely
    this.namesFrom = new Map(); // their numbers by how a word of them begins
    this.phrases = {};
    [["words", false], ["stems", true]].forEach(function (pair) {
      each(lexicon[pair[0]], function (word, said) {
        var concepts = split(said);
        self[pair[0]].set(word, concepts);
        if (word.length < 5) return;
        var key = coarse(word), written = letters(word);
        if (word.length >= 6) add(pair[1] ? self.beginnings : self.wholes, pair[1] ? word.length : written.length, [word, concepts]);
        self.coarse.set(key, put(self.coarse.get(key) || new Set(), concepts));
        if (pair[1]) self.coarseStems.add(key);
      });
    });
    lexicon.phrases.forEach(function (pair) {
      var row = pair[0], orders = row.length === 2 && !R.who[pair[1]] ? [row, [row[1], row[0]]] : [row]; // either may stand first
      orders.forEach(function (order) {
        var start = order[0].slice(0, 2);
        (self.phrases[start] = self.phrases[start] || []).push([order, split(pair[1])]);
      });
    });
    [lexicon.terms, lexicon.precise].forEach(function (table, precise) {
      each(table, function (code, rows) {
        rows.forEach(function (row) {
          row.forEach(function (word) { add(self.namesFrom, word.slice(0, R.same), self.names.length); });
          self.names.push([code, row, precise]);
        });
      });
    });
    each(lexicon.places, function (name, code) {
      var key = placeKey(name);
      if (!self.coarsePlaces.has(key)) self.coarsePlaces.set(key, code);
      if (name.length >= 6) add(self.placesFrom, name[0], [name, code]);
    });
  }

  Reader.prototype.exact = function (word) {
    var found = new Set(this.words.get(word));
    if (this.small.has(word) || found.has("cost")) return found;
    for (var cut = 2; cut <= word.length; cut++) {
      var concepts = this.stems.get(word.slice(0, cut));
      if (concepts) put(put(found, concepts), this.words.has(word) ? [] : this.joinedOn(word, cut));
    }
    return found;
  };

  // The concepts of a word that was typed without a blank behind another, of so many letters.
  Reader.prototype.joinedOn = function (word, cut) {
    return cut >= R.short && cut <= word.length - R.long ? this.words.get(word.slice(cut)) || [] : [];
  };

  Reader.prototype.alike = function (word, last) {
    var found = new Set();
    function meet(rows, written) {
      (rows || []).forEach(function (row) { if (starts(word, row[0]) && near(written, row[0])) put(found, row[1]); });
    }
    if (word.length >= 5) {
      found = this.exact(word.replace(HARD_I, "$1i"));
      if (found.size) return found;
      var key = coarse(word);
      if (this.coarse.has(key)) return new Set(this.coarse.get(key));
      var own = letters(word).length, size, cut;
      for (size = own - 2; size <= own + 2; size++) meet(this.wholes.get(size), word);
      if (found.size) return found;
      for (cut = 5; cut <= word.length; cut++) {
        for (size = cut - 1; size <= cut + 1; size++) meet(this.beginnings.get(size), word.slice(0, cut));
      }
      if (found.size) return found;
      for (cut = key.length - 1; cut > 5; cut--) {
        if (this.coarseStems.has(key.slice(0, cut))) return new Set(this.coarse.get(key.slice(0, cut)));
      }
      for (cut = R.short; cut <= word.length - R.short; cut++) { // two words that were typed without a blank
        var one = this.words.get(word.slice(0, cut)), other = this.words.get(word.slice(cut));
        if (one && other) return new Set(one.concat(other));
        other = cut > R.short && this.small.has(word.slice(0, cut)) ? this.joinedOn(word, cut) : [];
        if (other.length) return new Set(other);
      }
    }
    if (!last || word.length < 3) return found;
    [this.words, this.stems].forEach(function (table) {
      table.forEach(function (said, other) { if (other.startsWith(word)) put(found, said); });
    });
    found = new Set(Array.from(found).filter(function (concept) { return !QUIET.has(concept); }));
    return found.size <= 2 ? found : new Set();
  };

  // The code of a country abroad by its name, or that of a city there, in another case or spelling.
  Reader.prototype.country = function (word) {
    var names = this.lexicon.abroad, best = "", most = -1;
    Object.keys(names).forEach(function (name) {
      var same = shared(word, name), less = best.length - name.length;
      if (same > most || (same === most && (less > 0 || (!less && name > best)))) { most = same; best = name; }
    });
    return best === word || most >= Math.max(R.same, best.length - 2) ? names[best] || null : null;
  };

  // Words in which those that name a place together are one, with blanks between them.
  Reader.prototype.namedWhole = function (words) {
    var row = [];
    while (words.length) {
      var size = Math.min(R.place_words, words.length);
      while (size > 1 && !this.place(words.slice(0, size).join(" "))) size--;
      row.push(words.slice(0, Math.max(size, 1)).join(" "));
      words = words.slice(Math.max(size, 1));
    }
    return row;
  };

  // Whether a word is the name of a place though it begins as a word of the search does.
  Reader.prototype.namesPlace = function (word) {
    if (word.indexOf(" ") >= 0) return true;
    word = nominative(word);
    var cut = word.length, least = Math.max(R.same, word.length - 4), longest = 0, abroad = false;
    while (cut > least && !this.lexicon.places[word.slice(0, cut)]) cut--;
    for (var end = 2; end <= word.length; end++) {
      var concepts = this.stems.get(word.slice(0, end));
      if (concepts) longest = end;
      abroad = abroad || !!concepts && concepts.indexOf("abroad") >= 0;
    }
    return cut > least && longest > 0 && cut > longest && !this.words.has(word) && !abroad;
  };

  Reader.prototype.place = function (word) {
    var places = this.lexicon.places;
    word = word.split(" ").map(nominative).join(" ");
    var code = places[word] || this.placeLike(word, R.same) || this.placeNear(word);
    if (code) return code;
    var least = Math.max(R.same, word.lastIndexOf(" ") + 3, word.length - 4);
    for (var cut = word.length - 1; cut >= least; cut--) {
      var start = word.slice(0, cut);
      if (places[start]) return places[start];
      if (word.length - cut > 2) continue;
      for (var v = 0; v < R.vowels.length && cut >= 5; v++) {
        if (places[start + R.vowels[v]]) return places[start + R.vowels[v]];
      }
      code = this.placeLike(start, 5);
      if (code) return code;
    }
    return R.vowels.indexOf(word.slice(-1)) >= 0 ? this.placeNear(word.slice(0, -1)) : null;
  };

  Reader.prototype.placeLike = function (word, least) {
    return word.length >= least && this.coarsePlaces.get(placeKey(word)) || null;
  };

  Reader.prototype.placeNear = function (word) {
    if (word.length < 6) return null;
    var place = (this.placesFrom.get(word[0]) || []).find(function (row) { return near(word, row[0]); });
    return place ? place[1] : null;
  };

  // The scores of service types that concepts call for, whether a line comes first, and how sure that is.
  Reader.prototype.rules = function (met, vague) {
    var fired = [];
    this.lexicon.rules.forEach(function (rule) {
      var used = new Set();
      var all = rule[0].every(function (group) {
        var hits = group.filter(function (concept) { return met.has(concept); });
        put(used, hits);
        return hits.length;
      });
      if (all && !rule[1].some(function (concept) { return met.has(concept); })) {
        fired.push({ used: used, size: rule[0].length, mode: rule[2], codes: rule[3] });
      }
    });
    var never = new Set();
    fired.forEach(function (rule) { if (rule.mode === "never") put(never, rule.codes); });
    fired = fired.filter(function (rule) { return rule.mode !== "never"; });
    function part(one, other) {
      return one.size <= other.size && one.used.size < other.used.size && Array.from(one.used).every(function (c) { return other.used.has(c); });
    }
    var rules = fired.filter(function (rule) { return GUESSED.indexOf(rule.mode) < 0; });
    var sure = rules.length > 0;
    if (!sure) rules = fired.filter(function (rule) { return rule.mode === "alone" || !vague; });
    rules = rules.filter(function (rule) { return !rules.some(function (other) { return part(rule, other); }); });
    var types = {}, line = false, below = false, size = 0;
    rules.forEach(function (rule) {
      var weight = rule.mode === "named" ? Math.max(R.named, rule.size) : rule.size * (rule.mode === "yes" || rule.mode === "below" ? 1.5 : 1);
      rule.codes.forEach(function (code, place) { types[code] = Math.max(types[code] || 0, weight * (1 - 0.1 * place)); });
      line = line || rule.mode === "yes" || rule.mode === "alone";
      below = below || rule.mode === "below";
      size = sure ? Math.max(size, rule.size) : 0;
    });
    return { types: types, line: line, below: below, size: size, never: never };
  };

  // How much of what service types are called stands in words, of 1, the words that it was found by, and the types that
  // are named precisely: with the number of words that do, and at least 2.
  Reader.prototype.called = function (words) {
    var found = {}, used = new Set(), precisely = {};
    var self = this, numbers = words.reduce(function (all, word) { return put(all, self.namesFrom.get(word.slice(0, R.same)) || []); }, new Set());
    Array.from(numbers).sort(function (a, b) { return a - b; }).forEach(function (number) {
      var code = self.names[number][0], row = self.names[number][1], precise = self.names[number][2];
      var hits = words.filter(function (word) { return row.some(function (other) { return inflected(word, other); }); });
      if (!hits.length) return;
      var covered = row.filter(function (other) { return hits.some(function (word) { return inflected(word, other); }); }).length / row.length;
      if (covered > 0.5 || (covered === 0.5 && row.length === 2)) {
        put(used, hits);
        found[code] = Math.max(found[code] || 0, covered);
      }
      if (precise && covered === 1) precisely[code] = Math.max(precisely[code] || R.named, row.length);
    });
    return { types: found, used: used, precisely: precisely };
  };

  // What a text asks for; isName tells whether a word stands in a name, or, loosely, slightly off.
  Reader.prototype.read = function (text, isName) {
    var self = this, words = this.namedWhole(joined(split(fold.skeleton(text)).slice(0, R.most_words)));
    var concepts = words.map(function (word) { return self.namesPlace(word) ? new Set() : self.exact(word); });
    var behind = []; // of what is left behind nothing is asked for
    words.forEach(function (word, at) {
      (self.phrases[word.slice(0, 2)] || []).forEach(function (phrase) {
        var row = phrase[0], part = words.slice(at, at + row.length);
        if (part.length !== row.length || !part.every(function (w, n) { return meets(w, row[n]); })) return;
        row.forEach(function (_, n) {
          put(concepts[at + n], phrase[1]);
          if (phrase[1].some(function (c) { return ASIDE.has(c); })) behind.push(at + n);
        });
      });
    });
    behind.forEach(function (at) { concepts[at] = new Set(Array.from(concepts[at]).filter(function (c) { return ASIDE.has(c); })); });
    var places = [], countries = [], atPlaces = new Set(), named = [], dropped = [], content = 0;
    words.forEach(function (word, at) {
      if (!concepts[at].size && !self.small.has(word)) {
        var place;
        if (digits(word)) {
          if (self.lexicon.numbers.indexOf(word) >= 0) concepts[at] = new Set(["police", "emergency"]);
          else if (word.length >= 3) named.push(word);
        } else if ((place = self.place(word))) {
          places.push(place);
          atPlaces.add(at);
        } else {
          var known = isName(word, false);
          if (!known) concepts[at] = self.alike(word, at === words.length - 1);
          if (!concepts[at].size) (known || isName(word, true) ? named : dropped).push(word);
        }
      }
      var country = concepts[at].has("abroad") && self.country(word);
      if (country) countries.push(country);
      var of = Array.from(concepts[at]);
      var beside = of.some(function (c) { return R.outside.indexOf(c) >= 0; });
      if (!beside && of.some(function (c) { return !QUIET.has(c) && !speaks(c) && !R.who[c]; })) content++;
    });
    var met = concepts.reduce(put, new Set());
    if (!met.has("abroadjob")) places = places.concat(countries); // who is about to go there is not there yet
    var rules = this.rules(met, dropped.length > content), types = rules.types, ruled = Object.keys(types).length > 0;
    var telling = split(words.filter(function (word) { return !self.nameless.has(word); }).join(" "));
    var called = this.called(words.filter(function (word, at) { return !self.nameless.has(word) && !atPlaces.has(at) && !concepts[at].has("cost"); })), names = called.types, precisely = called.precisely;
    var unknown = new Set(dropped.filter(function (word) { return !called.used.has(word); }));
    if (!ruled && called.used.size < unknown.size) names = precisely = {};
    if (!rules.size && R.people.some(function (concept) { return met.has(concept); })) {
      rules.line = rules.line || unknown.size > 0 || met.has("not"); // what happened to somebody is not understood
    }
    each(names, function (code, score) { types[code] = (types[code] || 0) + (ruled ? 0.3 : 2) * score; });
    each(precisely, function (code, score) { types[code] = Math.max(types[code] || 0, score); });
    if (Object.keys(types).length) dropped = dropped.filter(function (word) { return !called.used.has(word); });
    var outside = concepts.filter(function (of) { return R.outside.some(function (c) { return of.has(c); }); }).length;
    var unforeseen = unknown.size > 0 || named.some(function (word) { return !digits(word); });
    var sentence = words.length >= R.sentence, tells = sentence && !outside && unforeseen; // what happened, in words that nobody foresaw
    if (sentence && (rules.line || rules.below) && ruled) named = []; // who tells of danger asks for help, not for a name
    var nothing = outside > 0 && !(rules.line || rules.below) && rules.size < 2 && outside >= content;
    if (nothing) types = {};
    rules.never.forEach(function (code) { delete types[code]; });
    var any = Object.keys(types).length, conditions = R.conditions.filter(function (name) { return met.has(name) || (name === "free" && met.has("cost")); }).concat(Array.from(met).filter(speaks).sort());
    nothing = nothing || !(any || named.length || places.length || conditions.length);
    if (!any && dropped.length > named.length && !(rules.line || rules.below)) nothing = true;
    rules.line = rules.line || met.has("emergency") || (tells && !rules.size);
    rules.below = !rules.line && (rules.below || tells);
    each(types, function (code, score) { types[code] = Math.round(score * 1000) / 1000; });
    var home = places.some(function (code) { return !self.countries.has(code); });
    return new Meaning(types, rules, once(places), home, conditions, nothing ? [] : once(named), telling, once(dropped), nothing, met);
  };

  function Meaning(types, rules, places, home, conditions, named, words, dropped, nothing, met) {
    this.types = types;
    this.line = rules.line; // the numbers stand above all, or below what was found
    this.below = rules.below;
    this.places = places;
    this.home = home;
    this.conditions = conditions;
    this.named = named;
    this.words = words;
    this.dropped = dropped;
    this.nothing = nothing;
    this.never = Array.from(rules.never).sort(); // kinds that hurt, or are not wanted
    this.who = Object.keys(R.who).filter(function (name) { return met.has(name); }).reduce(function (groups, name) { return groups.concat(R.who[name]); }, []);
    this.who = once(this.who).sort(); // groups that whoever needs help is of
    this.best = Object.keys(types).reduce(function (best, code) { return Math.max(best, types[code]); }, 0);
  }

  Meaning.prototype.score = function (codes) {
    var types = this.types;
    return codes.reduce(function (best, code) { return Math.max(best, types[code] || 0); }, 0);
  };

  // Kinds of service that share the first places of a list, so that no one kind fills them all.
  Meaning.prototype.first = function () {
    var types = this.types, best = this.best;
    var ranked = Object.keys(types).sort(function (a, b) { return types[b] - types[a] || (a < b ? -1 : 1); });
    var first = ranked.filter(function (code) { return types[code] >= R.good * best; }).slice(0, R.shared);
    ranked.forEach(function (code) {
      var other = first.every(function (each) { return code.slice(0, R.family) !== each.slice(0, R.family); });
      if (first.length < R.shared && other && best > 0 && types[code] >= R.second * best) first.push(code);
    });
    return first;
  };

  Meaning.prototype.tier = function (codes) {
    var score = this.score(codes);
    return score <= 0 || score < R.least * this.best ? 0 : score >= R.good * this.best ? 2 : 1;
  };

  window.rohnamoMeaning = { Reader: Reader, starts: starts, near: near };
})();
