/** The numbers that a step, a test or an epoch reports. */

/**
 * Numbers by name: `loss`, the metrics, `val_…` at an epoch's end.
 *
 * One object is handed from callback to callback; what one adds (`learning_rate`), the later ones see and `History`
 * keeps.
 */
export type Logs = Record<string, number>;
