// DC-2: the icon changes when the last byte was sent. A browser does not tell the page when that was, so the page asks again.

const WAITS = [1, 2, 5, 15, 60]; // seconds, each after the one before

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** The page as it would be shown now; nothing where that is another one. */
async function pageNow() {
  const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Takes over a row's mark, and the numbers on the tabs; the rest stays, and with it the focus. */
function take(page, row, address) {
  const fresh = page.querySelector(`a[download][href="${CSS.escape(address)}"]`)?.closest("tr");
  if (!fresh || fresh.classList.contains("unread")) return;
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
    if (!row.classList.contains("unread")) break;
  }
  delete row.dataset.followed;
}

export function followDownloads() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("tr.unread a[download]");
    if (link) follow(link.closest("tr"), link.getAttribute("href"));
  });
}
