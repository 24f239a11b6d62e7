/** What the script of a worker calls. */
export { serve } from "./serve.ts";
