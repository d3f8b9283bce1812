// The dialog for attachments: Uppy, with the portal's sentences. uploads/attachments.js loads it at the first press.

import Uppy from "@uppy/core";
import Dashboard from "@uppy/dashboard";
import XHRUpload from "@uppy/xhr-upload";

import { asked } from "./uploads/asked.js";
import { judge } from "./uploads/failures.js";

const AT_ONCE = 2; // uploads at the same time

const blanks = (text) => text.replace(/{(\w+)}/g, "%{$1}");

/** Returns Uppy's locale. `title` is the name of the dialog. */
function locale(texts, title) {
  const strings = { dashboardTitle: title, dashboardWindowTitle: title };
  for (const [key, text] of Object.entries(texts)) {
    strings[key] = typeof text === "string" ? blanks(text) : { 0: blanks(text[0]), 1: blanks(text[1]) };
  }
  return { strings, pluralize: (number) => (number === 1 ? 0 : 1) };
}

export class Dialog {
  constructor(attachments) {
    this.attachments = attachments;
    this.place = attachments.place;
    this.heldUp = Infinity; // The size of the smallest file that something in front of the portal did not let through.
    this.requests = new Map(); // By the ids of files that failed.
    this.waiting = new Map(); // Those that may pass later, with their names.
    this.pending = []; // Sentences to show at once.
    this.cameIn = new WeakSet();
    this.closed = []; // Functions to call when the dialog is closed.
    this.isOpen = false;
    this.begin();
    this.uppy = this.makeUppy();
    this.window = this.uppy.getPlugin("Dashboard");
    this.listen();
  }

  begin() {
    this.added = 0; // Of the files that come in now.
    this.listed = []; // The names of those that were listed already.
  }

  makeUppy() {
    const { uploads, title, maxBytes, types } = this.place.dataset;
    const uppy = new Uppy({
      id: uploads,
      locale: locale(this.attachments.texts.uppy, title),
      logger: { debug() {}, warn() {}, error() {} }, // The dialog says what went wrong.
      restrictions: { maxFileSize: Number(maxBytes), minFileSize: 1, allowedFileTypes: types.split(",") },
      onBeforeFileAdded: (file, files) => this.isTaken(file, files),
    });
    uppy.use(Dashboard, {
      closeModalOnClickOutside: true,
      disableInformer: true, // Its messages go away, and hide why a file failed. See `tell`.
      disablePageScrollWhenModalOpen: true,
      note: this.place.querySelector("[data-uploads-hint]").textContent.trim(),
      proudlyDisplayPoweredByUppy: false,
      singleFileFullScreen: false,
      target: "main",
      theme: "auto",
    });
    uppy.use(XHRUpload, {
      endpoint: uploads,
      fieldName: "file",
      formData: true,
      allowedMetaFields: [],
      headers: asked(this.place),
      limit: AT_ONCE,
      shouldRetry: () => false,
      getResponseData: (request) => JSON.parse(request.responseText),
    });
    // Uppy gives its dialog no accessible name. The newest dialog is the last one on the page.
    const dialog = [...document.querySelectorAll(".uppy-Dashboard-inner")].at(-1);
    dialog.setAttribute("aria-label", title);
    dialog.setAttribute("aria-modal", "true");
    // Nor does it give the list a role if there is one file, though the file is an item of it.
    const nameList = () => dialog.querySelector(".uppy-Dashboard-files:not([role])")?.setAttribute("role", "list");
    new MutationObserver(nameList).observe(dialog, { childList: true, subtree: true });
    this.notices = dialog.appendChild(document.createElement("div"));
    this.notices.className = "upload-notices";
    this.notices.setAttribute("role", "alert");
    // The button beside one file sends all that wait: Uppy tells of an end only then.
    uppy.retryUpload = () => uppy.retryAll();
    return uppy;
  }

  listen() {
    const { noInternetConnection, connectedToInternet } = this.attachments.texts.uppy;
    this.uppy.on("restriction-failed", (file, error) => error.isUserFacing && this.note(this.attachments.refuse(file?.name, error.message)));
    this.uppy.on("is-offline", () => this.waiting.size || this.note(noInternetConnection));
    this.uppy.on("back-online", () => this.note(connectedToInternet));
    this.uppy.on("upload-stalled", (error) => this.note(error.message));
    this.uppy.on("upload-error", (file, _error, request) => this.requests.set(file.id, request));
    this.uppy.on("upload-progress", () => document.dispatchEvent(new Event("klantportaal:use"))); // ST-3
    this.uppy.on("upload-success", (file, response) => this.take(file, response.body.row));
    this.uppy.on("complete", (result) => this.finish(result));
    this.uppy.on("retry-all", () => this.tell([]));
    this.uppy.on("cancel-all", () => this.window.isModalOpen() && this.window.closeModal());
    this.uppy.on("dashboard:modal-closed", () => this.leave());
  }

