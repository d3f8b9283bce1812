// Sending twice, and leaving what was typed. The portal holds both by itself (AT-5); this spares the client the surprise.

const buttons = (form) => form.querySelectorAll('button:not([type="button"])');

function release(form) {
  delete form.dataset.sending;
  buttons(form).forEach((button) => button.removeAttribute("aria-disabled"));
}

/** A second press while the first is under way does nothing; a page shown again from the cache can be sent again. */
function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sending) return event.preventDefault();
    form.dataset.sending = "yes";
    // Not `disabled`: that would drop the pressed button's own name from what is sent, and the focus with it.
    buttons(form).forEach((button) => button.setAttribute("aria-disabled", "true"));
  });
  window.addEventListener("pageshow", (event) => event.persisted && release(form));
}

/** Asks before a form is left with something to lose, unless it is being sent. Whoever stays can press `Uitloggen` again. */
export function askBeforeLeaving(form, hasUnsaved) {
  window.addEventListener("beforeunload", (event) => {
    if (form.dataset.sending || !hasUnsaved()) return;
    event.preventDefault();
    setTimeout(() => document.querySelectorAll("form[data-sending]").forEach(release)); // Runs once the question was answered.
  });
}

/** Asks before leaving a form marked `data-unsent` with something written or attached. */
function guardUnsent(form) {
  const written = () => [...form.querySelectorAll("textarea, .input:not([type=file])")].some((each) => each.value.trim());
  const attached = () => form.querySelector(".file-row") !== null;
  askBeforeLeaving(form, () => written() || attached());
}

export function guardForms() {
  document.querySelectorAll('form[method="post"]:not([data-again])').forEach(sendOnce); // What only downloads may do so again.
  document.querySelectorAll("form[data-unsent]").forEach(guardUnsent);
}
