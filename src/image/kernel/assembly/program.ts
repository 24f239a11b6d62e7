/**
 * What becomes of pixels that is more than one matrix: a list of {@link ProgramStep}s that each row of float32 RGBA goes through,
 * in place, between resampling and the last matrix. A row stays in the L1 cache meanwhile.
 *
 * The first step brings values to 0 to 255, in which all others work. Of grey only the first of four numbers means
 * something, of RGB the first three.
 */
import { Output, ProgramStep, ProgramStepKind } from "./layout.ts";

/** Runs the steps of `output` over its row, which is number `y` of the result. */
export function runProgram(output: usize, y: i32): void {
  const count = load<i32>(output, Output.steps);
  const row: usize = load<i32>(output, Output.row);
  const width = load<i32>(output, Output.width);
  let step: usize = load<i32>(output, Output.program);
  for (let i = 0; i < count; i++) {
    const kind = load<i32>(step, ProgramStep.kind);
    if (kind === ProgramStepKind.affine) affine(step, row, width);
    else if (kind === ProgramStepKind.table) table(step, row, width);
    else if (kind === ProgramStepKind.hue) hue(load<f32>(step, ProgramStep.a), row, width);
    else place(step, kind === ProgramStepKind.fill, row, width, y);
    step += ProgramStep.bytes;
  }
}

function affine(step: usize, row: usize, width: i32): void {
  const offset = v128.load(step, ProgramStep.values);
  const m0 = v128.load(step, ProgramStep.matrix);
  const m1 = v128.load(step, ProgramStep.matrix + 16);
  const m2 = v128.load(step, ProgramStep.matrix + 32);
  const m3 = v128.load(step, ProgramStep.matrix + 48);
  const cut = load<i32>(step, ProgramStep.a) !== 0;
  const end = row + ((<usize>width) << 4);
  for (let at = row; at < end; at += 16) {
    const p = v128.load(at);
    let v = f32x4.add(f32x4.mul(i32x4.shuffle(p, p, 0, 0, 0, 0), m0), offset);
    v = f32x4.add(v, f32x4.mul(i32x4.shuffle(p, p, 1, 1, 1, 1), m1));
    v = f32x4.add(v, f32x4.mul(i32x4.shuffle(p, p, 2, 2, 2, 2), m2));
    v = f32x4.add(v, f32x4.mul(i32x4.shuffle(p, p, 3, 3, 3, 3), m3));
    if (cut) v = f32x4.pmax(f32x4.pmin(v, f32x4.splat(255)), f32x4.splat(0));
    v128.store(at, v);
  }
}

function table(step: usize, row: usize, width: i32): void {
  const between = load<i32>(step, ProgramStep.c) !== 0;
  const channels = load<i32>(step, ProgramStep.b);
  const end = row + ((<usize>width) << 4);
  for (let c = 0; c < channels; c++) {
    const entries: usize = load<i32>(step, ProgramStep.a) + (c << 10);
    for (let at = row + (c << 2); at < end; at += 16) {
      const v = max<f32>(0, min<f32>(255, load<f32>(at)));
      if (between) {
        const i = min<i32>(254, <i32>v);
        const entry = entries + (i << 2);
        const low = load<f32>(entry);
        store<f32>(at, low + (load<f32>(entry, 4) - low) * (v - <f32>i));
      } else store<f32>(at, load<f32>(entries + ((<i32>nearest<f32>(v)) << 2)));
    }
  }
}

/** To hue, saturation and value, and back, as `colorsys` and torchvision's `_rgb2hsv` and `_hsv2rgb`. */
function hue(turn: f32, row: usize, width: i32): void {
  const end = row + ((<usize>width) << 4);
  for (let at = row; at < end; at += 16) {
    const r = load<f32>(at);
    const g = load<f32>(at, 4);
    const b = load<f32>(at, 8);
    const most = max(r, max(g, b));
    const least = min(r, min(g, b));
    const range = most - least;
    if (range <= 0) continue;
    let sixth: f32;
    if (most === r) sixth = (g - b) / range;
    else if (most === g) sixth = 2 + (b - r) / range;
    else sixth = 4 + (r - g) / range;
    sixth += 6 * turn;
    sixth -= 6 * floor<f32>(sixth / 6);
    store<f32>(at, shade(sixth, 0, most, range));
    store<f32>(at, shade(sixth, 2, most, range), 4);
    store<f32>(at, shade(sixth, 4, most, range), 8);
  }
}

/** The value of the channel that is full at `from` - 1 to `from` + 1 sixths of the circle. */
function shade(sixth: f32, from: f32, most: f32, range: f32): f32 {
  let away = sixth - from;
  if (away < 0) away += 6;
  away = min(away, 6 - away);
  return most - range * max<f32>(0, min<f32>(1, away - 1));
}

function place(step: usize, outside: bool, row: usize, width: i32, y: i32): void {
  const values = v128.load(step, ProgramStep.values);
  const from = load<i32>(step, ProgramStep.a);
  const to = load<i32>(step, ProgramStep.b);
  const inside = y >= load<i32>(step, ProgramStep.c) && y < load<i32>(step, ProgramStep.d);
  if (outside) {
    fillColumns(row, 0, inside ? from : width, values);
    if (inside) fillColumns(row, to, width, values);
  } else if (inside) fillColumns(row, from, to, values);
}

function fillColumns(row: usize, from: i32, to: i32, values: v128): void {
  for (let x = from; x < to; x++) v128.store(row + ((<usize>x) << 4), values);
}
