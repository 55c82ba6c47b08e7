import { fileURLToPath } from 'node:url';

/** From dist/ up to the repository. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

interface Command {
  usage: string;
  /** Imported only when asked for: one generator needs nothing of what the others load. */
  run(args: string[]): Promise<void>;
}

const COMMANDS: Record<string, Command> = {
  handler: {
    usage: 'handler NAME      a new job type, such as report.pdf, in libs/handlers/report',
    run: async ([name]) => {
      if (!name) throw new TypeError('A name is missing, such as: pnpm g handler report.pdf');
      const { generateHandler, printGenerated } = await import('./generate-handler.js');
      printGenerated(generateHandler({ root: ROOT, name }));
    },
  },
  config: {
    usage: 'config [--check]  docs/configuration.md and the .env.example of each app, from their configuration classes',
    run: async (args) => (await import('./config/generate-config.js')).runConfig(ROOT, args),
  },
  states: {
    usage: 'states [--check]  docs/states.md, from the lifecycle',
    run: async (args) => (await import('./states/generate-states.js')).runStates(ROOT, args),
  },
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command) {
  await command.run(args).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
} else {
  console.error(['Usage: pnpm g COMMAND', ...Object.values(COMMANDS).map(({ usage }) => `  ${usage}`)].join('\n'));
  process.exitCode = 1;
}
