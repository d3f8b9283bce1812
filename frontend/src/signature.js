// QU-2: draws a signature with a finger, a pen or a mouse, in the SVG that the page has for it. pages/signatures.js loads it on
// pages that ask for one. What is drawn is the path of that SVG, in a hidden field: so what is seen is what is saved.
// Whoever cannot or will not draw types a name: that is enough.

const APART = 3; // The least distance between two points of a stroke, in the units of the box.

class Drawing {
  constructor(place) {
    this.place = place;
    this.svg = place.querySelector("svg");
    this.path = place.querySelector("path");
    this.field = place.querySelector("input");
    this.last = null; // The last point of the stroke that is being drawn.
    this.svg.classList.add("drawn-here");
    this.listen();
    this.show();
    place.querySelector("[data-signature-how]").hidden = false;
    place.hidden = false;
  }

  listen() {
    this.svg.addEventListener("pointerdown", (event) => this.begin(event));
    this.svg.addEventListener("pointermove", (event) => this.go(event));
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, () => this.end());
    this.place.querySelector("button").addEventListener("click", (event) => this.clear(event));
  }

  begin(event) {
    if (!event.isPrimary || event.button !== 0) return;
    this.svg.setPointerCapture(event.pointerId);
    const [x, y] = this.point(event);
    this.last = [x, y];
    this.add(`M${x} ${y}L${x} ${y}`); // A line to where it is: a dot, if the stroke ends here.
  }

  go(event) {
    if (!this.last) return;
    const [x, y] = this.point(event);
    if (Math.hypot(x - this.last[0], y - this.last[1]) < APART) return;
    this.last = [x, y];
    this.add(`L${x} ${y}`);
  }

  end() {
    if (!this.last) return;
    this.last = null;
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Puts lines behind the others. Where they do not fit any more, the stroke ends. */
  add(lines) {
    const drawing = this.field.value + lines;
    if (drawing.length > this.place.dataset.limit) {
      this.say(this.place.dataset.full);
      this.end();
      return;
    }
    this.field.value = drawing;
    this.say("");
    this.show();
  }

  clear(event) {
    event.preventDefault();
    this.last = null;
    this.field.value = "";
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
    this.say(this.place.dataset.empty);
    this.show();
  }

  show() {
    this.path.setAttribute("d", this.field.value);
    this.svg.setAttribute("aria-label", this.field.value ? this.place.dataset.drawn : this.place.dataset.empty);
  }

  say(sentence) {
    this.place.querySelector("[data-signature-said]").textContent = sentence;
  }

  /** Returns where a pointer is in the box, in whole numbers. Past its edge is at its edge. */
  point(event) {
    const { left, top, width, height } = this.svg.getBoundingClientRect();
    const { width: wide, height: high } = this.svg.viewBox.baseVal;
    const within = (place, most) => Math.min(most, Math.max(0, Math.round(place * most)));
    return [within((event.clientX - left) / width, wide), within((event.clientY - top) / height, high)];
  }
}

/** Lets somebody draw in each place that is new on the page. */
export function drawHere() {
  for (const place of document.querySelectorAll("[data-signature]:not([data-signature-drawn])")) {
    place.dataset.signatureDrawn = "";
    new Drawing(place);
  }
}
