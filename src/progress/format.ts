/** Numbers and durations as a progress line shows them, by Keras' rules. */

/** A metric: four decimals, or scientific where that would show nothing. */
export function formatMetric(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (value === 0 || Math.abs(value) > 1e-3) return value.toFixed(4);
  return value.toExponential(4).replace(/e([+-])(\d)$/, "e$10$2");
}

/** A duration in milliseconds: `8s`, `1:05`, `2:03:04`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${Math.floor(seconds / 3600)}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
}

/** Time of one step in milliseconds: `2s/step`, `25ms/step`, `130us/step`. */
export function formatRate(ms: number, unit: string): string {
  if (ms >= 1000 || ms === 0) return `${Math.round(ms / 1000)}s/${unit}`;
  if (ms >= 1) return `${Math.round(ms)}ms/${unit}`;
  return `${Math.round(ms * 1000)}us/${unit}`;
}

/** A share from 0 to 1: `3%`. */
export function formatShare(share: number): string {
  return `${Math.round(100 * Math.min(1, Math.max(0, share)))}%`;
}
