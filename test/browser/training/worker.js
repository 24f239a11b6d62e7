/** Serves the dataset to the page. */
import { serve } from "epochal";
import { Pictures } from "./pictures.js";

serve({ Pictures });
