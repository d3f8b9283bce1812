// A button that copies a text of the page. It stays hidden if the browser does not allow copying (plain HTTP).

export function offerCopying() {
  if (!navigator.clipboard) return;
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const status = document.querySelector("[data-copy-status]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      status.textContent = button.dataset.copied;
      status.classList.remove("visually-hidden"); // Shown on the screen too, not only to screen readers.
    });
  });
}
