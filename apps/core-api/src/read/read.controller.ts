import { Controller } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import {
  listJobs,
  listJobsReply,
  readArtifacts,
  readArtifactsReply,
  readEvents,
  readEventsReply,
  readJob,
  readJobReply,
  readLogs,
  readLogsReply,
  readResult,
  readResultReply,
  readTypes,
  readTypesReply,
} from '@windlass/contracts';
import { LiveSlots } from '@windlass/dispatch';
import { Rpc } from '@windlass/service-kit';
import { storeFault } from '@windlass/store';
import { TypeRegistry } from '../registry/type-registry.js';
import { FOR_GATEWAY } from '../transports.js';
import { ReadJobs } from './read-service.js';

@Controller()
export class ReadController {
  constructor(
    private readonly reads: ReadJobs,
    private readonly registry: TypeRegistry,
    private readonly slots: LiveSlots,
  ) {}

  @Rpc(readJob, readJobReply, FOR_GATEWAY)
  job(request: Static<typeof readJob.schema>) {
    return this.reads.job(request);
  }

  @Rpc(listJobs, listJobsReply, FOR_GATEWAY)
  list(request: Static<typeof listJobs.schema>) {
    return this.reads.list(request);
  }

  @Rpc(readResult, readResultReply, FOR_GATEWAY)
  result(request: Static<typeof readResult.schema>) {
    return this.reads.result(request.tenantId, request.id);
  }

  @Rpc(readEvents, readEventsReply, FOR_GATEWAY)
  events(request: Static<typeof readEvents.schema>) {
    return this.reads.events(request);
  }

  @Rpc(readLogs, readLogsReply, FOR_GATEWAY)
  logs(request: Static<typeof readLogs.schema>) {
    return this.reads.lines(request);
  }

  @Rpc(readArtifacts, readArtifactsReply, FOR_GATEWAY)
  artifacts(request: Static<typeof readArtifacts.schema>) {
    return this.reads.artifacts(request.tenantId, request.id);
  }

  @Rpc(readTypes, readTypesReply, FOR_GATEWAY)
  async types(_: Static<typeof readTypes.schema>) {
    await Promise.all([this.registry.refresh(), this.slots.refresh()]).catch((error: unknown) => {
      throw storeFault(error);
    });
    return { items: this.registry.all().map((type) => ({ ...type, live: this.slots.of(type.name) > 0 })) };
  }
}