  /** Returns whether all files came in, once the dialog is closed. `atOnce` sends them without a press. */
  async show(files, atOnce) {
    this.begin();
    this.tell([]);
    this.isOpen = true;
    this.window.openModal();
    if (files.length) this.uppy.addFiles(files.map((data) => ({ name: data.name, type: data.type, data, source: "drop" })));
    if (atOnce && this.uppy.getFiles().length) this.uppy.upload().catch(() => {}); // Events tell what went wrong.
    await new Promise((resolve) => this.closed.push(resolve));
    return files.every((each) => this.cameIn.has(each));
  }

  destroy() {
    this.uppy.destroy();
  }

  /** AT-3: where more files are chosen than fit, the first ones stay. What was held up once is not sent again. */
  isTaken(file, files) {
    if (Object.hasOwn(files, file.id)) return false; // Uppy tells that.
    if (file.size >= this.heldUp) return this.leaveOut(file, this.sentenceFor("heldUp", file));
    if (Object.keys(files).length < this.attachments.room) return true;
    return this.leaveOut(file, this.sentenceFor("leftOut", file, this.place.dataset.maxFiles));
  }

  leaveOut(file, sentence) {
    this.note(this.attachments.refuse(file.name, sentence));
    return false;
  }

  sentenceFor(key, file, limit = this.place.dataset.maxSize) {
    return this.attachments.sentence(key, { name: file.name, limit });
  }

  /** Shows a sentence together with the others of this moment. */
  note(sentence) {
    if (!this.pending.length) queueMicrotask(() => this.tell(this.pending.splice(0)));
    this.pending.push(sentence);
  }

  /** Shows sentences in the dialog, which screen readers speak, in place of those before. They stay until something else happens. */
  tell(sentences) {
    const paragraphs = [...new Set(sentences)].map((each) => Object.assign(document.createElement("p"), { textContent: each }));
    this.notices.replaceChildren(...paragraphs);
  }

  take(file, row) {
    this.cameIn.add(file.data);
    const { name, isNew } = this.attachments.add(row);
    if (isNew) this.added += 1;
    else this.listed.push(name);
  }

  /** Takes out what came in and what can never come in. The dialog stays open for what may come in later. */
  async finish({ successful, failed }) {
    const sentences = [];
    this.waiting.clear();
    for (const file of failed) sentences.push(await this.judge(file));
    const done = [...successful, ...failed].map((file) => file.id).filter((id) => !this.waiting.has(id));
    for (const id of done) if (this.uppy.getFile(id)) this.uppy.removeFile(id);
    if (!this.uppy.getFiles().length) return this.close();
    this.uppy.setState({ error: this.waiting.size ? sentences.join(" ") : null });
    this.tell(sentences);
  }

  /** Returns why a file failed. What can never come in is listed under the message. */
  async judge(file) {
    const { key, sentence, again } = await judge(file.data, this.requests.get(file.id));
    const said = sentence ?? this.sentenceFor(key, file);
    if (again) {
      this.waiting.set(file.id, file.name);
      this.uppy.setFileState(file.id, { error: said }); // Uppy shows it when its question mark is pressed.
    } else this.attachments.refuse(file.name, said);
    if (key === "heldUp") this.heldUp = Math.min(this.heldUp, file.size);
    return said;
  }

  close() {
    this.isOpen = false;
    const { added, listed } = this;
    this.begin();
    this.uppy.cancelAll(); // Closes the dialog, which returns the focus to the button.
    if (added) this.attachments.list.dispatchEvent(new Event("change", { bubbles: true })); // The same event as from a typed field.
    const sentences = [...this.attachments.refused.children].map((row) => row.textContent.trim());
    sentences.unshift(...listed.map((name) => this.attachments.sentence("listed", { name })));
    if (added === 1) sentences.unshift(this.attachments.sentence("addedOne"));
    if (added > 1) sentences.unshift(this.attachments.sentence("added", { n: added }));
    this.attachments.say(sentences.join(" "));
    for (const each of this.closed.splice(0)) each();
  }

  /** Tells which files were waiting, if the dialog is closed by hand before they came in. */
  leave() {
    if (!this.isOpen) return;
    for (const name of this.waiting.values()) this.attachments.refuse(name, this.attachments.sentence("notAdded", { name }));
    this.waiting.clear();
    this.close();
  }
}
