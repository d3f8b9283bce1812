// Passwords shown as they are typed, for whoever asks: a phone's keys are small, and dots tell nothing.

function attach(choice) {
  const form = choice.closest("form");
  const box = choice.querySelector("input");
  const fields = form.querySelectorAll('[type="password"]');
  const show = (shown) => fields.forEach((field) => (field.type = shown ? "text" : "password"));
  box.addEventListener("change", () => show(box.checked));
  // Sent as passwords, so that no browser keeps them among what was typed elsewhere.
  form.addEventListener("submit", () => show(false));
  window.addEventListener("pageshow", () => show(box.checked));
  choice.hidden = false;
}

export function showTyped() {
  document.querySelectorAll("[data-show-typed]").forEach(attach);
}
