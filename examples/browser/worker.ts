import { serve } from "epochal";
import { augmented } from "./photos.ts";

serve({ augmented });
