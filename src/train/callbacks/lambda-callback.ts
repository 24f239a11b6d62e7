import { checkKnown, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { Callback, type CallbackHooks, hookNames } from "../callback.ts";

/**
 * A callback of functions, as in Keras. A plain object with the same functions does as well; this class checks their
 * names.
 *
 * @example
 * new LambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs?.loss) })
 */
export class LambdaCallback extends Callback {
  /** @throws OptionError for a name that is no hook, or a hook that is no function. */
  constructor(functions: CallbackHooks) {
    super();
    checkKnown("LambdaCallback", functions, hookNames);
    for (const [name, value] of Object.entries(functions)) {
      if (value === undefined) continue;
      if (typeof value !== "function") {
        throw new OptionError(`LambdaCallback: \`${name}\` must be a function, got ${show(value)}.`);
      }
      Object.defineProperty(this, name, { value: value.bind(functions) });
    }
  }
}
