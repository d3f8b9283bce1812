// RQ-2: takes several photographs, and adds them as one PDF. photos.js makes the PDF, and is loaded when it is needed.

export class Photos {
  constructor(attachments, place) {
    this.attachments = attachments;
    this.place = place;
    this.input = place.querySelector("input");
    this.add = place.querySelector("[data-photos-add]");
    this.status = place.querySelector("[data-photos-status]");
    this.taken = [];
    this.made = 0;
    place.hidden = false;
    place.querySelector("[data-photos-take]").addEventListener("click", () => this.input.click());
    place.querySelector("[data-photos-drop]").addEventListener("click", () => this.drop());
    this.add.addEventListener("click", () => this.finish());
    this.input.addEventListener("change", () => this.take());
  }

  take() {
    this.taken.push(...this.input.files);
    this.input.value = "";
    this.show();
    this.add.focus();
  }

  drop() {
    this.taken = [];
    this.show();
    this.place.querySelector("[data-photos-take]").focus();
  }

  show() {
    const { length } = this.taken;
    this.place.querySelector("[data-photos-taken]").hidden = !length;
    this.status.textContent = length ? this.counted(length) : "";
  }

  counted(n) {
    return n === 1 ? this.attachments.sentence("photosOne") : this.attachments.sentence("photos", { n });
  }

  async finish() {
    if (!this.taken.length || this.add.getAttribute("aria-busy")) return;
    this.add.setAttribute("aria-busy", "true");
    try {
      const { pdfOf } = await import(this.place.dataset.photos);
      const name = this.attachments.sentence("photosName", { n: this.made + 1 });
      const pdf = await pdfOf(this.taken, name);
      this.made += 1;
      this.drop();
      this.attachments.choose([pdf]);
    } catch {
      this.status.textContent = this.attachments.sentence("photosFailed");
    } finally {
      this.add.removeAttribute("aria-busy");
    }
  }
}
