/** A worker's script that serves the pipelines, after as many milliseconds as it is given. */
import { setTimeout } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import { serve } from "epochal";
import { Hooked, Pipeline, Rows } from "./pipelines-sequences.js";

await setTimeout(workerData.late);
serve({ Hooked, Pipeline, Rows });
