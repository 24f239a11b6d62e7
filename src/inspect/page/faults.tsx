/** What went wrong and was overcome, or was not, with what caused it. */
import type { JSX } from "preact";
import type { ShownFault } from "../protocol.ts";
import { Behind } from "./table.tsx";
import { time } from "./words.ts";

const words: Readonly<Record<ShownFault["kind"], string>> = {
  lost: "worker lost",
  retry: "tried again",
  skipped: "left out",
};

/** Faults that are shown without asking. */
const most = 8;

/** The faults, the last one first. */
export function FaultsPanel({
  faults,
  now,
}: {
  readonly faults: readonly ShownFault[];
  readonly now: number;
}): JSX.Element | null {
  if (faults.length === 0) return null;
  const latest = faults.toReversed();
  const list = (shown: readonly ShownFault[]): JSX.Element => (
    <ol>
      {shown.map((fault, i) => (
        <li key={i}>
          <b class="wrong">{words[fault.kind]}</b> {fault.text}{" "}
          <span class="quiet">{time(Math.max(0, now - fault.time))} ago</span>
          {fault.causes.map((cause, depth) => (
            <p key={depth} class="cause">
              because: {cause}
            </p>
          ))}
        </li>
      ))}
    </ol>
  );
  return (
    <section id="faults" aria-labelledby="faults-title">
      <h2 id="faults-title">Faults</h2>
      {list(latest.slice(0, most))}
      {latest.length > most && (
        <Behind summary={`${latest.length - most} earlier ones`}>{() => list(latest.slice(most))}</Behind>
      )}
    </section>
  );
}
