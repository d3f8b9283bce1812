// Sending twice, and leaving what was typed. The portal holds both by itself (AT-5); this spares the client the surprise.

/** A second press while the first is under way does nothing; a page shown again from the cache can be sent again. */
function sendOnce(form) {
  const buttons = () => form.querySelectorAll('button:not([type="button"])');
  function release() {
    delete form.dataset.sending;
    buttons().forEach((button) => button.removeAttribute("aria-disabled"));
  }
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sending) return event.preventDefault();
    form.dataset.sending = "yes";
    // Not `disabled`: that would drop the pressed button's own name from what is sent, and the focus with it.
    buttons().forEach((button) => button.setAttribute("aria-disabled", "true"));
  });
  window.addEventListener("pageshow", (event) => event.persisted && release());
}

/** Asks before leaving a form marked `data-unsent` with something written or attached, unless it is being sent. */
function askBeforeLeaving(form) {
  const written = () => [...form.querySelectorAll("textarea, .input:not([type=file])")].some((each) => each.value.trim());
  const attached = () => form.querySelector(".file-row") !== null;
  window.addEventListener("beforeunload", (event) => {
    if (!form.dataset.sending && (written() || attached())) event.preventDefault();
  });
}

export function guardForms() {
  document.querySelectorAll('form[method="post"]').forEach(sendOnce);
  document.querySelectorAll("form[data-unsent]").forEach(askBeforeLeaving);
}
