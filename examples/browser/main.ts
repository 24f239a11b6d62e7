/** The page: what its buttons do. Loading is in run.ts, the data set in photos.ts, what is shown in view.ts. */
import type { Awaitable } from "epochal";
import { byId, chosen, say } from "./dom.ts";
import type { Learner } from "./model.ts";
import { type Photos, photosOf } from "./photos.ts";
import { drawnFolder, droppedFolder } from "./pick.ts";
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

let photos: Photos | undefined;
let run: Run | undefined;
let batch: Batch | undefined;
let learner: Learner | undefined;
let losses: number[] = [];
let accuracies: number[] = [];
/** The run as it goes on; undefined while it stands. */
let running: Promise<void> | undefined;
/** Whether a pause is one to go on from at once, with what was chosen anew. */
let goingOn = false;

/** Takes the pictures of a folder, and begins a run over them. */
async function take(folder: () => Awaitable<Parameters<typeof photosOf>[0]>): Promise<void> {
  say(status, "Reading …");
  try {
    photos = await photosOf(await folder());
    const { length, classes } = photos;
    const kinds = classes.length === 1 ? "one class" : `${classes.length} classes`;
    say(byId("picked", HTMLElement), `${length} pictures of ${kinds}: ${classes.join(", ")}`);
    await begin();
  } catch (error) {
    fail(error);
  }
}

/** A new run, which stands before its first batch. */
async function begin(): Promise<void> {
  goingOn = false;
  await run?.end();
  await running;
  if (photos === undefined) return;
  run = new Run(photos);
  [batch, learner, losses, accuracies] = [undefined, undefined, [], []];
  batch = await run.first();
  say(status, "Ready. This is the first batch.");
  update();
}

/** Goes on to the last epoch, or to a pause. */
async function play(): Promise<void> {
  if (run === undefined) return;
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
  running = undefined;
  update();
}

/** What is done with each batch. */
async function use(next: Batch): Promise<void> {
  batch = next;
  if (run?.comparison) follow();
  const way = chosen("use");
  if (way === "train") await learn(next);
  // The page needs a moment, too: where batches lie ready, nothing else comes in between.
  if (way !== "nothing") await new Promise((resolve) => setTimeout(resolve, way === "look" ? 600 : 0));
}

async function learn(next: Batch): Promise<void> {
  if (photos === undefined) return;
  if (learner === undefined) {
    const { createLearner } = await import("./model.ts"); // with TensorFlow.js, which is larger than all else here
    learner = await createLearner(photos.classes.length, backend.value === "webgl" ? "webgl" : "wasm");
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
  kill.disabled = running === undefined || chosen("workers") === "0";
  again.disabled = running !== undefined || state === undefined;
  compare.disabled = digests === undefined || digests.length === 0;
  backend.disabled = learner !== undefined;
  show({ photos, run, batch, losses, accuracies });
}

shapes.addEventListener("click", () => take(drawnFolder));
folder.addEventListener("change", () => take(() => folder.files ?? []));
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const { dataTransfer } = event;
  if (dataTransfer) take(() => droppedFolder(dataTransfer));
});
start.addEventListener("click", () => {
  if (running) run?.pause();
  else running = play();
});
again.addEventListener("click", begin);
compare.addEventListener("click", follow);
kill.addEventListener("click", () => {
  run?.kill();
  say(status, "A worker was killed. Its batches are loaded again by the one that takes its place.");
  follow();
});
epochs.addEventListener("input", update);
byId("workers", HTMLElement).addEventListener("change", () => {
  // The state of a loader fits any number of workers.
  goingOn = running !== undefined;
  if (running) run?.pause();
});

keepShowing(() => {
  update();
  return run;
});
