// A script that takes its time, and serves then.
import { serve } from "epochal";
import { Faulty, Numbers } from "../../fixtures/sequences.js";

await new Promise((resolve) => setTimeout(resolve, 1500));
serve({ Numbers, Faulty });
