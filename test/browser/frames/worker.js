/** Serves the batches to the page. */
import { serve } from "epochal";
import { Held } from "./held.js";

serve({ Held });
