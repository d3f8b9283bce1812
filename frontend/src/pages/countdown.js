// ME-3: `Bericht` counts down in Unicode code points, after CRLF became LF, as the portal counts it.

const QUIET = 1000; // ms without typing before the number is read aloud

const points = (text) => [...text.replace(/\r\n?/g, "\n").trim()].length;

/** The sentence for what is left, or for what is too many. */
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
  shown.setAttribute("aria-hidden", "true"); // the status beside it says the same, but not at every key
  shown.hidden = false;
  input.addEventListener("input", update);
  update();
  clearTimeout(timer);
}

export function countDown() {
  const attachAll = () => document.querySelectorAll("[data-countdown][hidden]").forEach(attach);
  attachAll();
  document.addEventListener("klantportaal:questions", attachAll); // Some may be new on the page.
}
