/** Which classes samples are of: in this batch, and so far. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type BatchLook, type ClassCounts, lastClass, type PageHello } from "../protocol.ts";
import { className, leafName, plural, whole } from "./words.ts";

/** Classes that are shown without asking. */
const most = 24;

/** The classes as bars. */
export function ClassesPanel({
  batch,
  soFar,
  hello,
}: {
  readonly batch: BatchLook | undefined;
  readonly soFar: ClassCounts | undefined;
  readonly hello: PageHello | undefined;
}): JSX.Element | null {
  const names = hello?.classes;
  const here = batch?.classes?.counts ?? [];
  const counts = soFar?.soFar ?? [];
  const count = Math.max(names?.length ?? 0, here.length, counts.length);
  const [wanted, setWanted] = useState("");
  const [byNumber, setByNumber] = useState<boolean>();
  if (count === 0 || (here.length === 0 && counts.length === 0)) return null;
  const sortedByNumber = byNumber ?? count <= most;
  const part = count > most ? wanted.trim().toLowerCase() : "";
  const nameOf = (number: number): string =>
    number === lastClass ? `${whole(lastClass)} and more` : className(number, names);
  const all = Array.from({ length: count }, (_, number) => number).filter((number) =>
    nameOf(number).toLowerCase().includes(part),
  );
  const inBatch = (number: number): number => here[number] ?? 0;
  const before = (number: number): number => counts[number] ?? 0;
  if (!sortedByNumber) all.sort((a, b) => before(b) - before(a) || inBatch(b) - inBatch(a) || a - b);
  const shown = all.slice(0, most);
  const [mostHere, mostSoFar] = [Math.max(1, ...here), Math.max(1, ...counts)];
  return (
    <section id="classes" aria-labelledby="classes-title">
      <div class="bar">
        <h2 id="classes-title">
          Classes <code class="quiet">{leafName((batch?.classes ?? soFar)!.path)}</code>
        </h2>
        <label>
          <input
            type="checkbox"
            checked={!sortedByNumber}
            onChange={(event) => setByNumber(!event.currentTarget.checked)}
          />{" "}
          most first
        </label>
        {count > most && (
          <label>
            <span class="quiet">search</span>{" "}
            <input type="search" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
          </label>
        )}
      </div>
      {soFar && soFar.batches > 0 && (
        <p class={soFar.batchesOfOneClass > soFar.batches / 2 ? "wrong" : "quiet"} id="one-class">
          Batches of one class: {whole(soFar.batchesOfOneClass)} of {whole(soFar.batches)} counted
        </p>
      )}
      <table class="bars">
        <thead>
          <tr>
            <th scope="col">Class</th>
            {batch && <th scope="col">This batch</th>}
            {soFar && <th scope="col">So far</th>}
          </tr>
        </thead>
        <tbody>
          {shown.map((number) => (
            <tr key={number}>
              <th scope="row">{nameOf(number)}</th>
              {batch && (
                <td>
                  <Bar count={inBatch(number)} most={mostHere} kind="here" />
                </td>
              )}
              {soFar && (
                <td>
                  <Bar count={before(number)} most={mostSoFar} kind="so-far" />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > shown.length && (
        <p class="quiet">
          {whole(shown.length)} of {plural(all.length, "class", "classes")}: search for others.
        </p>
      )}
      {all.length === 0 && <p class="quiet">No class has that in its name.</p>}
    </section>
  );
}

function Bar({
  count,
  most: longest,
  kind,
}: {
  readonly count: number;
  readonly most: number;
  readonly kind: string;
}): JSX.Element {
  return (
    <span class="with-bar">
      {count > 0 && <span class={`amount ${kind}`} style={{ width: `${(60 * count) / longest}%` }} />}
      <span class={count === 0 ? "quiet" : ""}>{whole(count)}</span>
    </span>
  );
}
