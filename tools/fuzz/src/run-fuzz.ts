import { judgeCount } from './cases/least-cases.js';
import { CLASSES } from './classes/classes.js';
import type { ClassName, FuzzClass, FuzzGround } from './classes/fuzz-class.js';
import { closeConnections } from './http/send-request.js';
import { type ApiDocument, type RawDocument, readDocument } from './openapi/api-document.js';
import type { FuzzOptions } from './options.js';
import { type Deployment, openDeployment } from './platform/open-deployment.js';
import { type DevPlatform, startPlatform } from './platform/start-platform.js';
import { type ClassResult, type Failure, Tally } from './report/tally.js';

export interface FuzzReport {
  seed: number;
  classes: Partial<Record<ClassName, ClassResult>>;
  failed: (Failure & { class: ClassName })[];
}

/** Runs the classes one after the other. What a class needs is started by the first that asks, and has ended when this settles. */
export async function runFuzz(
  options: FuzzOptions,
  progress: (line: string) => void,
  interruption: AbortSignal,
): Promise<FuzzReport> {
  const ground = openGround(options, progress);
  // The class under way fails by that, and no further one begins.
  interruption.addEventListener('abort', () => void ground.stop());
  const report: FuzzReport = { seed: options.seed, classes: {}, failed: [] };
  try {
    for (const name of options.only) {
      interruption.throwIfAborted();
      const startedMs = performance.now();
      const { result, failures } = await runClass(name, CLASSES[name], ground);
      report.classes[name] = result;
      report.failed.push(...failures.map((failure) => ({ class: name, ...failure })));
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      progress(`${name}: ${result.cases} cases, ${result.failed} failed, ${seconds} s`);
    }
    // What failed because the platform was taken away says nothing about it.
    interruption.throwIfAborted();
  } finally {
    await ground.stop();
  }
  return report;
}

/** A class that cannot be run, or runs fewer cases than it must, has failed. */
export async function runClass(name: ClassName, run: FuzzClass, ground: FuzzGround): Promise<Tally> {
  const tally = new Tally();
  try {
    await run(ground, tally);
  } catch (error) {
    tally.note('the class itself', [(error as Error).stack ?? String(error)]);
  }
  const tooFew = judgeCount(name, tally.result.cases, ground.cases);
  if (tooFew.length > 0) tally.note('the class itself', tooFew);
  return tally;
}

function openGround(options: FuzzOptions, progress: (line: string) => void): FuzzGround & { stop(): Promise<void> } {
  const closing: (() => Promise<void>)[] = [];
  const once = <T>(what: string, open: () => Promise<T>): (() => Promise<T>) => {
    let opened: Promise<T> | undefined;
    const timed = async () => {
      const startedMs = performance.now();
      const result = await open();
      progress(`${what} after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
      return result;
    };
    return () => {
      opened ??= timed();
      return opened;
    };
  };
  const platform = once('one process runs', async (): Promise<DevPlatform> => {
    const started = await startPlatform();
    closing.push(() => started.stop());
    return started;
  });
  const deployment = once('a deployment runs', async (): Promise<Deployment> => {
    const opened = await openDeployment(progress);
    closing.push(() => opened.stop());
    return opened;
  });
  const document = once('the document was read', async (): Promise<ApiDocument> => {
    const text = (await (await platform()).send({ method: 'GET', path: '/docs-json' })).text;
    return readDocument(JSON.parse(text) as RawDocument);
  });
  return {
    ...{ platform, deployment, document, seed: options.seed, cases: options.cases },
    stop: async () => {
      closeConnections();
      for (const close of closing.splice(0).reverse()) await close();
    },
  };
}
