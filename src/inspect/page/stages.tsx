/** What one batch takes, stage by stage, and which took longest. */
import type { JSX } from "preact";
import type { RecentStats } from "../../loader/observe/recent.ts";
import { plural, time } from "./words.ts";

/** The stages in words. */
const stages: readonly (readonly [stage: keyof RecentStats["stages"], words: string])[] = [
  ["fetch", "in getItem"],
  ["cpu", "– at work"],
  ["waiting", "– waiting"],
  ["read", "– reading"],
  ["decode", "– decoding"],
  ["transfer", "handed over"],
  ["wait", "waited for"],
  ["consume", "consumed"],
];

/** The stages of the last batches. */
export function Stages({ recent }: { readonly recent: RecentStats }): JSX.Element {
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">A batch is</th>
            <th scope="col" class="number">
              median
            </th>
            <th scope="col" class="number">
              1 in 10 over
            </th>
            <th scope="col" class="number">
              1 in 100 over
            </th>
          </tr>
        </thead>
        <tbody>
          {stages.map(([stage, words]) => (
            <tr key={stage}>
              <th scope="row">{words}</th>
              {Object.values(recent.stages[stage]).map((value, i) => (
                <td key={i} class="number">
                  {time(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        Of the last {plural(recent.batches, "batch", "batches")}. Slowest:{" "}
        {recent.slowest.map(({ index, fetch }) => `index ${index} ${time(fetch)}`).join(", ") || "none"}.
      </p>
    </>
  );
}
