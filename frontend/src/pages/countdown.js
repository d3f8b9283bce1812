// ME-3: `Bericht` counts down in Unicode code points, with CRLF as LF, in the same way as the portal.

const QUIET = 1000; // ms without typing before the screen reader reads the number

const points = (text) => [...text.replace(/\r\n?/g, "\n").trim()].length;

/** Returns the text for the remaining characters, or for those over the limit. */
function sentence(words, left) {
  const over = left < 0;
  const count = Math.abs(left);
  if (count === 1) return over ? words.overOne : words.leftOne;
  return (over ? words.over : words.left).replace("{n}", count);
}

function attach(shown) {
  const input = document.getElementById(shown.dataset.countdown);
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  shown.after(spoken);
  let timer;
  function update() {
    const left = Number(input.dataset.limit) - points(input.value);
    shown.textContent = sentence(shown.dataset, left);
    shown.classList.toggle("over", left < 0);
    clearTimeout(timer);
    timer = setTimeout(() => (spoken.textContent = left < 100 ? shown.textContent : ""), QUIET);
  }
  shown.setAttribute("aria-hidden", "true"); // the status next to it has the same text, but does not change at every key
  shown.hidden = false;
  input.addEventListener("input", update);
  update();
  clearTimeout(timer);
}

export function countDown() {
  const attachAll = () => document.querySelectorAll("[data-countdown][hidden]").forEach(attach);
  attachAll();
  document.addEventListener("klantportaal:questions", attachAll); // The page may have new fields.
}
