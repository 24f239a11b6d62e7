/** How often each value occurs, channel by channel, on the axis that values of this kind have. */
import type { JSX } from "preact";
import { useCallback, useMemo, useState } from "preact/hooks";
import type { BatchLook, LeafView, PageHello } from "../protocol.ts";
import { Canvas, type Draw } from "./canvas.tsx";
import { mappingsOf, usualMapping } from "./mapping.ts";
import { memo } from "./memo.ts";
import { Behind } from "./table.tsx";
import { digits, leafName, percent, whole } from "./words.ts";

const height = 128;
const foot = 18;

/** Part of the axis under which values lie strangely close together. */
const narrow = 0.05;

/** Names of the channels of a picture with so many of them. */
function channelNames(count: number): readonly string[] {
  if (count === 3 || count === 4) return ["red", "green", "blue", "alpha"].slice(0, count);
  return count <= 1 ? ["values"] : Array.from({ length: count }, (_, i) => `channel ${i}`);
}

/** The axis: where values of this kind are most often, and all of those that are there. */
function axisOf(leaf: LeafView, hello: PageHello | undefined): readonly [from: number, to: number] {
  const { min, max } = leaf.values!;
  if (leaf.role !== "image") return min === max ? [min - 0.5, max + 0.5] : [min, max];
  const usual = mappingsOf(leaf, hello).find(({ name }) => name === usualMapping(leaf, hello))!;
  const [from, to] = usual.range ?? [min, max];
  return from === to ? [from - 0.5, to + 0.5] : [Math.min(from, min), Math.max(to, max)];
}

/** The histogram of one leaf, which is chosen where there are several. */
export const HistogramPanel = memo(function Histogram({
  batch,
  hello,
}: {
  readonly batch: BatchLook;
  readonly hello: PageHello | undefined;
}): JSX.Element | null {
  const leaves = batch.leaves.filter(
    ({ values, role }) => values && values.histogram.length > 0 && role !== "classes" && role !== "oneHot",
  );
  const [path, setPath] = useState<string>();
  const leaf =
    leaves.find((each) => each.path === path) ?? leaves.find(({ role }) => role === "image") ?? leaves[0];
  const axis = useMemo(() => leaf && axisOf(leaf, hello), [leaf, hello]);
  const draw = useCallback<Draw>(
    (context, width, _, colour) => leaf && axis && paintHistogram(context, width, colour, leaf, axis),
    [leaf, axis],
  );
  if (!leaf || !axis) return null;
  const { min, max, histogram } = leaf.values!;
  const names = channelNames(histogram.length);
  const used = (max - min) / (axis[1] - axis[0]);
  return (
    <section id="histogram" aria-labelledby="histogram-title">
      <div class="bar">
        <h2 id="histogram-title">Values{histogram.length > 1 ? " by channel" : ""}</h2>
        {leaves.length > 1 && (
          <label>
            <span class="quiet">of</span>{" "}
            <select value={leaf.path} onChange={(event) => setPath(event.currentTarget.value)}>
              {leaves.map((each) => (
                <option key={each.path}>{each.path}</option>
              ))}
            </select>
          </label>
        )}
        {histogram.length > 1 && (
          <ul class="legend">
            {names.map((name, i) => (
              <li key={name}>
                <span class={`line line-${i % 4}`} aria-hidden="true" />
                {name}
              </li>
            ))}
          </ul>
        )}
      </div>
      <Canvas
        draw={draw}
        height={height}
        label={`Histogram of ${leafName(leaf.path)}; the table below says the same.`}
      />
      {leaf.role === "image" && used < narrow && (
        <p class="wrong">
          All values lie in {digits(min)} to {digits(max)}: {percent(used)} of the axis.
        </p>
      )}
      <Behind summary="The histogram as a table">{() => <HistogramTable leaf={leaf} names={names} />}</Behind>
    </section>
  );
});

function paintHistogram(
  context: CanvasRenderingContext2D,
  width: number,
  colour: (name: string) => string,
  { values }: LeafView,
  [from, to]: readonly [number, number],
): void {
  const { min, max, histogram } = values!;
  const base = height - foot;
  const columns = Math.max(1, Math.floor(width));
  const x = (value: number): number => ((value - from) / (to - from)) * (columns - 1);
  context.clearRect(0, 0, width, height);
  const channels = histogram.map((counts) => columnsOf(counts, { min, max, columns, x }));
  const most = Math.max(1, ...channels.flatMap((of) => [...of]));
  for (const [i, counts] of channels.entries()) {
    context.beginPath();
    context.moveTo(0, base);
    for (const [column, count] of counts.entries())
      context.lineTo(column, base - (count / most) * (base - 6));
    context.lineTo(columns - 1, base);
    context.strokeStyle = colour(channels.length === 1 ? "text" : `channel-${i % 4}`);
    context.lineWidth = 1.5;
    context.setLineDash([[], [6, 3], [2, 2], [8, 3, 2, 3]][i % 4]!);
    context.stroke();
    if (channels.length === 1) {
      context.fillStyle = colour("soft");
      context.fill();
    }
  }
  context.setLineDash([]);
  context.strokeStyle = colour("line");
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, base + 0.5);
  context.lineTo(width, base + 0.5);
  context.stroke();
  context.fillStyle = colour("quiet");
  context.textBaseline = "bottom";
  context.textAlign = "left";
  context.fillText(digits(from), 0, height);
  context.textAlign = "right";
  context.fillText(digits(to), width, height);
  context.textAlign = "center";
  if (from < 0 && to > 0 && x(0) > 40 && x(0) < width - 40) context.fillText("0", x(0), height);
}

/** Counts of the classes of a histogram in the columns of a picture: the sum where a column has several. */
function columnsOf(
  counts: readonly number[],
  {
    min,
    max,
    columns,
    x,
  }: {
    readonly min: number;
    readonly max: number;
    readonly columns: number;
    readonly x: (value: number) => number;
  },
): Float64Array {
  const heights = new Float64Array(columns);
  for (const [i, count] of counts.entries()) {
    const begin = Math.round(x(min + ((max - min) * i) / counts.length));
    const end = Math.round(x(min + ((max - min) * (i + 1)) / counts.length));
    if (end <= begin) heights[Math.min(columns - 1, begin)]! += count;
    else for (let column = begin; column < Math.min(columns, end); column++) heights[column]! += count;
  }
  return heights;
}

function HistogramTable({
  leaf,
  names,
}: {
  readonly leaf: LeafView;
  readonly names: readonly string[];
}): JSX.Element {
  const { min, max, histogram } = leaf.values!;
  const bins = histogram[0]!.length;
  // Sixteen rows say enough.
  const rows = Math.min(16, bins);
  const edge = (row: number): number => Math.floor((row * bins) / rows);
  const value = (bin: number): string => digits(Number((min + ((max - min) * bin) / bins).toPrecision(3)));
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Values</th>
          {histogram.map((_, i) => (
            <th key={i} scope="col" class="number">
              {names[i]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: rows }, (_, row) => (
          <tr key={row}>
            <th scope="row">
              {value(edge(row))} to {value(edge(row + 1))}
            </th>
            {histogram.map((counts, i) => (
              <td key={i} class="number">
                {whole(counts.slice(edge(row), edge(row + 1)).reduce((sum, count) => sum + count, 0))}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
