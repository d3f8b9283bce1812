// A button that copies a text of the page. Hidden without script, or where the browser lets nobody copy (plain HTTP).

export function offerCopying() {
  if (!navigator.clipboard) return;
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const status = document.querySelector("[data-copy-status]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      status.textContent = button.dataset.copied;
      status.classList.remove("visually-hidden"); // Who sees wants to know it, too.
    });
  });
}
