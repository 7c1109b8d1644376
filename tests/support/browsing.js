// Measures a page as it is drawn; see Look in browsing.py. Contrast as in WCAG 2.2, 1.4.3.
function colour(text) {
  return text.match(/[\d.]+/g).map(Number);
}
function luminance(rgb) {
  const [r, g, b] = rgb.slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function background(element) {
  for (let at = element; at; at = at.parentElement) {
    const here = colour(getComputedStyle(at).backgroundColor);
    if (here.length < 4 || here[3] > 0) return here;
  }
  return [255, 255, 255];
}
function contrast(element) {
  const [light, dark] = [luminance(colour(getComputedStyle(element).color)), luminance(background(element))].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}
const name = (element) => `<${element.tagName.toLowerCase()}> ${(element.innerText || element.name || "").slice(0, 40)}`;
const all = [...document.querySelectorAll("body *")];
const drawn = all.filter((one) => one.getClientRects().length && one.getBoundingClientRect().right > 0);
const speaks = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
const fields = drawn.filter((one) => one.matches("input:not([type=hidden]), select, textarea"));
return {
  too_wide: document.documentElement.scrollWidth > innerWidth
    ? drawn.filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map(name).concat("the page")
    : [],
  faint: drawn.filter((one) => speaks(one) && contrast(one) < 4.5).map(name),
  unlabelled: fields.filter((one) => !one.labels.length && !one.ariaLabel).map(name),
  small: drawn.filter((one) => one.matches("button, a, input") && one.getBoundingClientRect().height < 24).map(name),
  headings: document.querySelectorAll("h1").length,
  language: document.documentElement.lang,
  title: document.title,
};
