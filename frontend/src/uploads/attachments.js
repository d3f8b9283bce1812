// AT-1: adds attachments in a dialog, if there is JavaScript. The macro `attachments` in _components.html renders the
// elements that this script uses, and describes the portal's responses. upload_texts.py has the sentences.

import { asked } from "./asked.js";
import { sentenceOf } from "./failures.js";

const texts = () => JSON.parse(document.querySelector("template[data-uploads-texts]").content.textContent);
const fill = (sentence, blanks) => sentence.replace(/{(\w+)}/g, (blank, name) => blanks[name] ?? blank);
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

/** Loads a style sheet. It is there already if another question of the page uses it. */
function loadStyle(address) {
  if (document.querySelector(`link[href="${address}"]`)) return Promise.resolve();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => reject(link.remove()));
    document.head.append(link);
  });
}

class Attachments {
  constructor(place) {
    this.place = place;
    this.list = place.querySelector("[data-uploads-list]");
    this.open = place.querySelector("[data-uploads-open]");
    this.refused = place.querySelector("[data-uploads-refused]");
    this.status = place.querySelector("[data-uploads-status]");
    this.texts = texts();
    this.dialog = null;
    this.tries = 0;
    this.replacePlainInput(place);
    this.listen();
    const photos = place.querySelector("[data-photos]");
    if (photos) this.offerPhotos(photos);
  }

  /** Without its script, photographs are chosen as any files are. */
  offerPhotos(place) {
    place.hidden = false; // Its room is kept: what appears later would shift the page.
    place.style.visibility = "hidden";
    this.script(place.dataset.photos).then(({ Photos }) => new Photos(this, place), () => (place.hidden = true));
  }

  replacePlainInput(place) {
    place.querySelector("[data-uploads-plain]").remove();
    const label = place.querySelector("label");
    const heading = document.createElement("p");
    heading.className = label.className;
    heading.append(...label.childNodes);
    label.replaceWith(heading);
    this.open.id = label.htmlFor; // Faults of the files link to this id.
    this.open.hidden = false;
  }

  listen() {
    this.open.addEventListener("click", () => this.choose([]));
    this.list.addEventListener("click", (event) => this.takeAway(event));
    this.place.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    this.place.addEventListener("drop", (event) => this.drop(event));
  }

  /** Loads a script. After a failure, another address makes the browser ask once more. */
  async script(address) {
    try {
      return await import(this.tries ? `${address}?again=${this.tries}` : address);
    } catch (error) {
      this.tries += 1;
      throw error;
    }
  }

  /** Loads Uppy at the first press or drop, and not before: most messages have no attachment. */
  load() {
    const { uploadsDialog, uploadsStyle } = this.place.dataset;
    this.loading ??= Promise.all([this.script(uploadsDialog), loadStyle(uploadsStyle)])
      .then(([{ Dialog }]) => {
        if (this.place.isConnected) this.dialog = new Dialog(this);
      })
      .catch((error) => {
        this.loading = null;
        throw error;
      });
    return this.loading;
  }

  drop(event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    this.choose([...event.dataTransfer.files]);
  }

  get room() {
    return Math.max(0, Number(this.place.dataset.maxFiles) - this.list.children.length);
  }

  /** Opens the dialog with files, which `atOnce` sends without a press. Returns whether all of them came in, once it is closed. */
  async choose(files, atOnce = false) {
    this.refused.replaceChildren();
    this.say("");
    if (!this.room) return this.fail("noRoom");
    this.open.setAttribute("aria-busy", "true");
    try {
      await this.load();
    } catch {
      return this.fail("notOpened");
    } finally {
      this.open.removeAttribute("aria-busy");
    }
    return this.dialog?.show(files, atOnce);
  }

  fail(key) {
    this.refuse(null, this.sentence(key, { limit: this.place.dataset.maxFiles }));
    return false;
  }

  sentence(key, blanks = {}) {
    return fill(this.texts.script[key], blanks);
  }

  /** AT-5: a file that was staged before, when a connection broke or because it is chosen twice, has its row already. Returns its name. */
  add(row) {
    const template = document.createElement("template");
    template.innerHTML = row;
    const bin = template.content.querySelector("button").outerHTML;
    const name = template.content.querySelector(".file-name").textContent;
    if ([...this.list.querySelectorAll("button")].some((each) => each.outerHTML === bin)) return { name, isNew: false };
    this.list.append(template.content);
    return { name, isNew: true };
  }

  /** AT-3: shows the reason for each refused file, also after the dialog has closed. Returns it. */
  refuse(name, sentence) {
    const row = this.refused.nextElementSibling.content.cloneNode(true);
    const said = name && !sentence.includes(name) ? `“${name}”: ${sentence}` : sentence;
    row.querySelector("span").textContent = said;
    this.refused.append(row);
    if (!name) this.say(said);
    return said;
  }

  async takeAway(event) {
    const button = event.target.closest("button[formaction]");
    if (!button) return;
    event.preventDefault();
    this.refused.replaceChildren();
    const request = { method: "POST", headers: asked(this.place), credentials: "same-origin" };
    const answer = await fetch(button.formAction, request).catch(() => null);
    if (!answer?.ok) return this.refuse(null, sentenceOf(await answer?.text().catch(() => "")) ?? this.sentence("notRemoved"));
    const row = button.closest("li");
    const neighbour = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (neighbour?.querySelector("button") ?? this.open).focus();
    this.say(this.sentence("removed", { name: row.querySelector(".file-name").textContent }));
  }

  /** Speaks a sentence, also if it is the same one as before. */
  say(sentence) {
    this.status.textContent = sentence;
  }
}

const attached = new Set();

/** Starts for new elements, and ends the dialogs of elements that a questionnaire removed. */
function attach() {
  for (const each of attached) {
    if (each.place.isConnected) continue;
    each.dialog?.destroy();
    attached.delete(each);
  }
  const known = new Set([...attached].map((each) => each.place));
  for (const place of document.querySelectorAll("[data-uploads]")) if (!known.has(place)) attached.add(new Attachments(place));
}

/** Starts for the elements of this page, and for those that a questionnaire adds to it. */
export function attachFiles() {
  attach();
  document.addEventListener("klantportaal:questions", attach);
}
