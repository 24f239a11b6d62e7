/** The table of leaves: what a batch is made of, in numbers. */
import type { JSX } from "preact";
import type { LeafRole } from "../../check/leaves.ts";
import type { BatchLook, LeafView } from "../protocol.ts";
import { memo } from "./memo.ts";
import { digits, leafName, whole } from "./words.ts";

const roles: Readonly<Record<LeafRole, string>> = {
  image: "pictures",
  mask: "mask",
  boxes: "boxes",
  classes: "classes",
  oneHot: "one-hot",
  text: "text",
  series: "series",
  audio: "sound",
  vector: "vector",
  number: "number",
  other: "–",
};

/** The leaves of a batch. */
export const LeavesPanel = memo(function Leaves({ batch }: { readonly batch: BatchLook }): JSX.Element {
  const sampled = batch.leaves.filter(({ values }) => values && values.sampled < values.count);
  return (
    <section id="leaves" aria-labelledby="leaves-title">
      <h2 id="leaves-title">What is in it</h2>
      <div class="scroll">
        <table class="leaves">
          <thead>
            <tr>
              <th scope="col">Leaf</th>
              <th scope="col" class="number">
                Min
              </th>
              <th scope="col" class="number">
                Max
              </th>
              <th scope="col" class="number">
                Mean
              </th>
              <th scope="col" class="number">
                Std
              </th>
            </tr>
          </thead>
          <tbody>
            {batch.leaves.map((leaf) => (
              <LeafRows key={leaf.path} leaf={leaf} />
            ))}
          </tbody>
        </table>
      </div>
      {sampled.length > 0 && (
        <p class="quiet">
          Of{" "}
          {sampled
            .map(
              ({ path, values }) => `${leafName(path)}: ${whole(values!.sampled)} of ${whole(values!.count)}`,
            )
            .join("; ")}{" "}
          values, evenly spaced.
        </p>
      )}
    </section>
  );
});

function LeafRows({ leaf }: { readonly leaf: LeafView }): JSX.Element {
  const { path, role, dtype, shape, values } = leaf;
  const broken = values ? values.nan + values.infinite : 0;
  const finite = values && values.sampled > broken;
  return (
    <>
      <tr>
        <th scope="row">
          <code>{leafName(path)}</code> {roles[role]}
          <span class="kind">
            {dtype} {shape.join(" × ")}
          </span>
        </th>
        {[values?.min, values?.max, values?.mean, values?.std].map((value, i) => (
          <td key={i} class="number">
            {finite && value !== undefined ? digits3(value) : "–"}
          </td>
        ))}
      </tr>
      {broken > 0 && (
        <tr class="wrong">
          <td colSpan={5}>
            {values!.nan > 0 && `${whole(values!.nan)} NaN`}
            {values!.nan > 0 && values!.infinite > 0 && ", "}
            {values!.infinite > 0 && `${whole(values!.infinite)} infinite`}
            {` of ${whole(values!.sampled)} values`}
          </td>
        </tr>
      )}
      {values && values.channels.length > 1 && (
        <tr class="quiet">
          <td colSpan={5}>
            Mean ± std by channel:{" "}
            {values.channels.map(({ mean, std }) => `${digits3(mean)} ± ${digits3(std)}`).join(", ")}
          </td>
        </tr>
      )}
    </>
  );
}

/** A value to three digits, or its whole part: one of several in a line. */
function digits3(value: number): string {
  return digits(Math.abs(value) < 1000 ? Number(value.toPrecision(3)) : Math.round(value));
}
