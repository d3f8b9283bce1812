// Turns the plain file input of a form into Uppy's Dashboard: files are sent as they are chosen, and the form carries
// their ids. Without JavaScript the input stays as it is, and the files come with the form.
//
//   <form data-uploads="URL" data-max-files="10" data-max-bytes="…" data-types=".pdf,.docx">
//     <input type="file" name="attachments" multiple>
//
// URL takes one file a POST, as the field `file`, and answers {"id": …}; DELETE URL/<id> takes it back.
// The form then carries one hidden field `uploads` for each id.

import Uppy from "@uppy/core";
import Dashboard from "@uppy/dashboard";
import en_US from "@uppy/locales/lib/en_US.js";
import nl_NL from "@uppy/locales/lib/nl_NL.js";
import XHRUpload from "@uppy/xhr-upload";

const language = document.documentElement.lang.startsWith("nl") ? nl_NL : en_US;
// Uppy's words for its add button name no field; axe wants what is read aloud to hold what is shown.
const locale = { ...language, strings: { ...language.strings, addMoreFiles: language.strings.addMore } };

const number = (text) => (text ? Number(text) : null);

function enhance(form) {
  const input = form.querySelector('input[type="file"]');
  const target = document.createElement("div");
  input.before(target);
  input.remove();

  const { uploads: url, maxFiles, maxBytes, types } = form.dataset;
  const uppy = new Uppy({
    autoProceed: true,
    locale,
    restrictions: {
      maxNumberOfFiles: number(maxFiles),
      maxFileSize: number(maxBytes),
      allowedFileTypes: types ? types.split(",") : null,
    },
  });
  uppy.use(Dashboard, {
    target,
    inline: true,
    width: "100%",
    height: 320,
    doneButtonHandler: null, // Its "Done" would empty the list; the form's own button ends this.
    disableThumbnailGenerator: true, // A thumbnail is a blob: URL, which the portal's CSP forbids.
    hideUploadButton: true,
    proudlyDisplayPoweredByUppy: false,
    showRemoveButtonAfterComplete: true,
  });
  uppy.use(XHRUpload, { endpoint: url, fieldName: "file", formData: true });

  uppy.on("upload-success", (file, response) => {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "uploads";
    field.value = response.body.id;
    field.dataset.file = file.id;
    form.append(field);
  });
  uppy.on("file-removed", (file) => {
    const field = form.querySelector(`input[data-file="${CSS.escape(file.id)}"]`);
    if (!field) return;
    fetch(`${url}/${encodeURIComponent(field.value)}`, { method: "DELETE", credentials: "same-origin" });
    field.remove();
  });
  form.addEventListener("submit", (event) => {
    const busy = uppy.getFiles().some((file) => !file.progress.uploadComplete && !file.error);
    if (busy) event.preventDefault();
  });
}

document.querySelectorAll("form[data-uploads]").forEach(enhance);
