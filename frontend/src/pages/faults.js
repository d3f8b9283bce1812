// A page with faults starts at their summary, so that a screen reader reads them first.

export function focusFaults() {
  document.querySelector("[data-focus]")?.focus();
}
