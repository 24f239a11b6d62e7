/** The page's worker. */
import { serve } from "epochal";
import { Pictures } from "./scenario.js";

serve({ Pictures });
