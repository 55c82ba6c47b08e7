import type { ApiDocument } from '../openapi/api-document.js';
import type { Deployment } from '../platform/open-deployment.js';
import type { DevPlatform } from '../platform/start-platform.js';
import type { Tally } from '../report/tally.js';

/** In the order in which they run. */
export const CLASS_NAMES = [
  'openapi',
  'objects',
  'functions',
  'jwt',
  'prototype',
  'strings',
  'numbers',
  'shape',
  'files',
  'grants',
  'amqp',
] as const;
export type ClassName = (typeof CLASS_NAMES)[number];

/** What a class works with. */
export interface FuzzGround {
  /** The platform in one process on the embedded adapters. */
  platform(): Promise<DevPlatform>;
  /** Every service a process, on RabbitMQ, PostgreSQL and S3; started by the first class that asks. */
  deployment(): Promise<Deployment>;
  /** As the platform itself serves it. */
  document(): Promise<ApiDocument>;
  seed: number;
  /** Requests per operation, mutations per sample. */
  cases: number;
}

/** One class of bad input: runs its cases and writes each into the tally. Throws only when it could not be run at all. */
export type FuzzClass = (ground: FuzzGround, tally: Tally) => Promise<void>;
