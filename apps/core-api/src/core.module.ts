import { type DynamicModule, Module } from '@nestjs/common';
import { LiveSlots } from '@windlass/dispatch';
import { findKeys } from '@windlass/store';
import { CancelController } from './cancel/cancel.controller.js';
import { CancelJobs } from './cancel/cancel-jobs.js';
import { ClaimController } from './claim/claim.controller.js';
import type { CorePorts } from './core-ports.js';
import { FileRecords } from './files/file-records.js';
import { FilesController, InputsController } from './files/files.controller.js';
import { ApiKeys } from './keys/api-keys.js';
import { KeysController } from './keys/keys.controller.js';
import { OperateQueues } from './queues/operate-queues.js';
import { QueueRegistry } from './queues/queue-registry.js';
import { QueuesController } from './queues/queues.controller.js';
import { FinishWatch } from './read/finish-watch.js';
import { LogWatch } from './read/log-watch.js';
import { ReadController } from './read/read.controller.js';
import { ReadJobs } from './read/read-service.js';
import { TypeRegistry } from './registry/type-registry.js';
import { JobActions } from './replay/job-actions.js';
import { ReplayController } from './replay/replay.controller.js';
import { ReplayJobs } from './replay/replay-jobs.js';
import { ProbeController, ReportController } from './report/report.controller.js';
import { GarbageController } from './retain/garbage.controller.js';
import { Garbage } from './retain/lend-garbage.js';
import { RiverStages } from './river-stages.js';
import { submissionQueue } from './submit/flush-submissions.js';
import { SubmitController } from './submit/submit.controller.js';
import { SubmitJobs } from './submit/submit-jobs.js';

@Module({})
export class CoreModule {
  static forRoot(ports: CorePorts, registry: TypeRegistry): DynamicModule {
    const logs = new LogWatch(ports.db, ports.runtime);
    const watch = new FinishWatch(ports.db, ports.runtime, logs);
    const watches = {
      finished: (ids: Iterable<string>) => watch.finished(ids),
      appended: (ids: Iterable<string>) => logs.appended(ids),
    };
    const queues = new QueueRegistry(ports.db, ports.runtime);
    const flush = submissionQueue({ ...ports, finished: watches.finished });
    const submission = new SubmitJobs(registry, queues, flush, ports.runtime, async (tenantId, key) => {
      const [holder] = await findKeys(ports.db.engine, [{ tenantId, key }]);
      return holder;
    });
    return {
      module: CoreModule,
      controllers: [
        SubmitController,
        ClaimController,
        ReportController,
        ProbeController,
        CancelController,
        ReplayController,
        GarbageController,
        ReadController,
        FilesController,
        InputsController,
        KeysController,
        QueuesController,
      ],
      providers: [
        { provide: FinishWatch, useValue: watch },
        { provide: LogWatch, useValue: logs },
        { provide: TypeRegistry, useValue: registry },
        { provide: LiveSlots, useValue: ports.liveSlots },
        { provide: SubmitJobs, useValue: submission },
        { provide: OperateQueues, useValue: new OperateQueues(ports, registry, queues) },
        { provide: RiverStages, useValue: new RiverStages(ports, registry, watches) },
        {
          provide: ReadJobs,
          useValue: new ReadJobs({ db: ports.db, finishes: watch, logs, leaseMs: ports.leaseMs }),
        },
        { provide: CancelJobs, useValue: new CancelJobs({ ...ports, finished: watches.finished }) },
        { provide: ReplayJobs, useValue: new ReplayJobs(ports) },
        { provide: JobActions, useValue: new JobActions(ports) },
        { provide: Garbage, useValue: new Garbage(ports.db) },
        { provide: FileRecords, useValue: new FileRecords(ports.db) },
        { provide: ApiKeys, useValue: new ApiKeys(ports) },
      ],
    };
  }
}
