// DO-3: a status that is ticked applies at once, and the focus stays. Without script, the button `Toepassen` does.

class Filter {
  constructor(form) {
    this.form = form;
    this.asked = 0;
    form.querySelector(".form-actions").hidden = true;
    form.addEventListener("change", (event) => event.target.matches('[type="checkbox"]') && this.apply());
  }

  /** Shows the list for what is ticked. Ignores a response if something was ticked after it was asked for. */
  async apply() {
    const turn = ++this.asked;
    const address = `${this.form.getAttribute("action")}?${new URLSearchParams(new FormData(this.form))}`;
    const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== this.asked) return;
    const fresh = page && page.querySelector("[data-results]");
    if (!fresh) return this.form.submit(); // As without script: the next page shows what is wrong.
    document.querySelector("[data-results]").replaceWith(fresh);
    history.replaceState(history.state, "", address);
    this.form.querySelector('[role="status"]').textContent = fresh.dataset.results;
  }
}

export function applyFilters() {
  const form = document.querySelector("form[data-filter]:has(.filter)");
  if (form) new Filter(form);
}
