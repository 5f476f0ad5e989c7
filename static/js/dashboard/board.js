// A board: the charts of a page, kept fresh, which can be saved.

import { page, views } from "./check.js";
import { watchExports } from "./export.js";

watchExports(page, views);
