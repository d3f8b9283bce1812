// ST-1: keeps a message as a draft while it is written. Without script, the button `Bewaar als concept` does.

const QUIET = 3000; // ms between a change and the save of it, and so between two saves while somebody types
const LATER = 15000; // ms until a save is tried again that the portal did not answer

class Draft {
  constructor(form) {
    this.form = form;
    this.version = form.elements.namedItem("version");
    this.button = form.querySelector("[data-draft-save]");
    this.said = form.querySelector("[data-draft-said]");
    this.saved = form.dataset.kept === "yes" ? this.written() : null;
    this.saving = null;
    this.unanswered = null;
    this.halted = false;
    this.isDone = false; // Whether there is no more waiting for a save on its way.
    this.left = null; // What was sent from this page, or was put back into it by the browser. It is not saved by itself.
    for (const name of ["input", "change"]) form.addEventListener(name, () => this.changed());
    form.addEventListener("submit", (event) => this.pressed(event));
    window.addEventListener("pageshow", (event) => this.show(event.persisted));
    if (this.saved === null) this.showAddress(this.address());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.isDue() && this.save());
  }

  fieldsTyped() {
    return [...this.form.querySelectorAll("textarea, .input:not([type=file])")];
  }

  typed() {
    return this.fieldsTyped().map((each) => each.value);
  }

  attachments() {
    return this.form.querySelectorAll(".file-row").length;
  }

  /** Returns what there is to keep, to compare it. */
  written() {
    return JSON.stringify([this.attachments(), ...this.typed()]);
  }

  /** Tells whether there is something to save by itself. After a conflict, only the button saves. */
  isDue() {
    if (this.halted || this.form.dataset.sending || this.written() === this.left) return false;
    const begun = Number(this.version.value) > 0 || this.attachments() > 0 || this.typed().some((each) => each.trim());
    return begun && (this.unanswered !== null || this.written() !== this.saved);
  }

  /** The page can come with text from the portal, such as after a refusal. What the browser puts back may be sent already. */
  show(asItWas) {
    if (!asItWas && this.fieldsTyped().some((each) => each.value !== each.defaultValue)) this.left ??= this.written();
    this.wait(QUIET);
  }

  changed() {
    this.mark();
    this.wait(QUIET);
  }

  /** Marks whether all is kept, for the question before leaving (forms.js). */
  mark() {
    this.form.dataset.kept = this.written() === this.saved ? "yes" : "";
  }

  wait(time) {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      if (this.isDue()) this.save();
    }, time);
  }

  /** Saves when the button is pressed. Files in a plain field are sent with the form, as without script. */
  async pressed(event) {
    if (event.submitter !== this.button) return this.saving && !this.isDone ? this.sendLater(event) : this.leave();
    if (this.form.querySelector('input[type="file"]')?.files.length) return;
    event.preventDefault();
    if (this.form.dataset.sending) return;
    await this.saving;
    this.halted = false;
    this.said.textContent = ""; // Spoken again, also if it is the same sentence.
    await this.save();
  }

  /** Sends when a save on its way is done: its version goes along, so that the save is not mistaken for another window's. */
  async sendLater(event) {
    event.preventDefault();
    await Promise.race([this.saving, new Promise((resolve) => setTimeout(resolve, QUIET))]);
    this.isDone = true;
    this.form.requestSubmit(event.submitter);
    this.isDone = false;
  }

  leave() {
    this.left = this.written();
    this.showAddress(this.address());
  }

  /** Saves, one request at a time. */
  save() {
    this.saving ??= this.request().finally(() => (this.saving = null));
    return this.saving;
  }

  async request() {
    // What the portal did not answer may have been saved. Sent again as it was, it is not mistaken for another window's.
    const attempt = (this.unanswered ??= { fields: this.fields(), written: this.written() });
    const answer = await fetch(this.form.getAttribute("action"), {
      method: "POST",
      body: attempt.fields,
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      keepalive: document.visibilityState === "hidden",
    }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    const sentence = told?.said ?? told?.sentence; // A gateway in front of the portal answers neither.
    if (!sentence || answer.status >= 500) {
      this.say(sentence ?? this.form.dataset.draft);
      return this.wait(LATER);
    }
    this.unanswered = null;
    if ("version" in told) this.version.value = told.version;
    if (answer.ok) {
      this.saved = attempt.written;
      this.showAddress(told.address);
    }
    this.halted = answer.status === 409;
    this.mark();
    this.say(answer.status === 401 ? this.said.dataset.draftSignedOut : sentence);
    if (answer.ok && this.isDue()) this.wait(QUIET);
  }

  /** Returns the address of this form that names its draft, also while that is not saved. Once it is sent, it leads to the messages. */
  address() {
    return `${this.form.getAttribute("action")}?concept=${this.form.elements.namedItem("draft").value}`;
  }

  /** Makes Back and reloading lead to the draft. */
  showAddress(address) {
    history.replaceState(history.state, "", address);
  }

  fields() {
    const fields = new FormData(this.form);
    for (const [name, each] of [...fields]) if (each instanceof File) fields.delete(name);
    fields.set(this.button.name, this.button.value); // Without it, the portal would send the message.
    return fields;
  }

  /** Shows a sentence, which screen readers speak. While somebody types it changes, and is spoken, once a minute. */
  say(sentence) {
    if (this.said.textContent !== sentence) this.said.textContent = sentence;
  }
}

export function keepDrafts() {
  document.querySelectorAll("form[data-draft]").forEach((form) => new Draft(form));
}
