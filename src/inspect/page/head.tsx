/** The sentence on what limits the loader, how the page stands with the program, and the key numbers. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Update } from "../protocol.ts";
import { type Model, openWait } from "./model.ts";
import { digits, percent, plural, time, whole } from "./words.ts";

/** Milliseconds for which a sentence stands whose numbers alone change: it is read aloud each time. */
const stands = 3000;

/** How bad limits are; those that are not here cost time. */
const tones: Readonly<Record<string, "good" | "bad" | "plain">> = {
  unknown: "plain",
  nothing: "good",
  consumer: "good",
  hang: "bad",
};

/** What limits the loader. */
export function Sentence({ model }: { readonly model: Model }): JSX.Element {
  const { update, link } = model;
  const shown = useRef<Update>(undefined);
  const before = shown.current;
  const isNews =
    !before || before.limit !== update?.limit || Math.abs((update?.time ?? 0) - before.time) >= stands;
  if (isNews || link.name === "still") shown.current = update;
  const now = shown.current;
  const nothingYet = now === undefined || (now.stats.batches === 0 && now.limit === "unknown");
  const sentence = !nothingYet
    ? now.sentence
    : link.name === "still"
      ? "Nothing: no batch was loaded before this report was written."
      : "Nothing yet: the page fills with the first batches that are loaded.";
  // What the limit is stands before the colon, why and what to change behind it.
  const colon = sentence.indexOf(":") + 1;
  return (
    <header id="sentence" class={nothingYet ? "plain" : (tones[now.limit] ?? "slow")}>
      <p class="who">
        <b>{model.hello?.name ?? "epochal"}</b>
        {model.hello &&
          ` · ${plural(model.hello.length, "batch", "batches")} an epoch · seed ${model.hello.seed}`}
      </p>
      <p role="status" class="sentence">
        <span class="limit">{sentence.slice(0, colon)}</span>
        {sentence.slice(colon)}
      </p>
    </header>
  );
}

/** How the page stands with the program, where that is worth a word. */
export function LinkState({ model }: { readonly model: Model }): JSX.Element {
  const { link, update, hello } = model;
  const last = update?.report.last;
  const over = update && !update.epoch && last;
  const batches = last && `${whole(last.delivered)} of ${plural(last.expected, "batch", "batches")}`;
  const texts = {
    connecting: "Connecting …",
    open:
      over && last.complete
        ? `Epoch ${last.epoch} is over: ${batches}. What is shown is its end.`
        : over && last.failed !== undefined
          ? `Epoch ${last.epoch} has failed at index ${last.failed}, which could not be fetched, after ${batches}.`
          : over
            ? `Epoch ${last.epoch} was left after ${batches}.`
            : "",
    silent:
      "Nothing was heard for some seconds: the program is busy or stopped. What is shown is the last that was heard.",
    lost: "Connection lost: the program has ended, or has closed its page. What is shown is the last that was heard.",
    refused: link.name === "refused" ? link.reason : "",
    still: hello ? "A still report: what was seen when it was written." : "This report is empty.",
  };
  const text = texts[link.name];
  return (
    <p
      id="link"
      role={link.name === "lost" || link.name === "refused" ? "alert" : undefined}
      class={link.name}
      hidden={text === ""}
    >
      {text}
    </p>
  );
}

/** The key numbers. */
export function Numbers({ model }: { readonly model: Model }): JSX.Element | null {
  const { update, rates } = model;
  if (!update) return null;
  const { stats, report } = update;
  const epoch = update.epoch ?? report.last;
  const { recent } = stats;
  const open = openWait(update);
  const elapsed = Math.max(1, recent.elapsed + open);
  const perSecond = rates?.batches ?? (1000 * recent.batches) / elapsed;
  const bytes = rates?.bytes ?? (stats.batches > 0 ? (perSecond * stats.bytes) / stats.batches : 0);
  const waiting = rates?.waiting ?? (recent.wait.total + open) / elapsed;
  const faults = report.workersLost + report.retries + report.skipped;
  const numbers: readonly (readonly [value: string, what: string, tone?: string])[] = [
    [perSecond >= 100 ? whole(perSecond) : digits(Number(perSecond.toFixed(1))), "batches a second"],
    [percent(waiting), "waiting for data", waiting >= 0.05 ? "slow" : "good"],
    [time(Math.max(recent.stages.wait.p99, open)), "longest wait in a hundred"],
    [`${digits(model.queue.at(-1)?.[1] ?? 0)} of ${stats.queue.capacity}`, "batches ready"],
    [
      `${whole(epoch?.delivered ?? 0)} / ${whole(epoch?.expected ?? 0)}`,
      `batches of epoch ${epoch?.epoch ?? 0}`,
    ],
    [
      bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`,
      "a second",
    ],
    [whole(stats.workers), stats.workers === 1 ? "worker" : "workers"],
    [
      faults === 0 ? "none" : `${report.workersLost}, ${report.retries}, ${report.skipped}`,
      faults === 0 ? "faults" : "workers lost, tries again, left out",
      faults === 0 ? "" : "wrong",
    ],
  ];
  return (
    <dl id="numbers">
      {numbers.map(([value, what, tone = ""]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd class={tone}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
