/** The numbers that a step, a test or an epoch reports. */

/**
 * Numbers by name: `loss`, the metrics, `val_…` at an epoch's end.
 *
 * A metric has the name that the model gives it, `acc` in TensorFlow.js, and can be read by its other names, `logs.accuracy`,
 * which do not show in a log or JSON.
 *
 * One object is handed from callback to callback; what one adds (`learning_rate`), the later ones see and `History`
 * keeps.
 */
export type Logs = Record<string, number>;
