/** What the page shows of a run, a few times a second and whenever something has happened. */
import type { WorkerStats } from "epochal";
import { showChart } from "./chart.ts";
import { emptyDigest, showDigest } from "./digest.ts";
import { byId, say } from "./dom.ts";
import { batchSize, type Photos } from "./photos.ts";
import { showPictures } from "./pictures.ts";
import type { Batch, Run } from "./run.ts";

/** How things stand. */
export interface View {
  readonly photos: Photos | undefined;
  readonly run: Run | undefined;
  readonly batch: Batch | undefined;
  readonly losses: readonly number[];
  readonly accuracies: readonly number[];
}

/** Seconds between two looks. More than three changes a second would flicker. */
const pause = 0.35;

const element = (id: string) => byId(id, HTMLElement);
const percent = (part: number) => `${Math.round(part * 100)} %`;

const drawPictures = showPictures(element("pictures"));
const drawLoss = showChart(element("loss"), { title: "Loss", show: (value) => value.toFixed(2) });
const drawAccuracy = showChart(element("accuracy"), { title: "Accuracy", top: 1, show: percent });

/** Shows how things stand now. */
export function show({ photos, run, batch, losses, accuracies }: View): void {
  const delivered = run?.digests.length ?? 0;
  const perEpoch = Math.ceil((photos?.length ?? 1) / batchSize);
  const [epoch, index] = [Math.floor((delivered - 1) / perEpoch), (delivered - 1) % perEpoch];
  drawPictures(batch, photos?.classes ?? []);
  say(element("position"), delivered === 0 ? "" : `epoch ${epoch + 1}, ${index + 1} of ${perEpoch}`);
  showStream(run, delivered);
  showLoading(run);
  drawLoss(losses, perEpoch);
  drawAccuracy(accuracies, perEpoch);
}

function showStream(run: Run | undefined, delivered: number): void {
  const { digests, comparison, state } = run ?? {};
  say(element("delivered"), delivered === 1 ? "1 batch" : `${delivered} batches`);
  say(element("digest"), delivered === 0 ? "–" : showDigest(digests?.at(-1) ?? emptyDigest));
  say(element("reference"), comparison ? showDigest(comparison.digest) : "–");
  const { text, kind } = verdict(comparison, delivered);
  say(element("verdict"), text);
  element("verdict").className = `verdict ${kind}`;
  say(element("state"), JSON.stringify(state, undefined, 2) ?? "none yet");
}

function verdict(comparison: Run["comparison"], delivered: number): { text: string; kind: string } {
  if (comparison === undefined) return { text: "not compared yet", kind: "" };
  const { batches, differs } = comparison;
  if (differs !== undefined)
    return { text: `another stream from batch ${differs + 1} on ✗`, kind: "differs" };
  if (batches < delivered) return { text: `same for ${batches} batches …`, kind: "" };
  return { text: "same stream ✓", kind: "same" };
}

function showLoading(run: Run | undefined): void {
  const stats = run?.loader?.stats();
  say(element("waiting"), stats ? percent(stats.wait.share) : "–");
  say(element("lost"), run ? `${run.lost}` : "–");
  say(element("explained"), run?.loader?.explain() ?? "");
  showCrew(stats?.perWorker ?? []);
}

/** A bar for each worker, as long as it has loaded batches: the last few, as those that were lost stay. */
function showCrew(crew: readonly WorkerStats[]): void {
  const largest = Math.max(...crew.map(({ batches }) => batches));
  const part = (className: string, text: string) => {
    const span = document.createElement("span");
    span.className = className;
    span.textContent = text;
    return span;
  };
  const rows = crew.slice(-4).map(({ name, batches }) => {
    const row = document.createElement("li");
    const bar = part("bar", "");
    bar.style.width = `${(100 * batches) / largest}%`;
    row.append(part("name", name), bar, part("count", `${batches}`));
    return row;
  });
  element("crew").replaceChildren(...rows);
}

/** Calls `update`, which says what runs, for as long as the page is there, and shows how fast it goes. */
export function keepShowing(update: () => Run | undefined): void {
  let [since, frames, rate, delivered] = [performance.now(), 0, 0, 0];
  let before: Run | undefined;
  const frame = (now: number): void => {
    requestAnimationFrame(frame);
    frames++;
    const passed = (now - since) / 1000;
    if (passed < pause) return;
    const run = update();
    const count = run?.digests.length ?? 0;
    const fresh = run === before ? count - delivered : 0;
    rate += 0.4 * ((fresh * batchSize) / passed - rate);
    say(element("rate"), rate < 1 ? "–" : Math.round(rate).toLocaleString("en"));
    say(element("frames"), `${Math.round(frames / passed)}`);
    [since, frames, delivered, before] = [now, 0, count, run];
  };
  requestAnimationFrame(frame);
}
