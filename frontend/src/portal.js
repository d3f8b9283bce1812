// What pages do beyond HTML: nothing that a page needs. Bundled as one small script, loaded with `defer` semantics (a module).

import { countDown } from "./pages/countdown.js";
import { focusFaults } from "./pages/faults.js";
import { guardForms } from "./pages/forms.js";

countDown();
focusFaults();
guardForms();
