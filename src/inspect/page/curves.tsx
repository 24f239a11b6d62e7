/** Curves of training: a plot for each quantity, its value in training and in validation together. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Curve } from "../protocol.ts";
import { palette, useScheme, useWidth } from "./canvas.tsx";
import { memo } from "./memo.ts";
import { Behind } from "./table.tsx";
import { digits } from "./words.ts";

type Curves = ReadonlyMap<string, Curve["points"]>;

const height = 176;

/** Curves by what they are of: `loss` and `val_loss` are of one quantity. */
function plotsOf(curves: Curves): ReadonlyMap<string, readonly string[]> {
  const plots = new Map<string, string[]>();
  for (const name of curves.keys()) {
    const quantity = name.replace(/^val_/, "");
    plots.set(quantity, [...(plots.get(quantity) ?? []), name]);
  }
  return plots;
}

/** The curves of training. */
export const CurvesPanel = memo(function CurvesOfTraining({
  curves,
}: {
  readonly curves: Curves;
}): JSX.Element | null {
  if (curves.size === 0) return null;
  return (
    <section id="curves" aria-labelledby="curves-title">
      <h2 id="curves-title">Training</h2>
      <div class="plots">
        {[...plotsOf(curves)].map(([quantity, names]) => (
          <Plot key={quantity} quantity={quantity} names={names} curves={curves} />
        ))}
      </div>
      <Behind summary="The curves as a table">{() => <CurveTable curves={curves} />}</Behind>
    </section>
  );
});

/** Points of several curves over one axis: null where a curve has none at a step. */
function aligned(curves: readonly Curve["points"][]): [number[], ...(number | null)[][]] {
  const steps = [...new Set(curves.flatMap((points) => points.map(([step]) => step)))].sort((a, b) => a - b);
  const places = new Map(steps.map((step, at) => [step, at]));
  const columns = curves.map((points) => {
    const column = Array<number | null>(steps.length).fill(null);
    for (const [step, value] of points) column[places.get(step)!] = value;
    return column;
  });
  return [steps, ...columns];
}

function finiteOf(values: ArrayLike<number | null | undefined>): readonly number[] {
  return Array.from(values).filter((value) => typeof value === "number");
}

function Plot({
  quantity,
  names,
  curves,
}: {
  readonly quantity: string;
  readonly names: readonly string[];
  readonly curves: Curves;
}): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const width = useWidth(frame);
  const scheme = useScheme();
  const data = aligned(names.map((name) => curves.get(name)!)) as uPlot.AlignedData;
  useLayoutEffect(() => {
    if (width === 0) return;
    const colour = palette();
    const axis: uPlot.Axis = {
      stroke: colour("quiet"),
      grid: { stroke: colour("line"), width: 1 },
      ticks: { show: false },
      font: `11px ${getComputedStyle(document.body).fontFamily}`,
    };
    const made = new uPlot(
      {
        width,
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false } },
        axes: [
          { ...axis, size: 28 },
          { ...axis, size: 52 },
        ],
        series: [
          {},
          ...names.map((name) => ({
            stroke: colour(name.startsWith("val_") ? "decode" : "read"),
            dash: name.startsWith("val_") ? [6, 4] : [],
            width: 2,
            spanGaps: true,
            points: { show: ({ data }: uPlot, i: number) => finiteOf(data[i]!).length < 2 },
          })),
        ],
      },
      data,
      frame.current!,
    );
    made.root.setAttribute("aria-hidden", "true");
    plot.current = made;
    return () => made.destroy();
  }, [width, scheme, names.join()]);
  useLayoutEffect(() => plot.current?.setData(data), [curves]);
  return (
    <figure>
      <figcaption>
        <b>{quantity}</b>
        {names.map((name) => (
          <span key={name} class="last">
            <span class={`line ${name.startsWith("val_") ? "validation" : "training"}`} aria-hidden="true" />
            {name} {shownValue(curves.get(name)!.at(-1)![1])}
          </span>
        ))}
      </figcaption>
      <div ref={frame} class="plot" />
    </figure>
  );
}

/** A value; one that is not finite was not sent. */
function shownValue(value: number | null | undefined): JSX.Element | string {
  return typeof value === "number" ? digits(value) : <b class="wrong">not finite</b>;
}

function CurveTable({ curves }: { readonly curves: Curves }): JSX.Element {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Curve</th>
          <th scope="col" class="number">
            Points drawn
          </th>
          <th scope="col" class="number">
            First
          </th>
          <th scope="col" class="number">
            Least
          </th>
          <th scope="col" class="number">
            Greatest
          </th>
          <th scope="col" class="number">
            Last
          </th>
        </tr>
      </thead>
      <tbody>
        {[...curves].map(([name, points]) => {
          const values = points.map(([, value]) => value);
          const finite = finiteOf(values).toSorted((a, b) => a - b);
          return (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">{points.length}</td>
              {[values[0], finite[0], finite.at(-1), values.at(-1)].map((value, i) => (
                <td key={i} class="number">
                  {shownValue(value)}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
