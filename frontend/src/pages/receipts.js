// Compares a file with a receipt without sending it: the browser computes its SHA-256, and sends only that (RQ-4).
// Without crypto.subtle (plain HTTP), and for a file that cannot be read at once, the form sends the file.

async function digestOf(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((each) => each.toString(16).padStart(2, "0")).join("");
}

export function compareHere() {
  const form = document.querySelector("form[data-receipt]");
  if (!form || !globalThis.crypto?.subtle) return;
  const { sha256, file: input } = form.elements;
  form.querySelector("[data-receipt-here]").hidden = false;
  form.addEventListener("submit", async (event) => {
    const [file] = input.files;
    if (!file) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "yes";
    try {
      sha256.value = await digestOf(file);
      input.disabled = true;
    } catch {
      sha256.value = "";
    }
    form.submit();
  });
  window.addEventListener("pageshow", () => {
    delete form.dataset.sending;
    sha256.value = "";
    input.disabled = false;
  });
}
