/** Scrolls the strip of tabs to the one that is open, also in browsers that know no `scroll-initial-target` (tabs.css). */
export function showOpenTab() {
  const open = document.querySelector(".tab[aria-current]");
  if (open) open.closest(".tabs").scrollLeft = open.offsetLeft;
}
