// Questions that appear and go as others are answered, and rows and files that come and go, without leaving the page. What is
// shown is the portal's to say: the form is sent as it stands, and of the page that comes back the changes are taken over. What
// stays keeps its place, its focus and what was typed in it. Without this, `Volgende` does the same.

import { askBeforeLeaving } from "./forms.js";

const UPDATE = ["actie", "bijwerken"];

/** The form's fields as text; files are sent one by one, before (uploads.js). */
function typed(form, [name, value] = []) {
  const fields = new FormData(form);
  for (const [key, each] of [...fields]) if (each instanceof File) fields.delete(key);
  if (name) fields.set(name, value);
  return fields;
}

const written = (form) => new URLSearchParams([...typed(form)]).toString();

const keyed = (place, inside = ":scope > [data-question]") =>
  new Map([...place.querySelectorAll(inside)].map((each) => [each.dataset.question, each]));

/** What is new, and what is gone, inside a question that stays: columns of rows. */
function within(old, fresh) {
  const [before, after] = [old, fresh].map((question) => new Set(keyed(question, "[data-question]").keys()));
  const without = (some, others) => [...some].filter((key) => !others.has(key)).length;
  return { grown: without(after, before), shrunk: without(before, after) };
}

/** What was typed in rows while their fresh ones were under way. */
function keep(old, fresh) {
  for (const field of fresh.querySelectorAll("[id][name]")) {
    const standing = old.querySelector(`#${CSS.escape(field.id)}`);
    if (!standing) continue;
    if (field.matches('[type="radio"], [type="checkbox"]')) field.checked = standing.checked;
    else field.value = standing.value;
  }
}

/** Puts the questions of a fresh page in place of the old ones; those that are on both stay as they are. */
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
    const stays = standing && key !== changed && !inside.grown && !inside.shrunk;
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
    // The answer to a form that was not saved is at the address of its page: the browser's Back asks for that, and sends nothing twice.
    if (this.begun === null) history.replaceState(history.state, "");
    this.asked = 0;
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("submit", (event) => this.pressed(event));
    askBeforeLeaving(form, () => written(form) !== this.begun);
    window.addEventListener("pageshow", (event) => event.persisted && delete form.dataset.sending);
  }

  changed(event) {
    if (event.target.closest("[data-watched]")) this.ask(UPDATE); // Itself, or the rows that it is a column of.
  }

  /** A row or a file that comes or goes; `Volgende`, and files chosen in a plain field, go the usual way. */
  async pressed(event) {
    const button = event.submitter;
    if (!button?.name || button.name !== UPDATE[0] || this.form.querySelector('input[type="file"]')?.files.length) return;
    event.preventDefault();
    const key = button.closest(".question")?.dataset.question;
    if (await this.ask([button.name, button.value], button.closest("[data-part] > [data-question]")?.dataset.question ?? key)) return;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: button.name, value: button.value });
    this.form.append(field);
    this.form.dataset.sending = "yes";
    this.form.submit(); // As it would go without script: the page that comes tells what is wrong.
  }

  /** Asks what the page shows with what is typed; an answer that was overtaken by another is left aside. */
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
    const files = `[data-question="${CSS.escape(changed ?? "")}"] [data-uploads-open]`; // In place of the plain field.
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

/** QU-4: the result can be printed by a button, where there is script to press it for. */
export function offerPrinting() {
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
}
