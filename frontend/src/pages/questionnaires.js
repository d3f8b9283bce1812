// Shows and hides questions, rows and files without leaving the page. The portal decides what is visible: the script sends
// the form, and copies the changes from the page in the response. Questions on both pages keep their place, focus and text.
// Without script, `Volgende` does the same.

import { askBeforeLeaving, markSending } from "./forms.js";

const UPDATE = ["actie", "bijwerken"];

/** Returns the text fields of the form. Files were sent earlier, one by one (uploads/attachments.js). */
function typed(form, [name, value] = []) {
  const fields = new FormData(form);
  for (const [key, each] of [...fields]) if (each instanceof File) fields.delete(key);
  if (name) fields.set(name, value);
  return fields;
}

const written = (form) => new URLSearchParams([...typed(form)]).toString();

const keyed = (place, inside = ":scope > [data-question]") =>
  new Map([...place.querySelectorAll(inside)].map((each) => [each.dataset.question, each]));

/** Counts the new and the removed columns inside a question that stays. */
function within(old, fresh) {
  const [before, after] = [old, fresh].map((question) => new Set(keyed(question, "[data-question]").keys()));
  const without = (some, others) => [...some].filter((key) => !others.has(key)).length;
  return { grown: without(after, before), shrunk: without(before, after) };
}

/** Copies what was typed in rows during the request. */
function keep(old, fresh) {
  for (const field of fresh.querySelectorAll("[id][name]")) {
    const standing = old.querySelector(`#${CSS.escape(field.id)}`);
    if (!standing) continue;
    if (field.matches('[type="radio"], [type="checkbox"]')) field.checked = standing.checked;
    else field.value = standing.value;
  }
}

/** Replaces the questions by those of the new page. Questions on both pages stay, except those with computed values. */
function take(place, fresh, changed) {
  const old = keyed(place);
  const next = keyed(fresh);
  let grown = 0;
  let shrunk = 0;
  for (const [key, question] of old) {
    if (next.has(key)) continue;
    question.remove();
    shrunk += 1;
  }
  let before = null;
  for (const [key, question] of next) {
    const standing = old.get(key);
    const inside = standing ? within(standing, question) : { grown: 1, shrunk: 0 };
    grown += inside.grown;
    shrunk += inside.shrunk;
    const changes = key === changed || question.matches("[data-computed]");
    const stays = standing && !changes && !inside.grown && !inside.shrunk;
    if (!standing) before ? before.after(question) : place.prepend(question);
    else if (!stays) {
      if (key !== changed) keep(standing, question);
      standing.replaceWith(question);
    }
    before = stays ? standing : question;
  }
  return { grown, shrunk };
}

class Questions {
  constructor(form) {
    this.form = form;
    this.part = (name, page = document) => page.querySelector(`[data-part="${name}"]`);
    this.said = form.querySelector("[data-said]");
    this.begun = form.dataset.unsaved === "yes" ? null : written(form);
    // The response to a form that was not saved has the URL of its page, so the browser's Back can load it without resending.
    if (this.begun === null) history.replaceState(history.state, "");
    this.asked = 0;
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("submit", (event) => this.pressed(event));
    askBeforeLeaving(form, () => written(form) !== this.begun);
    window.addEventListener("pageshow", (event) => event.persisted && delete form.dataset.sending);
  }

  changed(event) {
    if (event.target.closest("[data-watched]")) this.ask(UPDATE); // The question itself, or its rows.
  }

  /** Adds or removes a row or file by script. `Volgende`, and files in a plain field, are submitted normally. */
  async pressed(event) {
    const button = event.submitter;
    if (!button?.name || button.name !== UPDATE[0] || this.form.querySelector('input[type="file"]')?.files.length) return;
    event.preventDefault();
    const key = button.closest(".question")?.dataset.question;
    if (await this.ask([button.name, button.value], button.closest("[data-part] > [data-question]")?.dataset.question ?? key)) return;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: button.name, value: button.value });
    this.form.append(field);
    markSending(this.form);
    this.form.submit(); // As without script: the next page shows what is wrong.
  }

  /** Requests the page for the current answers. Ignores a response if a newer request was sent. */
  async ask(action, changed) {
    const turn = ++this.asked;
    const request = { method: "POST", body: typed(this.form, action), credentials: "same-origin" };
    const answer = await fetch(this.form.action, request).catch(() => null);
    if (!answer?.ok || answer.redirected) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = this.part("questions", page);
    if (!fresh) return false;
    if (turn !== this.asked) return true;
    this.show(page, fresh, changed);
    return true;
  }

  show(page, fresh, changed) {
    const focused = document.activeElement?.id;
    for (const name of ["head", "kept"]) this.part(name).replaceWith(this.part(name, page));
    const { grown, shrunk } = take(this.part("questions"), fresh, changed);
    document.dispatchEvent(new CustomEvent("klantportaal:questions"));
    const files = `[data-question="${CSS.escape(changed ?? "")}"] [data-uploads-open]`; // Replaces the plain field.
    const wanted = this.form.querySelector("[autofocus]") ?? this.form.querySelector(files);
    if (changed && wanted) wanted.focus();
    else if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
    wanted?.removeAttribute("autofocus");
    if (!changed) this.say(grown ? this.form.dataset.grown : shrunk ? this.form.dataset.shrunk : "");
  }

  say(sentence) {
    this.said.textContent = sentence;
  }
}

export function followQuestions() {
  document.querySelectorAll("form[data-questions]").forEach((form) => new Questions(form));
}

/** QU-4: shows a button that prints the result. It needs script, so it is hidden without. */
export function offerPrinting() {
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
}
