// Enhancements of pages: every page works without them. Bundled as one small module, which browsers load as with `defer`.

import { offerCopying } from "./pages/copying.js";
import { countDown } from "./pages/countdown.js";
import { followDownloads } from "./pages/downloads.js";
import { keepDrafts } from "./pages/drafts.js";
import { focusFaults } from "./pages/faults.js";
import { applyFilters } from "./pages/filters.js";
import { guardForms } from "./pages/forms.js";
import { showTyped } from "./pages/passwords.js";
import { followQuestions, offerPrinting } from "./pages/questionnaires.js";
import { compareHere } from "./pages/receipts.js";
import { followSession } from "./pages/session.js";
import { offerDrawing } from "./pages/signatures.js";
import { showOpenTab } from "./pages/tabs.js";
import { attachFiles } from "./uploads/attachments.js";

applyFilters();
compareHere(); // Before guardForms, which marks a form as being sent.
countDown();
offerCopying();
offerDrawing();
followDownloads();
focusFaults();
followSession();
followQuestions(); // Before guardForms, so that a form it handles is not marked as being sent.
keepDrafts(); // Before guardForms, so that a press on `Bewaar als concept` is not marked as sending.
guardForms();
offerPrinting();
showOpenTab();
showTyped();
attachFiles();
