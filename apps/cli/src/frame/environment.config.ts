/** The one place where the command reads the environment of its process. */
export function environment(): NodeJS.ProcessEnv {
  return process.env;
}
