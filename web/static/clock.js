// Say what is open now, and what became due since the edition; both from what the page holds already.
(function () {
  "use strict";
  var DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
  var words = document.body.dataset;
  if (!words.ahead) return;
  var lapsed = Number(words.lapsed); // days after the due day until an entry has lapsed; as in mapping.freshness

  // Hours ahead of UTC: "5", or "1 2027-03-28T01:00Z 2 ..." where clocks are changed.
  function ahead(now) {
    return words.ahead.split(" ").reduce(function (hours, part, place, all) {
      return place % 2 ? (now >= Date.parse(part) ? all[place + 1] : hours) : hours;
    });
  }

  // The wall clock of the study area, or of a service that has an offset of its own: day 0 to 6, minutes, "YYYY-MM-DD".
  function clock(now, offset) {
    var moved = new Date(now.getTime() + Number(offset === undefined ? ahead(now) : offset) * 3600000);
    return { day: (moved.getUTCDay() + 6) % 7, at: moved.getUTCHours() * 60 + moved.getUTCMinutes(), date: moved.toISOString().slice(0, 10) };
  }

  function among(days, date) { return (days || "").split(" ").indexOf(date) >= 0; }

  function minutes(time) { return Number(time.slice(0, 2)) * 60 + Number(time.slice(3)); }

  function shown(time) { return time.replace(/^0/, ""); }

  // "MO 09:00 18:00,TU 09:00 18:00 2027-01-04 -" as [[day, opens, closes, first, last], ...], the last two "-" where not
  // known; a leading "?" tells of hours that are not here. Written by mapping/view/rules/opening.py, which says the same.
  function spans(text) { return text ? text.replace(/^\?,/, "").split(",").map(function (span) { return span.split(" "); }) : []; }

  function always(hours) {
    return DAYS.every(function (day) {
      return hours.some(function (span) {
        return span[0] === day && span[1] === "00:00" && span[2] === "24:00" && (span[3] || "-") === "-";
      });
    });
  }

  // Whether hours hold on the day so many days after a date.
  function holds(span, date, later) {
    var day = new Date(Date.parse(date) + later * 86400000).toISOString().slice(0, 10);
    return (!span[3] || span[3] === "-" || span[3] <= day) && (!span[4] || span[4] === "-" || day <= span[4]);
  }

  // What to say of opening hours [[day, opens, closes], ...] at a time; hours past midnight end on the next day.
  function say(text, time) {
    var hours = spans(text), whole = always(hours), next = null;
    if (!whole && (among(words.holidays, time.date) || among(words.holidays, time.date.slice(5)))) return { text: words.holiday, open: false };
    if (!whole && among(words.estimated, time.date)) return { text: words.perhaps, open: false };
    for (var i = 0; i < hours.length; i++) {
      var opens = minutes(hours[i][1]), closes = minutes(hours[i][2]);
      var days = (DAYS.indexOf(hours[i][0]) - time.day + 7) % 7;
      var until = closes > opens ? closes : closes + 1440;
      if ((days === 0 && time.at >= opens && time.at < until && holds(hours[i], time.date, 0)) ||
          (days === 6 && until > 1440 && time.at < until - 1440 && holds(hours[i], time.date, -1))) {
        return { text: whole ? words.always : words.open.replace("#", shown(hours[i][2])), open: true };
      }
      var wait = days * 1440 + opens - time.at;
      if (wait <= 0) wait += 7 * 1440;
      if ((!next || wait < next.wait) && holds(hours[i], time.date, Math.floor((wait + time.at) / 1440))) next = { wait: wait, span: hours[i] };
    }
    if (!next || text[0] === "?") return null;
    var today = next.span[0] === DAYS[time.day] && next.wait < 1440;
    if (today) return { text: words.today.replace("#", shown(next.span[1])), open: false };
    var name = words.days.split("|")[DAYS.indexOf(next.span[0])];
    return { text: words.shut.replace("@", name).replace("#", shown(next.span[1])), open: false };
  }

  function open(tag, now) {
    var said = say(tag.dataset.hours, clock(now, tag.dataset.offset));
    if (!said) return;
    tag.title = tag.title || tag.textContent;
    tag.textContent = said.text;
    tag.classList.toggle("ok", said.open);
    var item = tag.closest("li");
    if (item) item.dataset.open = said.open ? "1" : "";
  }

  function age(line, now) {
    var today = words.day ? Date.parse(words.day) : now.getTime(); // a demonstration stays on its day
    var over = Math.floor((today - Date.parse(line.dataset.due)) / 86400000);
    if (over <= 0 || line.classList.contains("bad") || (over <= lapsed && line.classList.contains("warn"))) return;
    line.className = "small " + (over > lapsed ? "bad" : "warn");
    line.textContent = "! " + (over > lapsed ? words.over : words.late);
  }

  // Of what fits as well, what is open now stands first; else the order stays.
  function openFirst(list) {
    var items = Array.from(list.children), places = new Map(items.map(function (item, place) { return [item, place]; }));
    function rank(item) { return Number(item.dataset.fit || 0) * 2 + (item.dataset.open === "1" ? 0 : 1); }
    items.sort(function (a, b) { return rank(a) - rank(b) || places.get(a) - places.get(b); });
    list.append.apply(list, items);
  }

  // Also for entries that are put on the page later, such as what a search finds.
  window.rohnamoClock = function (part) {
    var now = new Date();
    part.querySelectorAll("[data-hours]").forEach(function (tag) { open(tag, now); });
    part.querySelectorAll("[data-due]").forEach(function (line) { age(line, now); });
    part.querySelectorAll("ul.open-first").forEach(openFirst);
  };
  window.rohnamoClock.always = function (text) { return always(spans(text)); };
  window.rohnamoClock.open = function (text, offset, now) {
    var said = say(text, clock(now || new Date(), offset === null ? undefined : offset));
    return Boolean(said && said.open);
  };
  window.rohnamoClock(document);

  // What is read from paper is read at another hour: hours are printed as they are.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("[data-hours][title]").forEach(function (tag) {
      tag.textContent = tag.title;
      tag.classList.remove("ok");
    });
  });
  window.addEventListener("afterprint", function () { window.rohnamoClock(document); });
})();
