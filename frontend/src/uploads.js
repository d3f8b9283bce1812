// AT-1: adds attachments in a dialog, if there is JavaScript. The macro `attachments` in _components.html renders the
// elements that this script uses, and describes the portal's responses.

import Uppy from "@uppy/core";
import Dashboard from "@uppy/dashboard";
import XHRUpload from "@uppy/xhr-upload";

import { locale } from "./uploads/words.js";

const AT_ONCE = 2; // uploads at the same time

/** PE-4: returns the headers of a request by script, with the seal of the form: for whom the page was shown. */
const asked = (place) => ({ Accept: "application/json", "X-Shown-For": place.closest("form").elements.shown_for.value });

/** Returns the portal's text about a refused file, or that the portal cannot be reached. */
function refusal(body, words) {
  try {
    return JSON.parse(body).message ?? words.failed;
  } catch {
    return words.failed;
  }
}

function uppyFor(place) {
  const words = place.dataset;
  const uppy = new Uppy({
    id: words.uploads,
    locale: locale(words.title),
    restrictions: { maxFileSize: Number(words.maxBytes), allowedFileTypes: words.types.split(",") },
  });
  uppy.use(Dashboard, {
    closeModalOnClickOutside: true,
    disablePageScrollWhenModalOpen: true,
    note: place.querySelector("[data-uploads-hint]").textContent.trim(),
    proudlyDisplayPoweredByUppy: false,
    singleFileFullScreen: false,
    target: "main",
    theme: "light",
  });
  uppy.use(XHRUpload, {
    endpoint: words.uploads,
    fieldName: "file",
    formData: true,
    allowedMetaFields: [],
    headers: asked(place),
    limit: AT_ONCE,
    shouldRetry: () => false,
    getResponseData: (request) => JSON.parse(request.responseText),
    onAfterResponse: (request) => {
      if (request.status >= 400) throw new Error(refusal(request.responseText, words));
    },
  });
  // Uppy gives its dialog no accessible name. The newest dialog is the last one on the page.
  const dialog = [...document.querySelectorAll(".uppy-Dashboard-inner")].at(-1);
  dialog.setAttribute("aria-label", words.title);
  dialog.setAttribute("aria-modal", "true");
  return uppy;
}

class Attachments {
  constructor(place) {
    this.place = place;
    this.words = place.dataset;
    this.list = place.querySelector("[data-uploads-list]");
    this.open = place.querySelector("[data-uploads-open]");
    this.refused = place.querySelector("[data-uploads-refused]");
    this.status = place.querySelector("[data-uploads-status]");
    this.added = 0; // Of the files that come in now.
    this.listed = []; // The names of those that were listed already.
    this.uppy = uppyFor(place);
    this.window = this.uppy.getPlugin("Dashboard");
    this.replacePlainInput(place);
    this.listen();
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
    this.open.addEventListener("click", () => this.choose());
    this.list.addEventListener("click", (event) => this.takeAway(event));
    this.uppy.on("restriction-failed", (file, error) => this.refuse(file?.name, error.message));
    this.uppy.on("upload-error", (file, error) => this.refuse(file?.name, error.message));
    this.uppy.on("upload-progress", () => document.dispatchEvent(new Event("klantportaal:use"))); // ST-3
    this.uppy.on("upload-success", (_file, response) => this.add(response.body.row));
    this.uppy.on("complete", () => this.finish());
    this.uppy.on("cancel-all", () => this.window.isModalOpen() && this.window.closeModal());
    this.uppy.on("dashboard:modal-closed", () => this.uppy.getFiles().length && this.uppy.cancelAll());
  }

  /** AT-5: a file that was staged before, when a connection broke or because it is chosen twice, has its row already. */
  add(row) {
    const template = document.createElement("template");
    template.innerHTML = row;
    const bin = template.content.querySelector("button").outerHTML;
    const listed = [...this.list.querySelectorAll("button")].some((each) => each.outerHTML === bin);
    if (listed) return this.listed.push(template.content.querySelector(".file-name").textContent);
    this.list.append(template.content);
    this.added += 1;
  }

  choose() {
    const left = Math.max(0, Number(this.words.maxFiles) - this.list.children.length);
    this.uppy.setOptions({ restrictions: { ...this.uppy.opts.restrictions, maxNumberOfFiles: left } });
    this.refused.replaceChildren();
    this.added = 0;
    this.listed = [];
    this.window.openModal();
  }

  /** AT-3: shows the reason for each refused file, also after the dialog has closed. */
  refuse(name, sentence) {
    const row = this.refused.nextElementSibling.content.cloneNode(true);
    row.querySelector("span").textContent = name && !sentence.includes(name) ? `“${name}”: ${sentence}` : sentence;
    this.refused.append(row);
  }

  finish() {
    const { added, listed } = this;
    [this.added, this.listed] = [0, []];
    this.uppy.cancelAll(); // empties and closes the dialog, which returns the focus to the button
    if (added) this.list.dispatchEvent(new Event("change", { bubbles: true })); // The same event as from a typed field.
    const sentences = [...this.refused.children].map((row) => row.textContent.trim());
    sentences.unshift(...listed.map((name) => this.words.listed.replace("{name}", name)));
    if (added === 1) sentences.unshift(this.words.addedOne);
    if (added > 1) sentences.unshift(this.words.added.replace("{n}", added));
    this.say(sentences.join(" "));
  }

  async takeAway(event) {
    const button = event.target.closest("button[formaction]");
    if (!button) return;
    event.preventDefault();
    const request = { method: "POST", headers: asked(this.place), credentials: "same-origin" };
    const answer = await fetch(button.formAction, request).catch(() => null);
    if (!answer?.ok) {
      const reason = refusal(await answer?.text().catch(() => ""), this.words);
      this.refuse(null, reason);
      return this.say(reason);
    }
    const row = button.closest("li");
    const neighbour = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (neighbour?.querySelector("button") ?? this.open).focus();
    this.say(this.words.removed.replace("{name}", row.querySelector(".file-name").textContent));
  }

  say(sentence) {
    this.status.textContent = sentence;
  }
}

const attached = new Set();

/** Starts Uppy for new elements, and destroys it for elements that a questionnaire removed. */
function attach() {
  for (const each of attached) {
    if (each.place.isConnected) continue;
    each.uppy.destroy();
    attached.delete(each);
  }
  const known = new Set([...attached].map((each) => each.place));
  for (const place of document.querySelectorAll("[data-uploads]")) if (!known.has(place)) attached.add(new Attachments(place));
}

attach();
document.addEventListener("klantportaal:questions", attach);
