import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { parseWhole } from '../frame/parse-option.js';
import { printAnswer } from '../frame/print-answer.js';
import { type PreviewOptions, previewSchedule } from '../schedules/preview-schedule.js';
import { showPreview } from '../schedules/show-preview.js';

const MOST_SHOWN = 1_000;

export function addSchedules(program: Command, cli: Cli): void {
  const schedules = program.command('schedules').description('When schedules fire.');
  schedules
    .command('preview')
    .description('Say when a schedule would fire, also over changes of clocks. Calculated here: it asks no service.')
    .argument('[cron]', "5 fields, 6 with seconds first, or @daily; quoted: '30 2 * * *'")
    .option('--every <duration>', 'instead of cron: PT5M or 5m of elapsed time, counted from --from')
    .option('--once <time>', 'instead of cron: 2027-01-31T09:00:00 in the zone, or with an offset or Z')
    .option('--when <json>', 'instead of cron: all of it, such as {"weekly":{"on":["mon","fri"],"at":"09:00"}}')
    .option('--zone <zone>', 'IANA name of a time zone (default UTC)')
    .option('--from <time>', 'first moment that counts: a date, its midnight in the zone, or a time (default now)')
    .option('--count <n>', 'how many times', parseWhole(1, MOST_SHOWN), 10)
    .option('--json', 'print JSON')
    .action(async (cron: string | undefined, options: PreviewOptions & { json?: boolean }) => {
      const preview = await previewSchedule(cron, options, Date.now());
      printAnswer(cli, options, preview, () => showPreview(preview, options.count));
      if (!options.json) for (const { text } of preview.warnings) cli.terminal.err(`Mind: ${text}\n`);
    });
}
