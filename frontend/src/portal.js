// What pages do beyond HTML: nothing that a page needs. Bundled as one small script, loaded with `defer` semantics (a module).

import { offerCopying } from "./pages/copying.js";
import { countDown } from "./pages/countdown.js";
import { followDownloads } from "./pages/downloads.js";
import { focusFaults } from "./pages/faults.js";
import { guardForms } from "./pages/forms.js";
import { showTyped } from "./pages/passwords.js";
import { followQuestions, offerPrinting } from "./pages/questionnaires.js";

countDown();
offerCopying();
followDownloads();
focusFaults();
followQuestions(); // Before the guards: what it takes in hand is not sent.
guardForms();
offerPrinting();
showTyped();
