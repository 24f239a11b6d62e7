/** A broken promise: what a soak looks for. `check` says which one, for telling failures of one kind from another. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly check: string;

  constructor(check: string, message: string, options?: ErrorOptions) {
    super(`${check}: ${message}`, options);
    this.check = check;
  }
}
