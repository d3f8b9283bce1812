// ST-3: says two minutes ahead that the session ends, and lets one press go on. Typing and uploading count as use.
// templates/_session.html is the dialog. All tabs tell each other of a new end, so that the dialog closes everywhere.

const LOOKED_EVERY = 30_000; // ms. A timer stands still while the computer sleeps, so the clock is looked at in between.

/** Returns when the portal answered with this page. The end is counted from there, not by the clock of the device. */
function answeredAt() {
  const [loading] = performance.getEntriesByType("navigation");
  return loading ? performance.timeOrigin + loading.responseStart : Date.now();
}

const isSending = () => document.querySelector("form[data-sending]") !== null; // An upload without script, for one.

class Session {
  constructor(dialog) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.every = Number(dialog.dataset.toldEvery);
    this.toldAt = Date.now();
    this.ends = 0;
    this.channel = new BroadcastChannel(`klantportaal ${this.form.action}`);
    this.listen();
    const { endsIn, warnedIn, isFinal } = dialog.dataset;
    const until = dialog.querySelector("[data-session-until]").textContent;
    this.learn({ ends_in: Number(endsIn), warned_in: Number(warnedIn), is_final: isFinal !== undefined, until }, answeredAt());
  }

  listen() {
    this.channel.addEventListener("message", (event) => this.hear(event.data));
    this.form.addEventListener("submit", (event) => this.press(event));
    this.dialog.querySelector('button[type="button"]').addEventListener("click", () => this.dialog.close());
    for (const use of ["input", "klantportaal:use"]) document.addEventListener(use, () => this.use());
    for (const back of ["focus", "pageshow"]) window.addEventListener(back, () => this.look());
    document.addEventListener("visibilitychange", () => this.look());
    const types = document.querySelector("main form[method=post] :is(textarea, .input, [type=radio], [type=checkbox])");
    this.dialog.querySelector("[data-session-kept]").hidden = !types;
    const signIn = this.dialog.querySelector("a");
    if (types) Object.assign(signIn, { target: "_blank", rel: "noopener" });
    else signIn.href = location.href; // Asks to sign in, and then shows this page.
  }

  /** Takes what the portal said, and tells the other tabs. */
  learn(said, since) {
    const { is_final: isFinal, until } = said;
    this.take({ ends: since + said.ends_in, warns: since + said.warned_in, isFinal, until });
    this.channel.postMessage({ ends: this.ends, warns: this.warns, isFinal, until });
  }

  take(end) {
    Object.assign(this, end);
    this.dialog.querySelectorAll("[data-session-until]").forEach((each) => (each.textContent = end.until));
    this.look();
  }

  /** Takes what another tab says. The newest end is the latest one. */
  hear(end) {
    if (end.ends > this.ends) this.take(end);
    if (end.ends >= this.ends) this.toldAt = Date.now();
  }

  /** Compares the clock with the end, and comes back when that changes something. */
  look() {
    clearTimeout(this.looking);
    const now = Date.now();
    const isNear = now >= this.warns && now < this.ends;
    if (isNear && !this.isFinal && isSending()) this.use();
    else this.show(now >= this.ends ? "over" : isNear ? (this.isFinal ? "final" : "warned") : null);
    const next = now < this.warns ? this.warns : this.ends;
    if (now < this.ends) this.looking = setTimeout(() => this.look(), Math.min(LOOKED_EVERY, next - now));
  }

  /** Opens the dialog with one of its parts, or closes it. A part that was closed by hand stays closed. */
  show(part) {
    if (part === this.part) return;
    this.part = part;
    this.say("");
    if (!part) return this.dialog.close();
    const name = `session-${part}`;
    this.dialog.setAttribute("aria-labelledby", name);
    this.dialog.setAttribute("aria-describedby", `${name}-text`);
    for (const each of this.dialog.querySelectorAll("[data-session-part]")) each.hidden = each.dataset.sessionPart !== part;
    const controls = [...this.dialog.querySelectorAll("[data-session-for]")];
    for (const each of controls) each.hidden = !each.dataset.sessionFor.split(" ").includes(part);
    if (!this.dialog.open) this.dialog.showModal();
    const first = controls.find((each) => !each.hidden);
    (first.querySelector("button") ?? first).focus();
  }

  /** Tells the portal of use, at most once in a while. */
  use() {
    if (this.telling || this.part === "over") return;
    this.telling = setTimeout(() => this.tell(), Math.max(0, this.toldAt + this.every - Date.now()));
  }

  async press(event) {
    event.preventDefault();
    this.say("");
    this.say(await this.tell());
  }

  /** Returns what went wrong, or nothing. */
  async tell() {
    clearTimeout(this.telling);
    const begun = (this.toldAt = Date.now());
    const request = { method: "POST", body: new URLSearchParams(new FormData(this.form)), headers: { Accept: "application/json" } };
    const answer = await fetch(this.form.action, request).catch(() => null);
    this.telling = null;
    const said = await answer?.json().catch(() => null);
    if (answer?.ok) this.learn(said, begun);
    else if (answer?.status === 401) this.take({ ends: 0, warns: 0, isFinal: false, until: "" });
    else return said?.sentence ?? this.dialog.querySelector("[data-session-failed]").dataset.text;
    return "";
  }

  say(sentence) {
    this.dialog.querySelector("[data-session-failed]").textContent = sentence;
  }
}

export function followSession() {
  const dialog = document.querySelector("[data-session]");
  if (dialog) new Session(dialog);
}
