// DC-2: the icon changes when the last byte was sent. The browser does not tell the page when that is, so the page polls.

const WAITS = [1, 2, 5, 15, 60]; // seconds between requests

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** Loads the current page again. Returns null after an error or a redirect. */
async function pageNow() {
  const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Tells whether a row is marked as downloaded. One that was only looked at is read, and not marked (NW-3). */
const isDone = (row) => row.querySelector(".mark-done") !== null;

/** Replaces only the mark of a row and the numbers on the tabs, so that the focus stays. */
function take(page, row, address) {
  const fresh = page.querySelector(`a[download][href="${CSS.escape(address)}"]`)?.closest("tr");
  if (!fresh || !isDone(fresh)) return;
  row.className = fresh.className;
  row.querySelector(".mark").replaceWith(fresh.querySelector(".mark"));
  document.querySelector(".tabs").replaceWith(page.querySelector(".tabs"));
}

async function follow(row, address) {
  if (row.dataset.followed) return;
  row.dataset.followed = "yes";
  for (const seconds of WAITS) {
    await pause(seconds);
    const page = await pageNow();
    if (page) take(page, row, address);
    if (isDone(row)) break;
  }
  delete row.dataset.followed;
}

export function followDownloads() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("tr:has(.mark:not(.mark-done)) a[download]");
    if (link) follow(link.closest("tr"), link.getAttribute("href"));
  });
}
