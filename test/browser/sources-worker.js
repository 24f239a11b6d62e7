/** The worker of sources.js, as a user writes it. */
import { serve } from "epochal";
import { Picture } from "./sources.js";

serve({ Picture });
