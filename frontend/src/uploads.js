// AT-1: attachments in a window of their own, where there is JavaScript. The macro `attachments` in _components.html draws what
// this turns on, and says what the portal answers.

import Uppy from "@uppy/core";
import Dashboard from "@uppy/dashboard";
import en_US from "@uppy/locales/lib/en_US.js";
import nl_NL from "@uppy/locales/lib/nl_NL.js";
import XHRUpload from "@uppy/xhr-upload";

const dutch = document.documentElement.lang.startsWith("nl");
const language = dutch ? nl_NL : en_US;
const strings = {
  ...language.strings,
  // Uppy's words for its add button name no field; axe wants what is read aloud to hold what is shown.
  addMoreFiles: language.strings.addMore,
  // The manual's word.
  ...(dutch && { cancel: "Annuleer" }),
};

/** A sentence of the portal about how many: `added` and `added-one`. */
const counted = (words, count) => (count === 1 ? words.addedOne : words.added.replace("{n}", count));

/** The portal's own sentence about a refused file, or that it cannot be reached. */
function refusal(body, words) {
  try {
    return JSON.parse(body).message ?? words.failed;
  } catch {
    return words.failed;
  }
}

function dashboardOf(place) {
  const words = place.dataset;
  const uppy = new Uppy({
    locale: { ...language, strings },
    restrictions: {
      maxFileSize: Number(words.maxBytes),
      allowedFileTypes: words.types.split(","),
    },
  });
  uppy.use(Dashboard, {
    closeAfterFinish: false,
    closeModalOnClickOutside: true,
    disablePageScrollWhenModalOpen: true,
    fileManagerSelectionType: "files",
    hidePauseResumeButton: true,
    proudlyDisplayPoweredByUppy: false,
    browserBackButtonClose: false,
    note: place.querySelector("#files-hint").textContent.trim(),
    theme: "light",
  });
  uppy.use(XHRUpload, {
    endpoint: words.uploads,
    fieldName: "file",
    formData: true,
    allowedMetaFields: [],
    limit: 2,
    headers: { Accept: "application/json" },
    shouldRetry: (request) => request.status === 0 || request.status >= 502,
    getResponseData: (request) => JSON.parse(request.responseText),
    onAfterResponse: (request) => {
      // Thrown here, Uppy shows it beside the file that it is about.
      if (request.status >= 400) throw new Error(refusal(request.responseText, words));
    },
  });
  return uppy;
}

/** Takes a file away without leaving the page; where that fails, the form goes there as it would without script. */
async function remove(place, button, say) {
  const row = button.closest("li");
  const name = row.querySelector(".file-name").textContent;
  const answer = await fetch(button.formAction, {
    method: "POST",
    headers: { Accept: "application/json" },
    credentials: "same-origin",
  }).catch(() => null);
  if (!answer?.ok) return say(place.dataset.failed);
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  (next?.querySelector("button") ?? place.querySelector("[data-uploads-open]")).focus();
  say(place.dataset.removed.replace("{name}", name));
}

function enhance(place) {
  const list = place.querySelector("[data-uploads-list]");
  const open = place.querySelector("[data-uploads-open]");
  const status = place.querySelector("[data-uploads-status]");
  const say = (sentence) => (status.textContent = sentence);
  const uppy = dashboardOf(place);
  const dashboard = uppy.getPlugin("Dashboard");

  place.querySelector("[data-uploads-plain]").remove();
  place.querySelector("label[for=files]").remove();
  open.hidden = false;

  open.addEventListener("click", () => {
    const left = Number(place.dataset.maxFiles) - list.children.length;
    uppy.setOptions({ restrictions: { ...uppy.opts.restrictions, maxNumberOfFiles: left } });
    dashboard.openModal();
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button[formaction]");
    if (!button) return;
    event.preventDefault();
    remove(place, button, say);
  });
  uppy.on("upload-success", (file, response) => {
    list.insertAdjacentHTML("beforeend", response.body.row);
  });
  uppy.on("complete", ({ successful, failed }) => {
    successful.forEach((file) => uppy.removeFile(file.id));
    if (successful.length) say(counted(place.dataset, successful.length));
    if (!failed.length) dashboard.closeModal(); // gives the focus back to the button
  });
  uppy.on("dashboard:modal-closed", () => uppy.cancelAll());
}

document.querySelectorAll("[data-uploads]").forEach(enhance);
