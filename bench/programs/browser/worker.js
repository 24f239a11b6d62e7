/** The page's worker. */
import { serve } from "epochal";
import { Photos } from "./photos.js";

serve({ Photos });
