// The texts of Uppy: its own translations, with the portal's words and "u" in the texts that clients see.

import en_US from "@uppy/locales/lib/en_US.js";
import nl_NL from "@uppy/locales/lib/nl_NL.js";

const DUTCH = {
  addingMoreFiles: "Meer bestanden toevoegen",
  browseFiles: "Bladeren",
  cancel: "Annuleer",
  dropHint: "Laat uw bestanden hier los",
  dropPasteFiles: "Sleep uw bestanden hierheen of %{browseFiles}",
  exceedsSize: "“%{file}” is groter dan %{size}.",
  failedToUpload: "“%{file}” is niet toegevoegd.",
  noDuplicates: "“%{fileName}” staat er al bij.",
  noInternetConnection: "U hebt geen verbinding met internet.",
  noMoreFilesAllowed: "Er kunnen geen bestanden meer bij.",
  uploadFailed: "Toevoegen mislukt",
  youCanOnlyUploadFileTypes: "Alleen deze soorten bestanden kunnen mee: %{types}.",
  youCanOnlyUploadX: { 0: "U kunt nog %{smart_count} bestand toevoegen.", 1: "U kunt nog %{smart_count} bestanden toevoegen." },
};

const ENGLISH = {
  browseFiles: "Browse",
  dropHint: "Drop your files here",
  dropPasteFiles: "Drop your files here or %{browseFiles}",
  exceedsSize: "“%{file}” is larger than %{size}.",
  failedToUpload: "“%{file}” was not added.",
  noDuplicates: "“%{fileName}” has been added already.",
  noMoreFilesAllowed: "No more files can be added.",
  youCanOnlyUploadFileTypes: "Only these types of files can be sent: %{types}.",
  youCanOnlyUploadX: { 0: "You can add %{smart_count} more file.", 1: "You can add %{smart_count} more files." },
};

/** Returns Uppy's locale for the page's language. `title` is the name of the dialog. */
export function locale(title) {
  const dutch = document.documentElement.lang.startsWith("nl");
  const uppys = dutch ? nl_NL : en_US;
  return {
    ...uppys,
    strings: {
      ...uppys.strings,
      // The accessible name of the add button must contain its visible text, which axe checks.
      addMoreFiles: uppys.strings.addMore,
      dashboardTitle: title,
      dashboardWindowTitle: title,
      ...(dutch ? DUTCH : ENGLISH),
    },
  };
}
