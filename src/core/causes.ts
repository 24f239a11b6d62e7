/** What caused an error, in words. */

/** Most causes that are told: an error may cite itself. */
const most = 8;

/** What was thrown and what caused it, in words, the nearest first; nothing of `undefined`. */
export function causesOf(thrown: unknown): readonly string[] {
  const causes: string[] = [];
  try {
    for (let at = thrown; at !== undefined && at !== null && causes.length < most; ) {
      causes.push(at instanceof Error ? `${at.name}: ${at.message}` : String(at));
      at = at instanceof Error ? at.cause : undefined;
    }
  } catch {
    causes.push("Something was thrown of which no text can be made.");
  }
  return causes;
}
