// A page that comes back with faults starts at their summary, so that a screen reader says them first.

export function focusFaults() {
  document.querySelector("[data-focus]")?.focus();
}
