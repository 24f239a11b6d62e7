/** The page: what its buttons do. Loading is in run.ts, the data set in photos.ts, what is shown in view.ts. */
import { byId, chosen, say } from "./dom.ts";
import type { Learner } from "./model.ts";
import {
  filesOfDrop,
  filesOfInput,
  filesOfShapes,
  type LabelledFile,
  type Picked,
  photosOf,
} from "./pick.ts";
import { type Batch, Run } from "./run.ts";
import { keepShowing, show } from "./view.ts";

const shapes = byId("shapes", HTMLButtonElement);
const start = byId("start", HTMLButtonElement);
const kill = byId("kill", HTMLButtonElement);
const again = byId("again", HTMLButtonElement);
const compare = byId("compare", HTMLButtonElement);
const epochs = byId("epochs", HTMLInputElement);
const backend = byId("backend", HTMLSelectElement);
const folder = byId("folder", HTMLInputElement);
const drop = byId("drop", HTMLElement);
const status = byId("status", HTMLElement);

let picked: Picked | undefined;
let run: Run | undefined;
let batch: Batch | undefined;
let learner: Learner | undefined;
let losses: number[] = [];
let accuracies: number[] = [];
let running = false;
/** Whether a pause is one to go on from at once, with what was chosen anew. */
let goingOn = false;

/** Takes pictures, and begins a run over them. */
async function take(files: Promise<readonly LabelledFile[]>): Promise<void> {
  say(status, "Reading …");
  try {
    picked = photosOf(await files);
    const { photos, classes } = picked;
    say(
      byId("picked", HTMLElement),
      `${photos.length} pictures of ${classes.length} classes: ${classes.join(", ")}`,
    );
    await begin();
  } catch (error) {
    fail(error);
  }
}

/** A new run, which stands before its first batch. */
async function begin(): Promise<void> {
  await run?.end();
  if (picked === undefined) return;
  run = new Run(picked.photos);
  [learner, losses, accuracies] = [undefined, [], []];
  batch = await run.first();
  say(status, "Ready. This is the first batch.");
  update();
}

/** Goes on to the last epoch, or to a pause. */
async function play(): Promise<void> {
  if (run === undefined) return;
  running = true;
  try {
    do {
      goingOn = false;
      const workers = Number(chosen("workers"));
      say(status, `Running${workers === 0 ? " in the page’s own thread" : ""}.`);
      update();
      const ended = await run.play(workers, epochs.valueAsNumber, use);
      say(status, ended === "finished" ? `Finished. ${run.loader?.report().summary}` : "Paused.");
    } while (goingOn);
  } catch (error) {
    fail(error);
  }
  running = false;
  update();
}

/** What is done with each batch. */
async function use(next: Batch): Promise<void> {
  batch = next;
  if (run?.comparison) follow();
  if (chosen("use") === "look") await new Promise((resolve) => setTimeout(resolve, 600));
  if (chosen("use") !== "train" || picked === undefined) return;
  if (learner === undefined) {
    const { createLearner } = await import("./model.ts"); // with TensorFlow.js, which is larger than all else here
    learner = await createLearner(picked.classes.length, backend.value === "cpu" ? "cpu" : "webgl");
    backend.value = learner.backend;
  }
  const { loss, accuracy } = await learner.learn(next);
  losses.push(loss);
  accuracies.push(accuracy);
}

/** Compares what there is of the stream with what it should be. */
function follow(): void {
  run?.compare().then(update, fail);
}

function fail(error: unknown): void {
  say(status, error instanceof Error ? error.message : String(error));
}

/** Shows how things stand, and which buttons can be used. */
function update(): void {
  const { state, digests } = run ?? {};
  const finished = (state?.epoch ?? 0) >= epochs.valueAsNumber;
  say(start, running ? "Pause" : state ? "Resume" : "Start");
  shapes.classList.toggle("primary", run === undefined);
  start.disabled = run === undefined || (finished && !running);
  kill.disabled = !running || chosen("workers") === "0";
  again.disabled = running || state === undefined;
  compare.disabled = digests === undefined || digests.length === 0;
  backend.disabled = learner !== undefined;
  show({ picked, run, batch, losses, accuracies });
}

shapes.addEventListener("click", () => take(filesOfShapes()));
folder.addEventListener("change", () => folder.files && take(Promise.resolve(filesOfInput(folder.files))));
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer) take(filesOfDrop(event.dataTransfer.items));
});
start.addEventListener("click", () => (running ? run?.pause() : play()));
again.addEventListener("click", begin);
compare.addEventListener("click", follow);
epochs.addEventListener("input", update);
byId("workers", HTMLElement).addEventListener("change", () => {
  // The state of a loader fits any number of workers.
  goingOn = running;
  if (running) run?.pause();
});

keepShowing(() => {
  update();
  return run;
});
