import { HTTP_VARIABLES } from '@windlass/handler-http/variables';

/** What built-in handlers read from the worker's environment by themselves, for the configuration page. */
export const HANDLER_VARIABLES = [...HTTP_VARIABLES];
