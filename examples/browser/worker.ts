import { serve } from "epochal";
import { Photos } from "./photos.ts";

serve({ Photos });
