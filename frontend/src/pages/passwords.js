// A checkbox that shows passwords while they are typed, for small keyboards such as those of phones.

function attach(choice) {
  const form = choice.closest("form");
  const box = choice.querySelector("input");
  const fields = form.querySelectorAll('[type="password"]');
  const show = (shown) => fields.forEach((field) => (field.type = shown ? "text" : "password"));
  box.addEventListener("change", () => show(box.checked));
  // Sent from password fields, so that browsers do not store them as text for autocompletion.
  form.addEventListener("submit", () => show(false));
  // A page that comes back, from Back or a reload, hides them again.
  window.addEventListener("pageshow", () => {
    box.checked = false;
    show(false);
  });
  choice.hidden = false;
}

export function showTyped() {
  document.querySelectorAll("[data-show-typed]").forEach(attach);
}
