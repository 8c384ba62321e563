// What axe finds in a page, [[rule, [the beginning of what breaks it]]], and how the words look that it passed.
//
// To judge colours axe looks through all layers of a page at each of its words, which takes longer than all its other
// rules. Words that look as some that it has passed, and lie on the same, it passes again: it is asked of the others.
// Gives null where there is no axe and no `loadAxe` to bring it.
async ([rules, colours, judged]) => {
  if (!window.axe && !window.loadAxe) return null;
  if (!window.axe) window.loadAxe();
  const passed = new Set(judged);
  const options = {resultTypes: ["violations"], preload: false};

  const grounds = new Map();
  const ground = (part) => {
    if (!part) return "";
    if (!grounds.has(part)) {
      const style = getComputedStyle(part);
      const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.mixBlendMode];
      const flows = style.position === "static";
      if (!flows) own.push(style.position, part.tagName, part.getAttribute("class"));  // it may lie on anything
      const covers = flows && style.opacity === "1" && style.backgroundColor.startsWith("rgb(");
      grounds.set(part, covers ? `${own}` : `${ground(part.parentElement)} ${own}`);
    }
    return grounds.get(part);
  };
  const look = (part) => {
    const style = getComputedStyle(part);
    const own = [part.tagName, part.getAttribute("class"), part.matches(":disabled, [aria-disabled=true]"), style.color,
      style.fontSize, style.fontWeight, style.textShadow, style.textDecorationLine];
    const text = `${own} ${getComputedStyle(part.parentElement).color} ${ground(part)}`;
    let sum = 7;
    for (let at = 0; at < text.length; at++) sum = Math.imul(sum, 33) + text.charCodeAt(at) | 0;
    return sum;
  };

  const parts = new Set(document.body.querySelectorAll("input:not([type=hidden]), select, textarea"));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) if (texts.currentNode.data.trim().length > 1) parts.add(texts.currentNode.parentElement);
  const drawn = (part) => {
    const box = part.getBoundingClientRect();
    return part.checkVisibility() && box.width > 1 && box.height > 1 && getComputedStyle(part).clipPath === "none";
  };
  const looks = new Map([...parts].filter(drawn).map((part) => [part, look(part)]));
  const include = [...looks.keys()].filter((part) => !passed.has(looks.get(part)));

  const faults = rules ? (await axe.run({...options, ...rules})).violations : [];
  const fresh = [];
  if (include.length) {
    const asked = {runOnly: colours, elementRef: true, resultTypes: ["passes", "violations"]};
    const found = await axe.run({include}, {...options, ...asked});
    faults.push(...found.violations);
    fresh.push(...found.passes.flatMap((rule) => rule.nodes.map((node) => looks.get(node.element))));
  }
  const beginnings = (fault) => fault.nodes.slice(0, 2).map((node) => node.html.slice(0, 160));
  return [faults.map((fault) => [fault.id, beginnings(fault)]), fresh.filter((sum) => sum !== undefined)];
}
