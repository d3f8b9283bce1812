// RQ-2: takes several photographs, and adds them as one PDF. uploads/attachments.js loads it on pages that have a camera, and
// photos_pdf.js makes the PDF. The photographs stay until that is in the list.

export class Photos {
  constructor(attachments, place) {
    this.attachments = attachments;
    this.place = place;
    this.form = place.closest("form");
    this.input = place.querySelector("input");
    this.camera = place.querySelector("[data-photos-take]");
    this.status = place.querySelector("[data-photos-status]");
    this.buttons = place.querySelector("[data-photos-taken]");
    this.taken = [];
    this.made = 0;
    this.adding = null;
    this.isHeld = false; // Whether the form waits for the photographs.
    this.listen();
    place.style.visibility = "";
  }

  listen() {
    this.camera.addEventListener("click", () => this.input.click());
    this.input.addEventListener("change", () => this.take());
    this.buttons.querySelector("[data-photos-add]").addEventListener("click", () => this.finish());
    this.buttons.querySelector("[data-photos-drop]").addEventListener("click", () => this.drop());
    // As the first of all, so that a form that waits is not marked as being sent (forms.js).
    document.addEventListener("submit", (event) => event.target === this.form && this.hold(event), { capture: true });
  }

  take() {
    this.taken.push(...this.input.files);
    this.input.value = "";
    this.show();
    this.buttons.querySelector("[data-photos-add]").focus();
  }

  drop() {
    if (this.adding) return;
    this.taken = [];
    this.show();
    this.camera.focus();
  }

  /** Shows how many photographs wait. The question before leaving looks at the buttons, too (forms.js). */
  show() {
    const { length } = this.taken;
    this.buttons.hidden = !length;
    this.say(length ? this.counted(length) : "");
  }

  counted(n) {
    return n === 1 ? this.attachments.sentence("photosOne") : this.attachments.sentence("photos", { n });
  }

  say(sentence) {
    this.status.textContent = sentence;
  }

  /** Adds the photographs first when their form is sent. If that fails, nothing is sent. */
  async hold(event) {
    if (!this.taken.length) return;
    event.preventDefault();
    if (this.isHeld) return;
    this.isHeld = true;
    let isAdded = true;
    while (isAdded && this.taken.length) isAdded = await this.finish(true); // More can be taken meanwhile.
    this.isHeld = false;
    if (isAdded) return this.form.requestSubmit(event.submitter);
    this.camera.focus();
    this.say(`${this.attachments.sentence("photosHeld")} ${this.status.textContent}`);
  }

  /** Adds the photographs, once at a time, and says what went wrong. Returns whether they are in the list. */
  finish(atOnce = false) {
    this.adding ??= this.tried(atOnce).finally(() => (this.adding = null));
    return this.adding;
  }

  async tried(atOnce) {
    const buttons = this.buttons.querySelectorAll("button");
    this.say(this.attachments.texts.uppy.loading);
    buttons.forEach((each) => each.setAttribute("aria-disabled", "true"));
    const fault = await this.add([...this.taken], atOnce);
    buttons.forEach((each) => each.removeAttribute("aria-disabled"));
    this.show();
    if (fault) this.say(this.attachments.sentence(fault));
    return !fault;
  }

  /** Returns the key of the sentence that says what went wrong, or null. */
  async add(photos, atOnce) {
    const maker = await this.attachments.script(this.place.dataset.photosPdf).catch(() => null);
    if (!maker) return "notOpened";
    const pdf = await maker.pdfOf(photos, this.attachments.sentence("photosName", { n: this.made + 1 })).catch(() => null);
    if (!pdf) return "photosFailed";
    this.camera.focus(); // The dialog returns the focus to it: the other buttons are gone then.
    if (!(await this.attachments.choose([pdf], atOnce))) return "photosKept";
    this.made += 1;
    this.taken = this.taken.filter((each) => !photos.includes(each));
    return null;
  }
}
