/** What `check` does: loads the target, runs the checks, and prints what they found. */
import { type CheckReport, runCheck } from "../check/check.ts";
import type { LeafFacts } from "../check/facts.ts";
import { type CheckName, checkNames, countOf, type Finding, showNumber, showPath } from "../check/finding.ts";
import { showShape } from "../tensor/tensor.ts";
import type { CliOutput } from "./output.ts";
import { loadTarget } from "./target.ts";
import { type ExitCode, exitCodes, suggestion, UsageError } from "./usage.ts";

/** What `check` is told. */
export interface CheckValues {
  readonly batchSize: number | undefined;
  readonly seed: number | undefined;
  readonly json: boolean;
  readonly full: boolean;
  readonly quick: boolean;
  readonly seconds: number;
  readonly classes: number | undefined;
  readonly against: string | undefined;
  readonly workers: number;
  readonly processes: boolean;
  readonly ignore: string | undefined;
}

/** Checks a target, prints what was found, and says in the exit code whether something was. */
export async function runCheckCommand(
  spec: string,
  values: CheckValues,
  output: CliOutput,
  signal: AbortSignal,
): Promise<ExitCode> {
  if (values.full && values.quick) throw new UsageError("--full and --quick contradict each other.");
  const ignore = namesIn(values.ignore);
  const target = await loadTarget(spec, values);
  const other = values.against === undefined ? undefined : await loadTarget(values.against, values);
  for (const note of target.notes) output.note(note);
  const report = await runCheck(target.sequence, {
    seed: target.seed,
    seconds: values.full ? Number.POSITIVE_INFINITY : values.seconds,
    workers: values.workers === 0 ? [] : [values.workers],
    processes: values.processes,
    classes: values.classes,
    ...(other && { against: { name: other.spec, sequence: other.sequence } }),
    ignore,
    signal,
    onProgress: (text) => output.progress(`${spec}: ${text}`),
  });
  if (values.json) output.json(describeForPrograms(spec, report));
  else printReport(spec, report, output);
  return report.findings.length === 0 ? exitCodes.sound : exitCodes.found;
}

function namesIn(ignore: string | undefined): CheckName[] {
  const names = (ignore ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return names.map((name) => {
    const known = checkNames.find((each) => each === name);
    if (known !== undefined) return known;
    throw new UsageError(`--ignore knows no check ${name}. ${suggestion(name, checkNames, "There are ")}`);
  });
}

/** The object that `--json` prints, as docs/reference/cli.md says. An endless length is null. */
function describeForPrograms(spec: string, report: CheckReport): object {
  const { length, looked, findings } = report;
  const finite = Number.isFinite(length);
  return {
    target: spec,
    ok: findings.length === 0,
    ...report,
    length: finite ? length : null,
    complete: finite && looked === length,
  };
}

function printReport(spec: string, report: CheckReport, output: CliOutput): void {
  const { name, seed, length, looked, compared, leaves, findings, notes } = report;
  const batches = Number.isFinite(length) ? countOf(length, "batch", "batches") : "endless batches";
  output.print(`${spec} (${name}): ${batches}, seed ${seed}`);
  const width = Math.max(0, ...leaves.map(({ path }) => showPath(path).length));
  for (const leaf of leaves) output.print(`  ${showPath(leaf.path).padEnd(width)}  ${showFacts(leaf)}`);
  for (const note of notes) output.note(note);
  for (const finding of findings) output.print(showFinding(finding, output));
  const all = looked === length;
  const where = all ? `in all ${batches}` : `in ${looked.toLocaleString("en")} of ${batches}`;
  const how = compared.length === 0 ? "" : `, fetched ${compared.join(" and by ")}`;
  const count = countOf(findings.length, "problem");
  output.print(
    `${output.paint(count, findings.length === 0 ? "green" : "red")} ${where}${how}.${all ? "" : " --full looks at all."}`,
  );
}

function showFacts({ role, dtype, shape, values, classes }: LeafFacts): string {
  const form = `${role}, ${dtype} ${showShape(shape)}`;
  if (classes !== undefined) {
    const counts = Object.values(classes);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const most = Math.round((100 * Math.max(...counts)) / total);
    return `${form}, ${countOf(counts.length, "class", "classes")} in ${countOf(total, "sample")}, the largest ${most} %`;
  }
  if (values === undefined) return form;
  const { min, max, mean, std } = values;
  return `${form}, ${showNumber(min)} to ${showNumber(max)}, mean ${showNumber(mean)}, deviation ${showNumber(std)}`;
}

function showFinding({ check, severity, message, cause, cure }: Finding, output: CliOutput): string {
  const name = `${output.paint(severity, severity === "error" ? "red" : "yellow")} ${output.paint(check, "bold")}`;
  const sentences = [message, cause && `Cause: ${cause}`, cure].filter(
    (text) => text !== undefined && text !== "",
  );
  return `${name}: ${sentences.map((text) => (/[.!?]$/.test(text!) ? text : `${text}.`)).join(" ")}`;
}
