// Prevents sending twice and losing typed text. The portal refuses a second send without script too (AT-5).

const buttons = (form) => form.querySelectorAll('button:not([type="button"])');

const STOPPED = 20_000; // ms until a form that is still there can be sent again: no event tells that the browser's Stop was pressed
const STOPPED_WITH_FILES = 600_000; // the same, for a form that sends files itself

const releases = new WeakMap();

function release(form) {
  clearTimeout(releases.get(form));
  delete form.dataset.sending;
  buttons(form).forEach((button) => button.removeAttribute("aria-disabled"));
}

export function markSending(form) {
  form.dataset.sending = "yes";
  // Not `disabled`: that would leave the pressed button's name out of the form data, and move the focus.
  buttons(form).forEach((button) => button.setAttribute("aria-disabled", "true"));
  const sendsFiles = [...form.querySelectorAll('input[type="file"]')].some((each) => each.files.length);
  releases.set(form, setTimeout(() => release(form), sendsFiles ? STOPPED_WITH_FILES : STOPPED));
}

/** Ignores a second submit during the first. A page that the browser restores from its cache can be sent again, and so can one that is typed in. */
function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sending) return event.preventDefault();
    markSending(form);
  });
  form.addEventListener("input", () => form.dataset.sending && release(form));
  window.addEventListener("pageshow", (event) => event.persisted && release(form));
}

/** Asks before leaving a form with unsaved text, unless it is being sent. A client that stays can press `Uitloggen` again. */
export function askBeforeLeaving(form, hasUnsaved) {
  window.addEventListener("beforeunload", (event) => {
    if (form.dataset.sending || !hasUnsaved()) return;
    event.preventDefault();
    setTimeout(() => document.querySelectorAll("form[data-sending]").forEach(release)); // Runs after the client has answered.
  });
}

/** Asks before leaving a form marked `data-unsent` that has text, attachments or photographs, unless they are kept (drafts.js). */
function guardUnsent(form) {
  const written = () => [...form.querySelectorAll("textarea, .input:not([type=file])")].some((each) => each.value.trim());
  const attached = () => form.querySelector(".file-row, [data-photos-taken]:not([hidden])") !== null;
  askBeforeLeaving(form, () => form.dataset.kept !== "yes" && (written() || attached()));
}

/** Returns the fields that somebody can change, except passwords, which browsers fill in themselves. */
const changeable = (form) =>
  [...form.elements].filter((each) => each.name && !each.readOnly && !["hidden", "password", "file", "submit", "button"].includes(each.type));

/** Tells whether a field is not as the page came with it. */
function isChanged(field) {
  if (field.matches('[type="radio"], [type="checkbox"]')) return field.checked !== field.defaultChecked;
  if (field.matches("select")) {
    const given = [...field.options].findIndex((each) => each.defaultSelected);
    return field.selectedIndex !== Math.max(given, 0); // Browsers show the first option if the page chooses none.
  }
  return field.value !== field.defaultValue;
}

/** Asks before leaving any other form of somebody who is signed in, once it was changed. What came back with faults was not saved either. */
function guardChanged(form) {
  const isRefused = form.querySelector(".field-faulty") !== null;
  const isTyped = (field) => field.matches("textarea, .input") && field.value.trim() !== "";
  askBeforeLeaving(form, () => changeable(form).some((each) => isChanged(each) || (isRefused && isTyped(each))));
}

export function guardForms() {
  document.querySelectorAll('form[method="post"]:not([data-again])').forEach(sendOnce); // Forms with `data-again` leave the page as it is.
  document.querySelectorAll("form[data-unsent]").forEach(guardUnsent);
  const others = 'main:not(.door) form[method="post"]:not([data-unsent], [data-questions], [data-again], [data-receipt])';
  document.querySelectorAll(others).forEach(guardChanged);
}
