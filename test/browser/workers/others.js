// A script that serves another class.
import { serve } from "epochal";
import { Faulty } from "../../fixtures/sequences.js";

serve({ Faulty });
