/** A curve over the steps of training: each step faintly, and their moving mean. */

/** How a curve looks. */
export interface ChartOptions {
  readonly title: string;
  /** The end of the axis; where it is not given, the largest value so far. */
  readonly top?: number;
  readonly show: (value: number) => string;
}

/** Points of a curve at most; more steps than that are drawn as the means of a few. */
const most = 200;

/** Makes a chart in `figure`; returns what draws values there, with a line where each epoch ends. */
export function showChart(
  figure: HTMLElement,
  { title, top, show }: ChartOptions,
): (values: readonly number[], epoch: number) => void {
  figure.innerHTML = `
    <figcaption>${title} <output>–</output></figcaption>
    <div class="plot">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        <path class="grid" d="M0 0H100M0 50H100M0 100H100" /><path class="epochs" />
        <path class="steps" /><path class="mean" />
      </svg>
      <span class="top"></span><span class="bottom">${show(0)}</span>
    </div>`;
  const now = figure.querySelector("output")!;
  const end = figure.querySelector(".top")!;
  const path = (name: string) => figure.querySelector(`.${name}`)!;
  end.textContent = top === undefined ? "" : show(top);

  return (values, epoch) => {
    const mean = movingMean(values);
    const last = mean.at(-1);
    const height = top ?? Math.max(...mean, 1e-9) * 1.2;
    now.textContent = last === undefined ? "–" : show(last);
    if (top === undefined) end.textContent = last === undefined ? "" : show(height);
    path("steps").setAttribute("d", curve(values, height));
    path("mean").setAttribute("d", curve(mean, height));
    const epochs = Math.floor(values.length / epoch);
    const lines = Array.from(
      { length: epochs > 50 ? 0 : epochs },
      (_, i) => ((i + 1) * epoch * 100) / values.length,
    );
    path("epochs").setAttribute("d", lines.map((x) => `M${x.toFixed(2)} 0V100`).join(""));
  };
}

/** Each value with those before it, which count less the longer ago they are. */
function movingMean(values: readonly number[]): number[] {
  const mean: number[] = [];
  let [sum, weight] = [0, 0];
  for (const value of values) {
    [sum, weight] = [0.9 * sum + value, 0.9 * weight + 1];
    mean.push(sum / weight);
  }
  return mean;
}

/** The outline of a curve in a square of 100 × 100. */
function curve(values: readonly number[], height: number): string {
  const each = Math.ceil(values.length / most);
  const points: string[] = [];
  for (let i = 0; i < values.length; i += each) {
    const part = values.slice(i, i + each);
    const value = part.reduce((sum, one) => sum + one, 0) / part.length;
    const x = ((i + part.length / 2) / values.length) * 100;
    points.push(`${x.toFixed(2)} ${(100 - Math.min(1, value / height) * 100).toFixed(2)}`);
  }
  return points.length === 0 ? "" : `M${points.join("L")}`;
}
