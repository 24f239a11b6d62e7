/** What went wrong and was overcome, or was not, with what caused it. */
import type { JSX } from "preact";
import type { Fault } from "../protocol.ts";
import { time } from "./words.ts";

const words: Readonly<Record<Fault["kind"], string>> = {
  lost: "worker lost",
  retry: "tried again",
  skipped: "left out",
};

/** The faults, the last one first. */
export function FaultsPanel({
  faults,
  now,
}: {
  readonly faults: readonly Fault[];
  readonly now: number;
}): JSX.Element | null {
  if (faults.length === 0) return null;
  return (
    <section id="faults" aria-labelledby="faults-title">
      <h2 id="faults-title">Faults</h2>
      <ol>
        {faults.toReversed().map((fault, i) => (
          <li key={faults.length - i}>
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
    </section>
  );
}
